# SPDX-License-Identifier: GPL-2.0-or-later
"""Per-CPU memory as its allocator has it: the first chunk, laid out at boot, and one made later."""

from ..memory import PAGE
from ..percpu import CPUS, UNIT
from ..vmalloc import KERNEL_PAGE
from .record import record_page

SLOTS = 4
STATIC_PAGES = 8  # of the first chunk; dynamic allocations out of it come behind
DYNAMIC_AT = 1 << 40  # into the vmalloc region
POPULATED = 3  # the one page of a unit that is there
FIRST_PAGES = UNIT // PAGE


def tell(kernel):
    m, base = kernel.machine, kernel.percpu.base
    lists = m.image.place("", SLOTS * 16)
    for slot in range(SLOTS):
        m.list_init(lists + slot * 16)
    offsets = m.image.place("", CPUS * 8)
    for cpu in range(CPUS):
        m.put(offsets + cpu * 8, base[cpu] - base[0])
    first = _chunk(kernel, base[0] + STATIC_PAGES * PAGE, FIRST_PAGES - STATIC_PAGES)
    m.list_add_tail(first.at("list"), lists)
    chunk = _chunk(kernel, m.release.vmalloc + DYNAMIC_AT, FIRST_PAGES)
    chunk.set(nr_populated=1)
    m.put(chunk.at("populated"), 1 << POPULATED)
    m.list_add_tail(chunk.at("list"), lists + 16)
    for name, value, size in (("pcpu_chunk_lists", lists, 8), ("pcpu_nr_slots", SLOTS, 4),
                              ("pcpu_first_chunk", first.address, 8), ("pcpu_reserved_chunk", 0, 8),
                              ("pcpu_base_addr", base[0], 8), ("pcpu_unit_offsets", offsets, 8),
                              ("pcpu_unit_pages", FIRST_PAGES, 4)):
        m.image.variable(name, value, size)
    for cpu in range(CPUS):
        address = chunk["base_addr"] + base[cpu] - base[0] + POPULATED * PAGE
        pfn = kernel.frames.allocate("stacks", "per-CPU chunk")
        kernel.frames.page(pfn)["index"] = chunk.address
        kernel.tables.map(address, pfn * PAGE | KERNEL_PAGE)
    record_page(kernel, "per-CPU chunk", pfn, chunk=chunk.address, unit_at=address,
                refcount=1)


def _chunk(kernel, base, pages):
    chunk = kernel.machine.object("pcpu_chunk", kernel.slabs.allocate("kmalloc-192"))
    return chunk.set(base_addr=base, nr_pages=pages)
