# SPDX-License-Identifier: GPL-2.0-or-later
"""
Files that lead to memory of the kernel's: twin-a has a UDP socket with a packet that is in two pieces of a page, a packet
socket with a ring, a ring of io_uring, and an event of perf with its ring.
"""
from ..memory import PAGE
from .record import record_page

SOCKET_PFN, PACKET_PFN, URING_PFN, PERF_PFN = 0x5B30, 0x5B31, 0x5B32, 0x5B33
INET, PACKET, DGRAM, RAW, UDP = 2, 17, 2, 3, 17
HEAD, PIECES = 128, 2
FDS = 8


def _object(kernel, struct, cache="kmalloc-2k"):
    return kernel.machine.object(struct, kernel.slabs.allocate(cache))


def _socket(kernel, struct, family, kind, protocol):
    """The struct sock, which a larger one begins with, and a socket for a file to lead to."""
    sk = _object(kernel, struct)
    sock = kernel.machine.object("sock", sk.address)
    sock["__sk_common.skc_family"] = family
    sock.set(sk_type=kind, sk_protocol=protocol)
    for queue in ("sk_receive_queue", "sk_write_queue", "sk_error_queue"):
        kernel.machine.list_init(sock.at(queue))
    socket = _object(kernel, "socket", "kmalloc-192")
    socket["sk"] = sock
    return sk, sock, socket


def _packet(kernel):
    """A packet whose data are two pieces of one page, which has a reference for each."""
    skb, head = _object(kernel, "sk_buff", "kmalloc-512"), kernel.slabs.allocate("kmalloc-512")
    skb.set(head=head, end=HEAD)
    shared = kernel.machine.object("skb_shared_info", head + HEAD)
    shared["nr_frags"] = PIECES
    page = "netmem" if kernel.types.has("skb_frag", "netmem") else "bv_page"
    for i in range(PIECES):
        shared[f"frags[{i}].{page}"] = kernel.frames.address(SOCKET_PFN)
    return skb, shared


def _sockets(kernel):
    m = kernel.machine
    _, sock, udp = _socket(kernel, "sock", INET, DGRAM, UDP)
    skb, kernel.packet_data = _packet(kernel)
    m.list_add_tail(skb.at("next"), sock.at("sk_receive_queue"))
    kernel.packet_socket, _, raw = _socket(kernel, "packet_sock", PACKET, RAW, 0)
    blocks = kernel.slabs.allocate("kmalloc-64")
    m.put(blocks, m.direct(PACKET_PFN * PAGE))
    kernel.packet_socket["rx_ring.pg_vec"] = blocks
    kernel.packet_socket["rx_ring.pg_vec_len"] = 1
    kernel.udp_socket = sock
    return udp, raw


def _io_uring(kernel):
    """Since 6.14 the ring is a region with an array of pages; before that its address is known."""
    ring = kernel.io_uring = _object(kernel, "io_ring_ctx")
    ring["rings"] = kernel.machine.direct(URING_PFN * PAGE)
    if kernel.types.has("io_ring_ctx", "ring_region"):
        pages = kernel.slabs.allocate("kmalloc-64")
        kernel.machine.put(pages, kernel.frames.address(URING_PFN))
        ring["ring_region.pages"] = pages
        ring["ring_region.nr_pages"] = 1
    return ring


def _perf(kernel):
    event, ring = _object(kernel, "perf_event"), _object(kernel, "perf_buffer", "kmalloc-512")
    event["rb"] = ring
    kernel.perf_event = event
    ring["user_page"] = kernel.machine.direct(PERF_PFN * PAGE)
    kernel.perf_ring = ring
    return event


def tell(kernel):
    m = kernel.machine
    for pfn in (SOCKET_PFN, PACKET_PFN, URING_PFN, PERF_PFN):
        kernel.frames.take(pfn, "kernel allocation")
    kernel.frames.page(SOCKET_PFN)["_refcount"] = PIECES
    udp, raw = _sockets(kernel)
    handles = (("socket_file_ops", udp), ("socket_file_ops", raw), ("io_uring_fops", _io_uring(kernel)),
               ("perf_fops", _perf(kernel)))
    table = kernel.slabs.allocate("kmalloc-64")
    for fd, (operations, handle) in enumerate(handles):
        if operations not in m.image.by_name:
            m.image.variable(operations, 0, part="rodata")
        file = kernel.slabs.object("filp")
        file.set(f_op=m.image.by_name[operations], private_data=handle)
        m.put(table + 8 * fd, file.address)
    files, fds = _object(kernel, "files_struct"), _object(kernel, "fdtable", "kmalloc-64")
    fds.set(max_fds=FDS, fd=table)
    files["fdt"] = fds
    kernel.file_table = fds
    kernel.people["twin-a"].task["files"] = files
    for name, pfn, refs, holder in (
            ("data of a socket", SOCKET_PFN, PIECES, {"type": "sock", "name": "udp 0.0.0.0:0"}),
            ("ring of a packet socket", PACKET_PFN, 1, {"type": "sock", "name": "packet raw"}),
            ("ring of io_uring", URING_PFN, 1, {"type": "io_ring_ctx"}),
            ("ring of a perf event", PERF_PFN, 1, {"type": "perf_buffer"})):
        record_page(kernel, name, pfn, refcount=refs, holder=holder)
