# SPDX-License-Identifier: GPL-2.0-or-later
"""A tmpfs file that parent and child map, and page cache that nobody maps."""

from .. import memcg
from ..files import FileSystem
from ..pagetables import ACCESSED, DIRTY, NX, PRESENT, USER, WRITE
from ..tasks import RW, VM_MAYSHARE, VM_SHARED
from .record import mappings, record, record_page

AT = 0x7FFF00050000
LOG_PFN = 0x9330
LOG_INDEX = 3
RING_PFN, RING_INDEX = 0x5B18, 1000
BLOCKS, FIRST_BLOCK = 4, 20480


def tell(kernel):
    root = kernel.root_fs
    dev = root.directory(root.root, "dev", 11)
    shm = root.directory(dev, "shm", 12)
    tmpfs = FileSystem(kernel, "tmpfs", (0, 0x1A), "tmpfs", root, shm)
    kernel.file_systems.append(tmpfs)
    _tmpfs(kernel, tmpfs)
    _log(kernel, root)
    _ring(kernel, tmpfs)


def _tmpfs(kernel, tmpfs):
    parent, child = kernel.people["parent"], kernel.people["child"]
    inode = tmpfs.file(tmpfs.root, "segment", 3, 0x2000)
    pfn = kernel.frames.next_free("user")
    page = inode.add_page(1, pfn, "shmem", "dirty", "swapbacked")
    memcg.lru_add(kernel, kernel.cgroups["user"], pfn, memcg.ANON, memcg.MIN_SEQ)
    kernel.count("NR_SHMEM", 1)
    kernel.count("NR_FILE_MAPPED", 1)
    flags = PRESENT | WRITE | USER | ACCESSED | DIRTY | NX
    maps = []
    for process in (parent, child):
        process.add_vma(AT, AT + 0x2000, RW | VM_SHARED | VM_MAYSHARE, pgoff=0, file=inode.open(),
                        inode=inode)
        maps.append((process, AT + 0x1000, process.map(AT + 0x1000, pfn, flags, "SHMEM"), 1))
    page.set(_refcount=3, _mapcount=1)
    record_page(kernel, "tmpfs page", pfn, refcount=3, mapcount=1, index=1,
                path="/dev/shm/segment", inode=3, device="00:1a", fs="tmpfs",
                mapping=inode.mapping.address, mappings=mappings(maps))


def _ring(kernel, fs):
    """A page that was given a file's mapping when a process mapped it, and is not in the page cache."""
    inode = fs.file(fs.root, "ring", 4, 0)
    kernel.frames.take(RING_PFN, "kernel allocation", mapping=inode.mapping, index=RING_INDEX)
    record_page(kernel, "ring of perf", RING_PFN, refcount=1)


def _log(kernel, root):
    var = root.directory(root.root, "var", 13)
    log = root.directory(var, "log", 14)
    inode = root.file(log, "a-log-file-with-a-name-too-long-for-its-dentry.log", 77, 0x5000)
    page = inode.add_page(LOG_INDEX, LOG_PFN, "page cache", "private", "dirty", "referenced")
    page.set(_refcount=2, private=_buffers(kernel, page))
    inode.extra[0] = 0x1234 << 1 | 1  # the shadow of a page that was reclaimed
    memcg.lru_add(kernel, kernel.cgroups["workers"], LOG_PFN, memcg.FILE, memcg.MIN_SEQ)
    kernel.count("NR_FILE_DIRTY", 1)
    kernel.count_zone(LOG_PFN, "NR_ZONE_WRITE_PENDING", 1)
    record_page(kernel, "page cache, unmapped", LOG_PFN, refcount=2, mapcount=-1,
                index=LOG_INDEX, inode=77, dirty=True,
                path="/var/log/a-log-file-with-a-name-too-long-for-its-dentry.log")


def _buffers(kernel, page):
    """A page's four blocks: the first is up to date, the second dirty, the third has no place yet."""
    ring = [kernel.slabs.object("buffer_head") for _ in range(BLOCKS)]
    for i, (head, state) in enumerate(zip(ring, (0x11, 0x13, 0x103, 0x10))):
        head.set(b_state=state, b_this_page=ring[(i + 1) % BLOCKS], b_blocknr=FIRST_BLOCK + i,
                 b_size=0x1000 // BLOCKS, b_count=1)
        head["b_folio"] = page
    kernel.log_buffers = ring
    record(kernel, "buffers", block=FIRST_BLOCK, heads=[f"{head.address:#x}" for head in ring])
    return ring[0]
