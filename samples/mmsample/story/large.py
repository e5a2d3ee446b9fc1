# SPDX-License-Identifier: GPL-2.0-or-later
"""Large folios: a THP mapped by one PMD, a smaller one mapped by PTEs, and hugetlb pages."""

from .. import memcg
from ..anon import AnonVma
from ..files import FileSystem
from ..memory import PAGE
from ..pagetables import ACCESSED, DIRTY, HUGE, NX, PRESENT, USER, WRITE
from ..tasks import RW, VM_HUGETLB, VM_MAYSHARE, VM_SHARED
from .record import mappings, record, record_page

THP_PFN, THP_AT = 0x23E000, 0x7F0000200000
SMALL_PFN, SMALL_AT, SMALL_ORDER = 0x5400, 0x7F0000100000, 4
AREA = (0x7F0000000000, 0x7F0000400000)
HUGETLB_PFN, HUGETLB_FREE_PFN, HUGETLB_AT = 0x23E200, 0x23E400, 0x7F0000600000
SHMEM_PFN, SHMEM_AT = 0x23E600, (0x7F0001000000, 0x7F0001400000)
PMD_ORDER, PMD_PAGES = 9, 512
ENTIRELY_MAPPED = 0x800000
# Enough small areas with gaps between them that the maple tree gets a second level.
CRUMBS, CRUMB_AT, CRUMB_STEP = 40, 0x7E0000000000, 0x3000
PTE = PRESENT | WRITE | USER | ACCESSED | DIRTY | NX
PMD = PTE | HUGE
HSTATES = (("hugepages-2048kB", 9), ("hugepages-1048576kB", 18))


def take(kernel, pfn, order, kind):
    for frame in range(pfn + 1, pfn + (1 << order)):
        kernel.frames.take(frame, kind, _refcount=0)
    return kernel.frames.take(pfn, kind)


def tell(kernel):
    process = kernel.people["big"]
    vma = process.add_vma(*AREA, RW)
    anon = AnonVma(kernel)
    anon.adopt(vma)
    kernel.anon_vmas.append(anon)
    _thp(kernel, process, vma, anon)
    _small(kernel, process, vma, anon)
    _shmem(kernel, process)
    _hugetlb(kernel, process)
    for i in range(CRUMBS):
        start = CRUMB_AT + i * CRUMB_STEP
        process.add_vma(start, start + 0x1000, RW)


def _thp(kernel, process, vma, anon):
    frames, m = kernel.frames, kernel.machine
    head = take(kernel, THP_PFN, PMD_ORDER, "THP")
    folio = frames.compound(THP_PFN, PMD_ORDER, "thp")
    frames.count_mappings(folio, 1, ENTIRELY_MAPPED, 1)
    head.set(mapping=anon.mapping, index=vma.index(THP_AT), _refcount=1)
    frames.set_flags(THP_PFN, "uptodate", "dirty", "swapbacked", "anon_exclusive")
    memcg.lru_add(kernel, kernel.cgroups["user"], THP_PFN, memcg.ANON, memcg.MAX_SEQ, PMD_PAGES)
    entry = process.map(THP_AT, THP_PFN, PMD, "ANON", level=2)
    _deposit(kernel, process)
    kernel.count("NR_ANON_MAPPED", PMD_PAGES)
    kernel.count("NR_ANON_THPS", PMD_PAGES)
    word = m.get(frames.address(THP_PFN + 1) + 0x18)
    record_page(kernel, "THP head", THP_PFN, refcount=1, mapcount=1, order=PMD_ORDER,
                index=vma.index(THP_AT), anon_vma=anon.address, entire_mapcount=1,
                mappings=mappings([(process, THP_AT, entry, 2)]))
    record_page(kernel, "THP tail 1", THP_PFN + 1, head=THP_PFN, refcount=0, word_0x18=word,
                link=frames.address(THP_PFN) | 1, entirely_mapped=True)
    record_page(kernel, "THP tail 2", THP_PFN + 2, head=THP_PFN,
                link=frames.address(THP_PFN) | 1)
    record_page(kernel, "THP tail 3", THP_PFN + 3, head=THP_PFN, mapping=0xDEAD000000000400)


