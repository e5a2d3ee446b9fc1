# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages that belong to the kernel, and pages that belong to nobody."""

from ..frames import ZONES
from ..zones import MAX_ORDER
from .record import record, record_page

COMPOUND_PFN, COMPOUND_ORDER = 0, 2
DMA_PFN = 0x9C
OFFLINE_PFN, GUARD_PFN, POOL_PFN, ZSMALLOC_PFN = 0x5B00, 0x5B04, 0x5B08, 0x5B0C
LEAVING_TABLE_PFN = 0x5B10
GUARD_ORDER = 1
PP_SIGNATURE = 0xDEAD000000000040
# (first PFN, order, CPU, migratetype) of what lies on per-CPU lists
PCP = ((0x5C01, 0, 0, 1), (0x5C03, 0, 0, 1), (0x5C08, 3, 0, 0), (0x5C11, 0, 1, 2),
       (0x17DA01, 0, 1, 1), (0x201, 0, 0, 0))
VMALLOC_PAGES = 3


def tell(kernel):
    frames, m = kernel.frames, kernel.machine
    for tail in range(COMPOUND_PFN + 1, COMPOUND_PFN + (1 << COMPOUND_ORDER)):
        frames.take(tail, "kernel allocation", _refcount=0)
    frames.take(COMPOUND_PFN, "kernel allocation")
    frames.compound(COMPOUND_PFN, COMPOUND_ORDER)
    m.memory.touch(0, 4096 << COMPOUND_ORDER)
    record_page(kernel, "compound head at PFN 0", COMPOUND_PFN, order=COMPOUND_ORDER, refcount=1)
    for tail in (1, 2):
        record_page(kernel, f"compound tail {tail}", tail, head=COMPOUND_PFN,
                    link=frames.address(0) | 1, refcount=0)

    frames.take(DMA_PFN, "kernel allocation")
    m.memory.write(DMA_PFN << 12, b"DMA buffer\0")
    record_page(kernel, "DMA buffer", DMA_PFN, refcount=1, mapcount=-1)

    frames.take(OFFLINE_PFN, "offline")
    frames.set_type(OFFLINE_PFN, "offline")
    record_page(kernel, "offline", OFFLINE_PFN)

    for pfn in range(GUARD_PFN, GUARD_PFN + (1 << GUARD_ORDER)):
        frames.take(pfn, "guard", _refcount=0)
    frames.set_type(GUARD_PFN, "guard")
    guard = frames.page(GUARD_PFN)
    guard["private"] = GUARD_ORDER
    m.list_init(guard.at("buddy_list"))
    record_page(kernel, "guard", GUARD_PFN, order=GUARD_ORDER)
    record_page(kernel, "inside a guard block", GUARD_PFN + 1, head=GUARD_PFN, order=GUARD_ORDER)

    _page_pool(kernel)
    if m.types.has_enumerator("PGTY_zsmalloc"):
        _zsmalloc(kernel)
    _leaving_table(kernel)
    for level, pfn in zip(("PTE", "PMD", "PUD"), kernel.shadow):
        record_page(kernel, f"{level} table of the shadow", pfn, table_level=level)
    area = kernel.vmalloc.allocate(VMALLOC_PAGES, "load_elf_binary", "vmalloc")
    record(kernel, "vmalloc area", address=area.address, pages=VMALLOC_PAGES, pfns=area.pfns,
           caller="load_elf_binary")
    for pfn, order, cpu, migratetype in PCP:
        kernel.node.free_to_pcp(pfn, order, cpu, migratetype)


def _page_pool(kernel):
    m, frames = kernel.machine, kernel.frames
    pool = m.object("page_pool", kernel.slabs.allocate("kmalloc-2k"))
    pool["p.nid"] = 0
    pool["p.pool_size"] = 256
    page = frames.take(POOL_PFN, "page pool", pp_magic=PP_SIGNATURE, pp=pool)
    page[m.types.which("page", "pp_ref_count", "pp_frag_count")] = 1
    record_page(kernel, "page pool", POOL_PFN, pool=pool.address, refcount=1)


