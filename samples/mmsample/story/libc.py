# SPDX-License-Identifier: GPL-2.0-or-later
"""The C library that 105 processes map in five pieces each."""

from .. import memcg
from ..memory import PAGE
from ..pagetables import ACCESSED, NX, PRESENT, USER
from ..tasks import Process, RW, VM_EXEC, VM_GROWSDOWN, VM_MAY, VM_READ
from .record import mappings, record, record_page

PROCESSES = 105
SIZE, INODE = 2125328, 5160837
PAGES = -(-SIZE // PAGE)
PATH = "/usr/lib/x86_64-linux-gnu/libc.so.6"
# (offset from the base, end, file offset, flags)
PIECES = ((0, 0x28000, 0, VM_READ), (0x28000, 0x1B0000, 0x28000, VM_READ | VM_EXEC),
          (0x1B0000, 0x1FF000, 0x1B0000, VM_READ), (0x1FF000, 0x203000, 0x1FE000, VM_READ),
          (0x203000, 0x205000, 0x202000, RW & ~VM_MAY))
FIRST_PFN = 0x152852 - 45  # so that page 45 is PFN 1386578
# page -> how many of the processes map it; two pieces have page 510, so that each maps it twice
MAPPED = {45: PROCESSES, 96: PROCESSES, 0: 3, 510: PROCESSES}
FIRST_PID = 3001
BASES = (0x795DF3800000, 0x7CEAC3400000)  # where two of them have it; the rest are spread


def base(number):
    if number < len(BASES):
        return BASES[number]
    return 0x700000000000 + number * 0x5A5A13 * 0x200000 % 0xF0000000000


def tell(kernel):
    root = kernel.root_fs
    usr = root.directory(root.root, "usr", 21)
    lib = root.directory(usr, "lib", 22)
    triplet = root.directory(lib, "x86_64-linux-gnu", 23)
    inode = root.file(triplet, "libc.so.6", INODE, SIZE, 0o755)
    for index in range(PAGES):
        inode.add_page(index, FIRST_PFN + index, "page cache", "referenced")
        memcg.lru_add(kernel, kernel.cgroups["workers"], FIRST_PFN + index, memcg.FILE,
                      memcg.MAX_SEQ)
    workers = [_worker(kernel, inode, i) for i in range(PROCESSES)]
    for index, count in MAPPED.items():
        _map_page(kernel, inode, index, workers[:count])
    record(kernel, "libc", path=PATH, inode=INODE, device="103:05", pages=PAGES,
           vmas=len(inode.vmas), processes=PROCESSES, mapping=inode.mapping.address,
           inode_at=inode.object.address, size=SIZE, offset=0)
    second = workers[1]
    start = BASES[1] + 0x28000
    record(kernel, "maps line", pid=second.pid,
           line=f"{start:x}-{BASES[1] + 0x1B0000:x} r-xp 00028000 103:05 {INODE}")
    unmapped = FIRST_PFN + 200
    record_page(kernel, "libc page 200, unmapped", unmapped, refcount=1, mapcount=-1, index=200,
                path=PATH)


def _worker(kernel, inode, number):
    pid = FIRST_PID + number
    process = Process(kernel, pid, f"worker-{number:03}", kernel.people["init"],
                      kernel.cgroups["workers"])
    process.give_stack()
    process.base = base(number)
    file = inode.open()
    process.mm["exe_file"] = file
    for start, end, offset, flags in PIECES:
        process.add_vma(process.base + start, process.base + end, flags | VM_MAY,
                        pgoff=offset // PAGE, file=file, inode=inode)
    stack = 0x7FFC00000000 + number * 0x1000000
    process.add_vma(stack, stack + 0x21000, RW | VM_GROWSDOWN)
    process.mm["start_stack"] = stack + 0x20000
    return process


def _map_page(kernel, inode, index, workers):
    """Let processes map a page of the file through each piece that it lies in."""
    offset = index * PAGE
    pieces = [piece for piece in PIECES if piece[2] <= offset < piece[2] + piece[1] - piece[0]]
    pfn = inode.pages[index]
    maps = []
    for process in workers:
        for start, _, at, flags in pieces:
            bits = PRESENT | USER | ACCESSED | (0 if flags & VM_EXEC else NX)
            address = process.base + start + offset - at
            maps.append((process, address, process.map(address, pfn, bits, "FILE"), 1))
    kernel.frames.page(pfn).set(_refcount=1 + len(maps), _mapcount=len(maps) - 1)
    kernel.count("NR_FILE_MAPPED", 1)
    record_page(kernel, f"libc page {index}", pfn, refcount=1 + len(maps),
                mapcount=len(maps) - 1, index=index, path=PATH, inode=INODE,
                mapping=inode.mapping.address, mappings=mappings(maps))
