# SPDX-License-Identifier: GPL-2.0-or-later
"""
Page tables that the kernel does not mark as such: the roots up to 6.15, and what was made before there
were struct pages. Found by walking the tables of every address space.
"""
from ..x86_64 import PAGE, PAGE_SHIFT
from ..list import walk
from ..trouble import Absent

SPECIAL = (("efi_mm", False), ("poking_mm", True), ("text_poke_mm", True))
PTI_WORD, PTI_BIT = 7, 11  # of the boot CPU's capabilities


def frames(kernel, processes, pages):
    seen = set()
    isolated = has_isolation(kernel)
    for root in roots(kernel, processes, pages):
        yield from (table >> PAGE_SHIFT for table in kernel.tables.below(root, seen))
        if isolated:
            # User mode runs on a root of its own, with tables of its own for what it sees of the kernel.
            yield from (table >> PAGE_SHIFT for table in kernel.tables.below(root + PAGE, seen))
        elif has_second_half(pages, root >> PAGE_SHIFT):
            yield (root >> PAGE_SHIFT) + 1


def roots(kernel, processes, pages):
    yield kernel.root
    for name, pointer in SPECIAL:
        mm = kernel.target.symbol(name)
        if mm and pointer:
            mm = kernel.number(mm)
        if mm:
            yield from root_of(kernel, mm)
    for process in processes:
        yield from root_of(kernel, process.mm)
    # Those of all address spaces, also where no task has one any more.
    listed = kernel.target.symbol("pgd_list")
    if listed is not None:
        for page in walk(kernel, listed, kernel.target.offset("struct page", "lru")):
            pfn = pages.pfn_of(page)
            if pfn is not None:
                yield pfn << PAGE_SHIFT


def root_of(kernel, mm):
    pgd = kernel.member(mm, "struct mm_struct", "pgd")
    try:
        return [kernel.phys(pgd)] if pgd else []
    except Absent:
        return []


def has_isolation(kernel):
    """Whether user mode has page tables of its own."""
    at = kernel.target.member("struct cpuinfo_x86", "x86_capability")
    cpu = kernel.target.symbol("boot_cpu_data")
    return bool(at and cpu and kernel.number(cpu + at[0] + 4 * PTI_WORD, 4) >> PTI_BIT & 1)


def has_second_half(pages, pfn):
    """
    A root can be allocated with the room for user mode's own all the same: two pages of which the first
    alone is counted.
    """
    if pfn & 1 or pages.sections.of(pfn + 1) is None:
        return False
    first, second = pages.page(pfn), pages.page(pfn + 1)
    return bool(first.row and second.folio and not first.type and not second.tail and not second.folio.refcount)