def _leaving_table(kernel):
    """A page table that no process has any more: RCU will free it."""
    m = kernel.machine
    page = kernel.frames.take(LEAVING_TABLE_PFN, "page table")
    m.put(page.at("callback_head") + 8, m.image.function("pte_free_now"))
    kernel.frames.set_type(LEAVING_TABLE_PFN, "table")
    kernel.count("NR_PAGETABLE", 1)
    record_page(kernel, "page table that waits for RCU", LEAVING_TABLE_PFN, refcount=1)


def _zsmalloc(kernel):
    m, frames = kernel.machine, kernel.frames
    zspage = m.object("zspage", kernel.slabs.allocate("kmalloc-64"))
    zpdesc = m.object("zpdesc", frames.address(ZSMALLOC_PFN))
    frames.take(ZSMALLOC_PFN, "zsmalloc")
    frames.set_type(ZSMALLOC_PFN, "zsmalloc")
    frames.page(ZSMALLOC_PFN)["page_type"] |= 0x120  # the first object's offset shares the word
    zpdesc["zspage"] = zspage
    zspage.set(first_zpdesc=zpdesc, inuse=3)
    zspage["class"] = 34
    kernel.count_zone(ZSMALLOC_PFN, "NR_ZSPAGES", 1)
    record_page(kernel, "zsmalloc", ZSMALLOC_PFN, zspage=zspage.address)


def biggest_blocks(kernel):
    """What one free list of DMA32 holds."""
    movable = kernel.types.enumerator("MIGRATE_MOVABLE")
    return [(pfn, order, migratetype) for pfn, order, migratetype in kernel.node.free_blocks
            if order == MAX_ORDER and migratetype == movable and kernel.frames.zone_of(pfn) == 1]


def after(kernel):
    pfn, order, migratetype = max(kernel.node.free_blocks, key=lambda b: (b[1], -b[0]))
    record_page(kernel, "free block", pfn, order=order, migratetype=migratetype, refcount=0)
    record_page(kernel, "inside a free block", pfn + 9, head=pfn, order=order)
    pfn, order, migratetype = biggest_blocks(kernel)[-1]
    record_page(kernel, "last free block", pfn, order=order, migratetype=migratetype, refcount=0)
    pfn, order, cpu, index = kernel.node.pcp_pages[0]
    record_page(kernel, "free on a CPU's list", pfn, order=order, cpu=cpu, list=index)
    cache = kernel.slabs.caches["task_struct"]
    pfn, used = cache.slabs[0]
    record_page(kernel, "slab page", pfn, cache=cache.name, object_size=cache.object_size,
                objects=cache.per_slab, inuse=used, order=cache.order)
    cache = kernel.slabs.caches["kmalloc-512"]
    pfn, used = cache.slabs[-1]
    record_page(kernel, "slab with free objects", pfn, cache=cache.name, inuse=used,
                objects=cache.per_slab, allocated=cache.object_at(pfn, 0),
                free=cache.object_at(pfn, used))
    cache = kernel.slabs.caches["debugged"]
    pfn, used = cache.slabs[0]
    record_page(kernel, "debugged slab", pfn, cache=cache.name, inuse=used, objects=cache.per_slab,
                allocated=cache.object_at(pfn, 0), free=cache.object_at(pfn, used))
    record_page(kernel, "kernel image", kernel.machine.phys(kernel.machine.image.base) >> 12,
                reserved="kernel image")
    record_page(kernel, "vmemmap page", kernel.machine.vmemmap_phys[0], reserved="vmemmap")
    record_page(kernel, "firmware hole", 0xA5, reserved="firmware hole")
    zones = [{"name": name, "nr": free} for (name, start, end), free
             in zip(ZONES, kernel.node.free_pages) if end > start]
    record(kernel, "zones", zones=zones)
