# SPDX-License-Identifier: GPL-2.0-or-later
"""
Pages of packets in queues of sockets: of those that are open, that wait to be accepted or are in a message, and that
TCP's hash has; and pages that the next packets are cut from.
"""
from ..list import walk, walk_forward
from ..trouble import Absent, Broken

INET, INET6, UNIX, PACKET, XDP = 2, 10, 1, 17, 44
TIME_WAIT, LISTEN, NEW_SYN_RECV = 6, 10, 12
MOST = 1 << 16
RED_BLACK = 3  # bits below a tree's parent pointer


PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 58: "icmpv6", 132: "sctp", 136: "udplite", 262: "mptcp"}
FAMILIES = {UNIX: "unix", INET: "ip", INET6: "ip6", 16: "netlink", PACKET: "packet", 40: "vsock", XDP: "xdp"}


def frames(held):
    yield from (pfn for _, pfn in by_protocol(held))


def by_protocol(held):
    """(protocol, frame), with None for pages that no socket alone has."""
    kernel, t = held.kernel, held.target
    todo = [kernel.member(socket, "struct socket", "sk") for socket in held.opened("socket_file_ops")]
    todo += list(hashed(held))
    seen = {0}
    while todo:
        sk = todo.pop()
        if sk in seen:
            continue
        seen.add(sk)
        try:
            todo += list(others(held, sk))
            protocol = protocol_of(held, sk)
            for skb in packets(held, sk):
                yield from ((protocol, pfn) for pfn in of_packet(held, skb))
            yield from ((protocol, pfn) for pfn in own(held, sk))
        except (Absent, Broken):
            continue
    yield from ((None, pfn) for pfn in of_others(held))


def of_others(held):
    """Pages that tasks and CPUs have for what is sent or received next."""
    kernel, t = held.kernel, held.target
    for task in held.tasks:
        yield from held.page(kernel.member(task.address, "struct task_struct", "task_frag.page"))
    for name in ("netdev_alloc_cache", "napi_alloc_cache"):
        for address in kernel.per_cpu(name):
            yield from held.memory(kernel.number(address) & ~0xFFF)
            small = t.member("struct napi_alloc_cache", "page_small") if name.startswith("napi") else None
            if small:
                yield from held.memory(kernel.number(address + small[0]) & ~0xFFF)


def hashed(held):
    """Sockets in the hash of TCP's connections that are whole ones."""
    kernel, t = held.kernel, held.target
    table = t.symbol("tcp_hashinfo")
    if table is None:
        return
    buckets, mask = (kernel.member(table, "struct inet_hashinfo", name) for name in ("ehash", "ehash_mask"))
    at = t.offset("struct sock_common", "skc_nulls_node")
    for node in kernel.numbers(buckets, mask + 1):
        while node and not node & 1:
            if kernel.member(node - at, "struct sock_common", "skc_state") not in (TIME_WAIT, NEW_SYN_RECV):
                yield node - at
            node = kernel.number(node)


def protocol_of(held, sk):
    family, protocol, _ = kind_of(held, sk)
    word = PROTOCOLS.get(protocol) if family in (INET, INET6) else None
    return word or FAMILIES.get(family, "other")


def kind_of(held, sk):
    return (held.kernel.member(sk, "struct sock_common", "skc_family"),
            held.kernel.member(sk, "struct sock", "sk_protocol"),
            held.kernel.member(sk, "struct sock_common", "skc_state"))


