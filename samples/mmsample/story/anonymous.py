# SPDX-License-Identifier: GPL-2.0-or-later
"""Anonymous memory of a parent and its forked child, with every count of the worked examples."""

from .. import memcg
from ..anon import AnonVma
from ..pagetables import ACCESSED, DIRTY, NX, PRESENT, USER, WRITE
from ..tasks import RW, VM_GROWSDOWN, VM_LOCKED
from .record import mappings, record, record_page

# The child moved its copy with mremap: vm_pgoff stayed what it was at the first fault.
PARENT_AT, CHILD_AT = 0x7FFF00001000, 0x7FFE00002000
SHARED_PFN = 0x5000
EXACT = PRESENT | WRITE | USER | ACCESSED | DIRTY  # 0x067
PARENT_TABLES = ((3, 0x2000000), (2, 0x3000000), (1, 0x4000000))
CHILD_TABLES = ((3, 0x11000000), (2, 0x12000000), (1, 0x13000000))
STACK = (0x7FFF00010000, 0x7FFF00031000)
LOCKED = (0x7FFF00040000, 0x7FFF00041000)
EXCLUSIVE_PFN, PINNED_PFN = 0x17DA77, 0x23DE8C
READ_ONLY = PRESENT | USER | ACCESSED | NX
READ_WRITE = READ_ONLY | WRITE | DIRTY
PIN = 1024  # what get_user_pages(FOLL_PIN) adds to a small folio's references


def on_lru(kernel, pfn):
    memcg.lru_add(kernel, kernel.cgroups["user"], pfn, memcg.ANON, memcg.MAX_SEQ)


def page(kernel, pfn, anon_vma, index, maps, *flags, extra_refs=0, place=on_lru):
    """An anonymous page with its mappers, of (process, address, entry flags), put where place(kernel, pfn) puts it."""
    made = kernel.frames.take(pfn, "anonymous", mapping=anon_vma.mapping, index=index,
                              _refcount=len(maps) + extra_refs, _mapcount=len(maps) - 1)
    kernel.frames.set_flags(pfn, "uptodate", "dirty", "swapbacked", *flags)
    kernel.machine.memory.write(pfn << 12, b"anonymous page\0")
    kernel.count("NR_ANON_MAPPED", 1)
    if "unevictable" not in flags:
        place(kernel, pfn)
    entries = [(p, address, p.map(address, pfn, bits, "ANON"), 1) for p, address, bits in maps]
    return made, entries


def tell(kernel):
    parent, child = kernel.people["parent"], kernel.people["child"]
    for level, phys in PARENT_TABLES:
        parent.attach_table(PARENT_AT, level, phys)
    for level, phys in CHILD_TABLES:
        child.attach_table(CHILD_AT, level, phys)
    _shared(kernel, parent, child)
    _stack(kernel, parent, child)
    _locked(kernel, parent)


def _fork(kernel, vma, copy):
    """What fork does to the reverse map of a VMA and its copy."""
    first = AnonVma(kernel)
    first.adopt(vma)
    first.link(copy)
    second = AnonVma(kernel, first)
    second.adopt(copy)
    kernel.anon_vmas += [first, second]
    return first, second


def _shared(kernel, parent, child):
    vma = parent.add_vma(PARENT_AT, PARENT_AT + 0x1000, RW)
    copy = child.add_vma(CHILD_AT, CHILD_AT + 0x1000, RW, pgoff=vma.pgoff)
    first, second = _fork(kernel, vma, copy)
    index = PARENT_AT >> 12
    _, maps = page(kernel, SHARED_PFN, first, index,
                   [(parent, PARENT_AT, EXACT), (child, CHILD_AT, EXACT)])
    record_page(kernel, "shared by parent and child", SHARED_PFN, refcount=2, mapcount=1,
                index=index, anon_vma=first.address, mapping=first.mapping,
                mappings=mappings(maps), child_anon_vma=second.address,
                entry_at=[0x4000008, 0x13000010])


def _stack(kernel, parent, child):
    vma = parent.add_vma(*STACK, RW | VM_GROWSDOWN)
    copy = child.add_vma(*STACK, RW | VM_GROWSDOWN)
    first, second = _fork(kernel, vma, copy)
    kernel.stack_anon = first
    for process in (parent, child):
        process.mm["start_stack"] = STACK[1] - 0x1000

    at = STACK[0]
    _, maps = page(kernel, EXCLUSIVE_PFN, first, vma.index(at), [(parent, at, READ_WRITE)],
                   "anon_exclusive")
    record_page(kernel, "one mapper", EXCLUSIVE_PFN, refcount=1, mapcount=0,
                index=vma.index(at), anon_vma=first.address, mappings=mappings(maps))

    at = STACK[0] + 0x1000
    pfn = kernel.frames.next_free("user")
    _, maps = page(kernel, pfn, first, vma.index(at),
                   [(parent, at, READ_ONLY), (child, at, READ_ONLY)])
    record_page(kernel, "shared at one address", pfn, refcount=2, mapcount=1,
                index=vma.index(at), anon_vma=first.address, mappings=mappings(maps))

    at = STACK[0] + 0x2000
    _, maps = page(kernel, PINNED_PFN, first, vma.index(at), [(parent, at, READ_WRITE)],
                   "anon_exclusive", extra_refs=PIN)
    kernel.count("NR_FOLL_PIN_ACQUIRED", 1)
    record_page(kernel, "pinned", PINNED_PFN, refcount=1 + PIN, mapcount=0,
                index=vma.index(at), mappings=mappings(maps))

    at = STACK[0] + 0x4000
    pfn = kernel.frames.next_free("user")
    _, maps = page(kernel, pfn, first, vma.index(at), [(parent, at, READ_WRITE)],
                   "anon_exclusive", "locked", extra_refs=1)
    record_page(kernel, "under migration", pfn, refcount=2, mapcount=0, index=vma.index(at),
                mappings=mappings(maps))

    at = STACK[0] + 0x3000
    pfn = kernel.frames.next_free("user")
    _, maps = page(kernel, pfn, second, copy.index(at), [(child, at, READ_WRITE)],
                   "anon_exclusive")
    record_page(kernel, "copied by the child", pfn, refcount=1, mapcount=0,
                index=copy.index(at), anon_vma=second.address, mappings=mappings(maps))


def _locked(kernel, parent):
    vma = parent.add_vma(*LOCKED, RW | VM_LOCKED)
    anon = AnonVma(kernel)
    anon.adopt(vma)
    kernel.anon_vmas.append(anon)
    pfn = kernel.frames.next_free("user")
    _, maps = page(kernel, pfn, anon, vma.index(LOCKED[0]), [(parent, LOCKED[0], READ_WRITE)],
                   "anon_exclusive", "unevictable")
    memcg.add_unevictable(kernel, kernel.cgroups["user"], pfn, 1)
    parent.mm["locked_vm"] = 1
    record_page(kernel, "locked", pfn, refcount=1, mapcount=0, mlock_count=1,
                mappings=mappings(maps))


def after(kernel):
    for anon in kernel.anon_vmas:
        first = anon.object
        record(kernel, f"anon_vma {anon.address:#x}", root=anon.root.address,
               parent=first["parent"], count=len(anon.chains))