def _shmem(kernel, process):
    """A huge page of tmpfs that is mapped twice: in 6.1 such pages count that themselves, from 6.2 on not."""
    frames = kernel.frames
    tmpfs = next(fs for fs in kernel.file_systems if fs.kind == "tmpfs")
    inode = tmpfs.file(tmpfs.root, "huge", 4, PMD_PAGES * PAGE)
    for frame in range(SHMEM_PFN + 1, SHMEM_PFN + PMD_PAGES):
        frames.take(frame, "shmem", _refcount=0)
    head = inode.add_page(0, SHMEM_PFN, "shmem", "dirty", "swapbacked", order=PMD_ORDER)
    folio = frames.compound(SHMEM_PFN, PMD_ORDER, "thp")
    frames.count_mappings(folio, len(SHMEM_AT), ENTIRELY_MAPPED, len(SHMEM_AT))
    head["_refcount"] = PMD_PAGES + len(SHMEM_AT)
    memcg.lru_add(kernel, kernel.cgroups["user"], SHMEM_PFN, memcg.ANON, memcg.MIN_SEQ, PMD_PAGES)
    for item in ("NR_SHMEM", "NR_FILE_MAPPED", "NR_SHMEM_THPS", "NR_SHMEM_PMDMAPPED"):
        kernel.count(item, PMD_PAGES)
    maps = []
    for at in SHMEM_AT:
        process.add_vma(at, at + PMD_PAGES * PAGE, RW | VM_SHARED | VM_MAYSHARE, pgoff=0,
                        file=inode.open(), inode=inode)
        maps.append((process, at, process.map(at, SHMEM_PFN, PMD, "SHMEM", level=2), 2))
    record_page(kernel, "tmpfs THP", SHMEM_PFN, refcount=PMD_PAGES + len(SHMEM_AT), order=PMD_ORDER,
                mapcount=len(SHMEM_AT), index=0, path="/dev/shm/huge", inode=4, fs="tmpfs",
                mapping=inode.mapping.address, mappings=mappings(maps))
    record_page(kernel, "tmpfs THP tail 7", SHMEM_PFN + 7, head=SHMEM_PFN, mapcount=len(SHMEM_AT) - 1)


def _deposit(kernel, process):
    """A PMD mapping keeps a page table in store, for when it has to be split."""
    m, tables = kernel.machine, process.tables
    table = tables.slot(THP_AT, 2) // PAGE
    spare = process._new_table(1) // PAGE
    m.memory.touch(spare * PAGE, PAGE)
    tables.tables += 1
    page = kernel.frames.page(spare)
    m.list_init(page.at("lru"))
    kernel.frames.table(table)["pmd_huge_pte"] = page
    record(kernel, "deposited page table", pfn=spare, held_by=table)


def _small(kernel, process, vma, anon):
    frames = kernel.frames
    count = 1 << SMALL_ORDER
    head = take(kernel, SMALL_PFN, SMALL_ORDER, "large anonymous folio")
    folio = frames.compound(SMALL_PFN, SMALL_ORDER, "thp")
    frames.count_mappings(folio, 0, count, count)
    head.set(mapping=anon.mapping, index=vma.index(SMALL_AT), _refcount=count)
    frames.set_flags(SMALL_PFN, "uptodate", "dirty", "swapbacked")
    memcg.lru_add(kernel, kernel.cgroups["user"], SMALL_PFN, memcg.ANON, memcg.MAX_SEQ, count)
    for i in range(count):
        frames.page(SMALL_PFN + i)["_mapcount"] = 0
        frames.set_flags(SMALL_PFN + i, "anon_exclusive")
        entry = process.map(SMALL_AT + i * PAGE, SMALL_PFN + i, PTE, "ANON")
    kernel.count("NR_ANON_MAPPED", count)
    at = SMALL_AT + (count - 1) * PAGE
    record_page(kernel, "small folio head", SMALL_PFN, refcount=count, order=SMALL_ORDER,
                nr_pages_mapped=count, anon_vma=anon.address)
    record_page(kernel, "small folio tail", SMALL_PFN + count - 1, head=SMALL_PFN,
                mapcount=0, mappings=mappings([(process, at, entry, 1)]))


