# SPDX-License-Identifier: GPL-2.0-or-later
"""
Per-CPU memory beyond the first chunk: what the page tables map in the address range of each chunk's
units. The first chunk was made at boot, and its pages are reserved.
"""
from ..list import walk
from ..x86_64 import PAGE_SHIFT

SLOTS_MAX = 256


def frames(kernel):
    t = kernel.target
    unit = kernel.variable("pcpu_unit_pages", 4) << PAGE_SHIFT
    offsets = kernel.variable("pcpu_unit_offsets")
    lists, count = kernel.variable("pcpu_chunk_lists"), kernel.variable("pcpu_nr_slots", 4)
    made_at_boot = {kernel.variable(name) for name in ("pcpu_first_chunk", "pcpu_reserved_chunk")}
    units = [kernel.number(offsets + 8 * cpu) for cpu in kernel.cpus]
    for slot in range(min(count, SLOTS_MAX)):
        for chunk in walk(kernel, lists + 16 * slot, t.offset("struct pcpu_chunk", "list")):
            if chunk in made_at_boot:
                continue
            base = kernel.member(chunk, "struct pcpu_chunk", "base_addr")
            for offset in units:
                start = base + offset & (1 << 64) - 1
                for _, phys, size in kernel.tables.leaves(kernel.root, start, start + unit - 1):
                    yield from range(phys >> PAGE_SHIFT, phys + size >> PAGE_SHIFT)