def others(held, sk):
    """Sockets that a socket leads to: connections that wait at it, sockets in messages that it received."""
    kernel, t = held.kernel, held.target
    family, protocol, state = kind_of(held, sk)
    if family in (INET, INET6) and protocol == 6 and state == LISTEN:
        request = kernel.member(sk, "struct inet_connection_sock", "icsk_accept_queue.rskq_accept_head")
        for _ in range(MOST):
            if not request:
                break
            yield kernel.member(request, "struct request_sock", "sk")
            request = kernel.member(request, "struct request_sock", "dl_next")
    elif family == UNIX:
        operations = t.symbol("socket_file_ops")
        for skb in walk(kernel, sk + t.offset("struct sock", "sk_receive_queue"), 0):
            message = kernel.member(skb + t.offset("struct sk_buff", "cb"), "struct unix_skb_parms", "fp")
            count = message and kernel.member(message, "struct scm_fp_list", "count")
            for i in range(min(count, 253)):
                file = kernel.number(message + t.offset("struct scm_fp_list", "fp") + 8 * i)
                if kernel.member(file, "struct file", "f_op") == operations:
                    yield kernel.member(kernel.member(file, "struct file", "private_data"), "struct socket", "sk")


def packets(held, sk):
    kernel, t = held.kernel, held.target
    family, protocol, state = kind_of(held, sk)
    for queue in ("sk_receive_queue", "sk_write_queue", "sk_error_queue"):
        yield from walk(kernel, sk + t.offset("struct sock", queue), 0)
    yield from walk_forward(kernel, sk + t.offset("struct sock", "sk_backlog.head"), 0)
    if family not in (INET, INET6) or state == LISTEN:
        return
    if protocol == 6:
        yield from tree(kernel, kernel.number(sk + t.offset("struct sock", "tcp_rtx_queue")))
        yield from tree(kernel, kernel.number(sk + t.offset("struct tcp_sock", "out_of_order_queue")))
    elif protocol == 17:
        yield from walk(kernel, sk + t.offset("struct udp_sock", "reader_queue"), 0)


def tree(kernel, root):
    """Nodes of a red-black tree, which packets begin with: parent, right, left."""
    todo = [root]
    for _ in range(1 << 24):
        node = todo.pop() if todo else 0
        if not node:
            if not todo:
                return
            continue
        yield node
        todo += kernel.numbers(node + 8, 2)


def of_packet(held, skb, depth=0):
    kernel, t = held.kernel, held.target
    head = kernel.member(skb, "struct sk_buff", "head")
    if not head or depth > 4:
        return
    end = head + kernel.member(skb, "struct sk_buff", "end")
    yield from held.memory(head, end - head + t.size("struct skb_shared_info"))
    name = "struct skb_frag" if t.has_type("struct skb_frag") else "struct bio_vec"
    for i in range(kernel.member(end, "struct skb_shared_info", "nr_frags")):
        page = kernel.number(end + t.offset("struct skb_shared_info", "frags") + i * t.size(name))
        if not page & 1:
            yield from held.page(page)
    for part in walk_forward(kernel, end + t.offset("struct skb_shared_info", "frag_list"), 0):
        yield from of_packet(held, part, depth + 1)


def own(held, sk):
    """The page that a socket's next packet is put into, and rings."""
    kernel, t = held.kernel, held.target
    yield from held.page(kernel.member(sk, "struct sock", "sk_frag.page"))
    family = kernel.member(sk, "struct sock_common", "skc_family")
    if family == PACKET:
        for ring in ("rx_ring", "tx_ring"):
            at = sk + t.offset("struct packet_sock", ring)
            blocks, order, count = (kernel.member(at, "struct packet_ring_buffer", name)
                                    for name in ("pg_vec", "pg_vec_order", "pg_vec_len"))
            for block in kernel.numbers(blocks, count) if blocks else ():
                yield from held.memory(block, 4096 << order)
    elif family == XDP:
        pool = held.optional(sk, "struct xdp_sock", "pool")
        queues = [(sk, "struct xdp_sock", name) for name in ("rx", "tx", "fq_tmp", "cq_tmp")]
        queues += [(pool, "struct xsk_buff_pool", name) for name in ("fq", "cq")] if pool else []
        for queue in queues:
            queue = held.optional(*queue)
            if queue:
                yield from held.memory(kernel.member(queue, "struct xsk_queue", "ring"))
