# SPDX-License-Identifier: GPL-2.0-or-later
"""A buffer that devices share, of the system heap: two pages in one piece, and a third behind a chained table."""
from .record import record_page

FIRST_PFN, LAST_PFN = 0x5B20, 0x5B23
CHAIN, END = 1, 2  # marks in a table's links


def tell(kernel):
    m, types, frames = kernel.machine, kernel.types, kernel.frames
    for pfn in (FIRST_PFN, FIRST_PFN + 1, LAST_PFN):
        frames.take(pfn, "kernel allocation")
    operations = m.image.variable("system_heap_buf_ops", 0)
    head = m.image.place("db_list", 16)
    m.list_init(head)
    heap = m.object("system_heap_buffer", kernel.slabs.allocate("kmalloc-192"))
    kernel.dma_buf = m.object("dma_buf", kernel.slabs.allocate("kmalloc-512"))
    kernel.dma_buf.set(size=3 << 12, ops=operations, exp_name=m.image.string("system"), priv=heap.address,
                       name=kernel.slabs.string("camera"))
    m.list_add_tail(kernel.dma_buf.at("list_node"), head)
    size = types.sizeof("scatterlist")
    table, more = (kernel.slabs.allocate("kmalloc-64") for _ in range(2))
    kernel.dma_buf_entries = [m.object("scatterlist", at) for at in (table, table + size, more)]
    first, chain, last = kernel.dma_buf_entries
    first.set(page_link=frames.address(FIRST_PFN), length=2 << 12)
    chain["page_link"] = more | CHAIN
    last.set(page_link=frames.address(LAST_PFN) | END, length=1 << 12)
    heap["sg_table.sgl"], heap["sg_table.nents"], heap["sg_table.orig_nents"] = table, 2, 2
    record_page(kernel, "shared buffer page 1", FIRST_PFN + 1, refcount=1, holder={"type": "dma_buf", "name": "system camera"})
    record_page(kernel, "shared buffer page 2", LAST_PFN, refcount=1, holder={"type": "dma_buf", "name": "system camera"})