def _hugetlb(kernel, process):
    m, frames = kernel.machine, kernel.frames
    fs = FileSystem(kernel, "hugetlbfs", (0, 0x1B), "hugetlbfs")
    kernel.file_systems.append(fs)
    inode = fs.file(fs.root, "anon_hugepage", 4, 2 << 20)
    vma = process.add_vma(HUGETLB_AT, HUGETLB_AT + (2 << 20), RW | VM_HUGETLB, pgoff=0,
                          file=inode.open(), inode=inode)
    anon = AnonVma(kernel)
    anon.adopt(vma)
    kernel.anon_vmas.append(anon)
    states = _hstates(kernel)
    head, folio = _hugetlb_folio(kernel, HUGETLB_PFN)
    frames.count_mappings(folio, 1, 0, 1)
    migratable = 1 << m.types.enumerator("HPG_migratable")
    head.set(mapping=anon.mapping, index=0, _refcount=1, private=migratable)
    frames.set_flags(HUGETLB_PFN, "uptodate", "referenced", "anon_exclusive")
    m.list_add_tail(head.at("lru"), states.at("hugepage_activelist"))
    entry = process.map(HUGETLB_AT, HUGETLB_PFN, PMD, "HUGETLB", level=2)
    if m.types.has_enumerator("NR_HUGETLB"):
        kernel.count("NR_HUGETLB", PMD_PAGES)
    record_page(kernel, "hugetlb in use", HUGETLB_PFN, refcount=1, mapcount=1, order=PMD_ORDER,
                index=0, mappings=mappings([(process, HUGETLB_AT, entry, 2)]))

    head, _ = _hugetlb_folio(kernel, HUGETLB_FREE_PFN)
    head.set(_refcount=0, private=1 << m.types.enumerator("HPG_freed"))
    m.list_add_tail(head.at("lru"), states.at("hugepage_freelists[0]"))
    record_page(kernel, "hugetlb free", HUGETLB_FREE_PFN, refcount=0, order=PMD_ORDER)


def _hugetlb_folio(kernel, pfn):
    """Told by its second page up to 6.8, by the head's type in 6.14."""
    frames = kernel.frames
    head = take(kernel, pfn, PMD_ORDER, "hugetlb")
    folio = frames.compound(pfn, PMD_ORDER, "hugetlb")
    folio.set(_hugetlb_subpool=0, _hugetlb_cgroup=0, _hugetlb_cgroup_rsvd=0, _hugetlb_hwpoison=0)
    if frames.byte_types():
        frames.set_type(pfn, "hugetlb")
    return head, folio


def _hstates(kernel):
    m = kernel.machine
    size = m.types.sizeof("hstate")
    array = m.image.place("hstates", 2 * size, 64, "bss")
    m.image.variable("hugetlb_max_hstate", 2, 4)
    m.image.variable("default_hstate_idx", 0, 4)
    for i, (name, order) in enumerate(HSTATES):
        state = m.object("hstate", array + i * size)
        state.set(order=order, mask=-PAGE << order & (1 << 64) - 1, name=name.encode() + b"\0")
        m.list_init(state.at("hugepage_activelist"))
        m.list_init(state.at("hugepage_freelists[0]"))
    first = m.object("hstate", array)
    first.set(max_huge_pages=2, nr_huge_pages=2, free_huge_pages=1)
    first["nr_huge_pages_node[0]"] = 2
    first["free_huge_pages_node[0]"] = 1
    return first
