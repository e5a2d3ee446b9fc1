# SPDX-License-Identifier: GPL-2.0-or-later
"""A swap file with pages out and in the swap cache, shared memory's among them, and a mark where there is no page."""

from .. import memcg, xarray
from ..pagetables import ACCESSED, NX, PRESENT, USER
from .anonymous import STACK
from .record import mappings, record, record_page

SLOTS, OUT_SLOT, CACHED_SLOT = 1024, 5, 9
# In the swap cache without a mapping, by what swap_map says: who has them, and what they are called
UNMAPPED = {12: ("read ahead from swap", 1), 13: ("shared memory in the swap cache", 0xBF),
            14: ("left in the swap cache", 0)}
READ_SLOT, SHMEM_SLOT, SHMEM_INDEX = 12, 13, 70
OUT_AT, CACHED_AT, MARKED_AT = STACK[0] + 0x8000, STACK[0] + 0x9000, STACK[0] + 0xA000
READ_AT = STACK[0] + 0xB000
MARKER, UFFD_WP = 31, 1  # the last type since 6.2, and one of the marks
HAS_CACHE, BAD = 0x40, 0x3F
EXCLUSIVE = 1 << 3


def swap_pte(kind, offset, flags=0):
    """A swap entry as page tables hold it: the offset is stored inverted."""
    return kind << 59 | (~offset & (1 << 50) - 1) << 9 | flags


def tell(kernel):
    m = kernel.machine
    kernel.swap = _area(kernel)
    m.image.function("swap_shmem_alloc")
    parent = kernel.people["parent"]
    entry = swap_pte(0, OUT_SLOT, EXCLUSIVE)
    parent.map_swap(OUT_AT, entry)
    record(kernel, "swapped out", pid=parent.pid, vaddr=OUT_AT, entry=entry, swap_type=0,
           offset=OUT_SLOT)

    parent.map_swap(READ_AT, swap_pte(0, READ_SLOT))
    kernel.swapped_shmem = _shared(kernel)

    entry = swap_pte(MARKER, UFFD_WP)
    parent.tables.map(MARKED_AT, entry)
    record(kernel, "marked", pid=parent.pid, vaddr=MARKED_AT, entry=entry)

    pfn = kernel.frames.next_free("user")
    anon = kernel.stack_anon
    index = CACHED_AT >> 12
    kernel.frames.take(pfn, "swap cache", mapping=anon.mapping, index=index, private=CACHED_SLOT,
                       _refcount=2, _mapcount=0)
    kernel.frames.set_flags(pfn, "uptodate", "dirty", "swapbacked", "swapcache")
    memcg.lru_add(kernel, kernel.cgroups["user"], pfn, memcg.ANON, memcg.MIN_SEQ)
    for item in ("NR_ANON_MAPPED", "NR_SWAPCACHE", "NR_FILE_PAGES"):
        kernel.count(item, 1)
    pte = parent.map(CACHED_AT, pfn, PRESENT | USER | ACCESSED | NX, "ANON")
    space = m.object("address_space", kernel.slabs.allocate("kmalloc-192"))
    space["nrpages"] = 1
    space["a_ops"] = m.image.place("swap_aops", 168, 8, "rodata")
    cached = {slot: _unmapped(kernel, slot, *what) for slot, what in UNMAPPED.items()}
    space["nrpages"] = 1 + len(cached)
    xarray.plant(kernel, space.at("i_pages"), cached | {CACHED_SLOT: kernel.frames.address(pfn)})
    spaces = m.image.place("swapper_spaces", 28 * 8)
    m.put(spaces, space.address)
    m.put(m.image.place("nr_swapper_spaces", 28 * 4), 1, 4)
    record_page(kernel, "swap cache", pfn, refcount=2, mapcount=0, index=index, swap_type=0,
                offset=CACHED_SLOT, mappings=mappings([(parent, CACHED_AT, pte, 1)]))


def _unmapped(kernel, slot, name, count):
    """A page that nobody has mapped yet, or that nobody has any more; its struct page."""
    pfn = kernel.frames.next_free("user")
    kernel.frames.take(pfn, "swap cache", private=slot, _refcount=1)
    kernel.frames.set_flags(pfn, "uptodate", "swapbacked", "swapcache")
    memcg.lru_add(kernel, kernel.cgroups["user"], pfn, memcg.ANON, memcg.MIN_SEQ)
    for item in ("NR_SWAPCACHE", "NR_FILE_PAGES"):
        kernel.count(item, 1)
    kernel.machine.put(kernel.swap["swap_map"] + slot, HAS_CACHE | count, 1)
    record_page(kernel, name, pfn, refcount=1, mapcount=-1, swap_type=0, offset=slot)
    return kernel.frames.address(pfn)


def _shared(kernel):
    """Shared memory with a page in swap; on the list of inodes that have some there."""
    m = kernel.machine
    tmpfs = next(fs for fs in kernel.file_systems if fs.kind == "tmpfs")
    info = m.object("shmem_inode_info", kernel.slabs.allocate("kmalloc-2k"))
    inode = tmpfs.file(tmpfs.root, "paged out", 5, (SHMEM_INDEX + 1) << 12,
                       at=m.object("inode", info.at("vfs_inode")))
    inode.extra[SHMEM_INDEX] = SHMEM_SLOT << 1 | 1
    info["swapped"] = 1
    head = m.image.place("shmem_swaplist", 16)
    m.list_init(head)
    m.list_add_tail(info.at("swaplist"), head)
    return info


def _area(kernel):
    m = kernel.machine
    inode = kernel.root_fs.file(kernel.root_fs.root, "swapfile", 15, SLOTS << 12, 0o600)
    area = m.object("swap_info_struct", kernel.slabs.allocate("kmalloc-2k"))
    used, writable = (m.types.enumerator(f"SWP_{n}") for n in ("USED", "WRITEOK"))
    area.set(flags=used | writable, prio=-2, type=0, max=SLOTS, pages=SLOTS - 1,
             swap_map=kernel.slabs.allocate("kmalloc-2k"), swap_file=inode.open(), inuse_pages=2 + len(UNMAPPED))
    for slot, count in ((0, BAD), (OUT_SLOT, 1), (CACHED_SLOT, HAS_CACHE)):
        m.put(area["swap_map"] + slot, count, 1)
    m.put(m.image.place("swap_info", 28 * 8), area.address)
    m.image.variable("nr_swapfiles", 1, 4)
    m.image.variable("nr_swap_pages", SLOTS - 3 - len(UNMAPPED))
    m.image.variable("total_swap_pages", SLOTS - 1)
    return area
