# SPDX-License-Identifier: GPL-2.0-or-later
"""What files lead to: sockets, rings of packets, of io_uring and of perf."""

from ..memory import PAGE
from .registry import EVEN, counts, damage, pagex, story_pfn



def lost(page, *says):
    """A page whose owner does not name it any more, and what is said of the owner."""
    return pagex(page, r"^ *class: +unattributed$", *says)


@damage("packet-wild", "a socket's received packet leads nowhere: its pages are nobody's",
        lost("{data of a socket}", r"^ *sockets +.*0x4141\w+"))
def packet(kernel):
    queue = kernel.udp_socket.at("sk_receive_queue")
    kernel.machine.put(queue, EVEN)


@damage("packet-fragments-too-many", "a packet has more fragments than there is room for",
        lost("{data of a socket}", r"^ *sockets +the packet at 0x\w+ has more fragments than there is room for"))
def fragments(kernel):
    kernel.packet_data["nr_frags"] = 60


@damage("packet-fragment-lost", "a packet names a page once that it has two references to",
        counts("{data of a socket}", r"^ *owner: +1$", r"^ *remainder: +1$", r"surprise: +more references"))
def fragment(kernel):
    kernel.packet_data["nr_frags"] = 1


@damage("packet-fragment-of-another", "a packet names the page of a perf event's ring: the ring's own list is asked, too",
        pagex("{ring of a perf event}", r"^ *class: +socket$", status=0),
        counts("{data of a socket}", r"^ *owner: +1$", r"^ *remainder: +1$"))
def stranger(kernel):
    page = "netmem" if kernel.types.has("skb_frag", "netmem") else "bv_page"
    kernel.packet_data[f"frags[1].{page}"] = kernel.frames.address(story_pfn(kernel, "ring of a perf event"))


@damage("packet-ring-too-large", "a packet socket's ring has more blocks than can be",
        lost("{ring of a packet socket}", r"^ *sockets +the ring at 0x\w+ has \d+ blocks of order 0"))
def ring(kernel):
    kernel.packet_socket["rx_ring.pg_vec_len"] = 1 << 28


@damage("packet-ring-of-no-memory", "a packet socket's ring has a block that is no memory: the page is nobody's",
        pagex("{ring of a packet socket}", r"^ *class: +unattributed$", status=0))
def block(kernel):
    kernel.machine.put(kernel.packet_socket["rx_ring.pg_vec"], 0x1000)


@damage("perf-ring-too-large", "a perf event's ring has more pages than can be, and its first one is known",
        lost("{compound head at PFN 0}", r"^ *perf events +perf_buffer at 0x\w+ has -1 pages"))
def perf(kernel):
    kernel.perf_ring["nr_pages"] = -1 & (1 << 32) - 1


@damage("perf-ring-wild", "a perf event's ring cannot be read: its pages are nobody's",
        lost("{ring of a perf event}", r"^ *perf events +.*0x4141\w+"))
def event(kernel):
    kernel.perf_event["rb"] = EVEN


@damage("io-uring-ring-gone", "the ring of io_uring is not where its address leads: the page is nobody's",
        pagex("{ring of io_uring}", r"^ *class: +unattributed$", status=0))
def uring(kernel):
    kernel.io_uring["rings"] = kernel.machine.direct(0x5B40 * PAGE)
    if kernel.types.has("io_ring_ctx", "ring_region"):
        kernel.machine.put(kernel.io_uring["ring_region.pages"], 0)


@damage("io-uring-ring-wild", "the array of a ring's pages lies nowhere",
        lost("{compound head at PFN 0}", r"^ *io_uring +.*0x4141\w+"), releases=("6.14",))
def region(kernel):
    kernel.io_uring["ring_region.pages"] = EVEN


@damage("open-files-wild", "the table of a process's open files leads nowhere: what files hold is nobody's",
        lost("{ring of io_uring}", r"open files: .*0x4141\w+"))
def files(kernel):
    kernel.file_table["fd"] = EVEN
