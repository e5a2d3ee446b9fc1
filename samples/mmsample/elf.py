# SPDX-License-Identifier: GPL-2.0-or-later
"""An ELF dump as /proc/vmcore is: notes, and one segment for each run of present pages.

A segment's memory goes on behind its file bytes for as long as there is RAM: that part is excluded.
"""

import struct

from .frames import DUMPED
from .memory import PAGE

PT_LOAD, PT_NOTE = 1, 4
EM_X86_64 = 62
NT_PRSTATUS = 1
PRSTATUS_SIZE = 336


def note(name, kind, data):
    name = name.encode() + b"\0"
    pad = lambda b: b + bytes(-len(b) % 4)  # noqa: E731
    return struct.pack("<III", len(name), len(data), kind) + pad(name) + pad(data)


def notes(machine, cpus):
    """A register note for each CPU, then VMCOREINFO if there is any."""
    data = b"".join(note("CORE", NT_PRSTATUS, bytes(PRSTATUS_SIZE)) for _ in range(cpus))
    if machine.vmcoreinfo:
        data += note("VMCOREINFO", 0, machine.vmcoreinfo.encode())
    return data


def runs(present, start, end):
    """[first, end) of the runs of present frames within a range, as ([present), [to the next])."""
    pfns = [p for p in range(start, end) if p in present]
    found = []
    for pfn in pfns:
        if found and found[-1][1] == pfn:
            found[-1][1] = pfn + 1
        else:
            found.append([pfn, pfn + 1])
    if not found or found[0][0] > start:
        found.insert(0, [start, start])
    stops = [first for first, _ in found[1:]] + [end]
    return [(first, last, stop) for (first, last), stop in zip(found, stops)]


def segments(machine):
    for start, end in DUMPED:
        yield from runs(machine.memory.pages, start, end)


def write(machine, out, cpus, sparse=None):
    """@sparse: one more run as of runs(), whose pages are holes of the file where nothing was written."""
    loads = list(segments(machine)) + ([sparse] if sparse else [])
    note_data = notes(machine, cpus)
    headers = 64 + 56 * (len(loads) + 1)
    at = -(-(headers + len(note_data)) // PAGE) * PAGE
    out.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 4, EM_X86_64, 1, 0, 64, 0,
                          0, 64, 56, len(loads) + 1, 0, 0, 0))
    size = len(note_data)
    out.write(struct.pack("<IIQQQQQQ", PT_NOTE, 0, headers, 0, 0, size, size, 0))
    for first, last, stop in loads:
        size = (last - first) * PAGE
        phys = first * PAGE
        # Without an alignment, as the kernel writes it: crash(8) takes the file for another format where there is one.
        out.write(struct.pack("<IIQQQQQQ", PT_LOAD, 7, at, machine.direct(phys), phys, size,
                              (stop - first) * PAGE, 0))
        at += size
    out.write(note_data)
    out.write(bytes(-out.tell() % PAGE))
    for first, last, _ in loads[:-1] if sparse else loads:
        for pfn in range(first, last):
            out.write(machine.memory.pages[pfn])
    if sparse:
        write_sparse(machine, out, *sparse[:2])


def write_sparse(machine, out, first, last):
    begin = out.tell()
    for pfn, page in machine.memory.pages.items():
        if first <= pfn < last:
            out.seek(begin + (pfn - first) * PAGE)
            out.write(page)
    out.truncate(begin + (last - first) * PAGE)
