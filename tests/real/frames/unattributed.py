# SPDX-License-Identifier: GPL-2.0-or-later
"""Next to no frame is unattributed, and what the workload made the kernel hold is held by whom it was made for."""
from real.check import ask, of_kind, pagex, ranges, raw_form, raw_or_filtered, verdict
from real.guest import made_in, pfns_of

MOST = 1000  # one frame in so many may be anybody's

# Situations, and what holds their memory: of a kind, which says so in these words.
HELD = {
    "tcp_queued": ("sockets", "received data of a socket"),
    "tcp_zerocopy": ("sockets", "received data of a socket"),
    "socket_full": ("sockets", "received data of a socket"),
    "udp_queued": ("sockets", "received data of a socket"),
    "unix_datagrams": ("sockets", "received data of a socket"),
    "packet_ring": ("sockets", "receive ring of a packet socket"),
    "io_uring_large": ("io_uring", "rings of io_uring"),
    "perf_buffer": ("perf events", "ring buffer of a perf event"),
}
# How many frames these have at least, of those.
FRAMES = {"packet_ring": 128, "io_uring_large": 48, "perf_buffer": 129}


def unattributed(dump, form):
    """Frames that are nobody's are few, and where all of the dump is there every kind of owner is known to its end."""
    rows = ask(form, "classes")
    nobody = sum(1 for row in rows if row[0] == "frame")
    frames = (dump.before / "kpageflags").stat().st_size // 8
    if nobody * MOST > frames:
        return f"{nobody} of {frames} frames are unattributed"
    return None


def kinds(_, form):
    """On a whole dump nothing stands in the way of finding all that each kind of owner has."""
    wrong = [f"{name}: {why}" for name, why in of_kind(ask(form, "holders"), "kind") if why]
    return "\n".join(wrong) or None


def holders(dump, form):
    """Each situation's memory is held by the process and descriptor that the workload told."""
    found, faults, compared = of_kind(ask(form, "holders"), "holder"), [], 0
    for name, told in made_in(dump).items():
        if name not in HELD:
            continue
        kind, what = HELD[name]
        mine = [int(frames) for row_kind, frames, row_what, _, _, _, pid, fd in found
                if (row_kind, row_what, pid, fd) == (kind, what, str(told["pid"]), str(told["fd"]))]
        compared += 1
        if sum(mine) < FRAMES.get(name, 1):
            faults.append(f"{name}: {sum(mine)} frames are held by descriptor {told['fd']} of {told['pid']}")
    for name, where in (("tcp_unaccepted", "not accepted yet"), ("unix_in_flight", "on its way in a message")):
        told = made_in(dump).get(name)
        if told:
            compared += 1
            if not any(int(row[1]) and where in row[5] and row[6] == str(told["pid"]) for row in found):
                faults.append(f"{name}: nobody holds what is {where}")
    if "trace_buffer" in made_in(dump):
        compared += 1
        kib = made_in(dump)["trace_buffer"]["kib"]
        if sum(int(row[1]) for row in found if row[2] == "trace buffer of a CPU") * 4 < kib:
            faults.append("trace_buffer: it is smaller than it was made")
    return verdict(faults, compared, dump)


def mapped_rings(dump, form):
    """Frames that a process sees where it mapped a ring are those of that kind of owner."""
    faults, compared = [], 0
    classes = {"packet_ring": "socket", "io_uring_large": "io-uring", "io_uring_kernel_ring": "io-uring",
               "perf_buffer": "perf", "dma_buf_heap": "dma-buf"}
    for name, told in made_in(dump).items():
        pfns = sorted(pfns_of(told))
        if name not in classes or not pfns:
            continue
        for pfn, page in pagex(form, ranges(pfns)).items():
            compared += 1
            holder = page.get("holder", {})
            # A DMA buffer is found by the list of all, not by who has it open.
            whose = "dma" in classes[name] or (holder.get("pid"), holder.get("fd")) == (told["pid"], told["fd"])
            if page["class"] != classes[name] or not whose:
                faults.append(f"{name}: {pfn} is of class {page['class']}, held by {holder}")
    return verdict(faults, compared, dump)


def pinned(dump, form):
    """Memory of users that the kernel holds, registered or sent without a copy, says with -c who does."""
    faults, compared = [], 0
    words = {"io_uring_fixed": "registered", "file_pinned": "registered", "tcp_zerocopy": "socket"}
    for name, told in made_in(dump).items():
        pfns = sorted(pfns_of(told))
        if name not in words or not pfns:
            continue
        for pfn, page in pagex(form, ["-c", *ranges(pfns)]).items():
            compared += 1
            holder = page.get("holder", {})
            if words[name] not in holder.get("what", "") or holder.get("pid") != told["pid"]:
                faults.append(f"{name}: {pfn} is held by {holder}")
    return verdict(faults, compared, dump)


CHECKS = [
    ("unattributed", raw_or_filtered, unattributed),
    ("owners are whole", raw_form, kinds),
    ("holders", raw_form, holders),
    ("rings", raw_form, mapped_rings),
    ("pinned", raw_form, pinned),
]
