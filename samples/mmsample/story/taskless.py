# SPDX-License-Identifier: GPL-2.0-or-later
"""An address space whose last task is gone, and that the kernel still holds, as KVM does."""

from ..memory import PAGE
from ..pagetables import USER_TABLE, PageTable
from .record import record_page

AT = 0x7F3000000000


def tell(kernel):
    m, frames = kernel.machine, kernel.frames
    mm = kernel.slabs.object("mm_struct")
    tables = [frames.allocate("kernel", "page table") for _ in range(4)]
    for pfn in tables[0 if kernel.types.has("ptdesc", "pt_index") else 1:]:
        frames.set_type(pfn, "table")
        kernel.count("NR_PAGETABLE", 1)
    frames.table(tables[0])["pt_mm"] = mm
    m.list_add_tail(frames.page(tables[0]).at("lru"), kernel.pgd_list)
    mm.set(pgd=m.direct(tables[0] * PAGE), mm_users=1, mm_count=1)
    mm["context.ctx_id"] = kernel.new_context()
    m.list_init(mm.at("mmlist"))
    kernel.taskless = PageTable(m.memory, tables[0] * PAGE, lambda level: tables[4 - level] * PAGE, USER_TABLE)
    kernel.taskless.map(AT, 0)
    for name, pfn in (("root that no task has", tables[0]), ("page table that no task has", tables[-1])):
        record_page(kernel, name, pfn, refcount=1, taskless=mm.address)


def after(kernel):
    memory = kernel.machine.memory
    memory.write(kernel.taskless.root + 2048, memory.read(kernel.tables.root + 2048, 2048))
