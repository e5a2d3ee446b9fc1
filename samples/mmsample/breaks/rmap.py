# SPDX-License-Identifier: GPL-2.0-or-later
"""The reverse map: counts, entries and trees that do not belong together."""

from ..memory import PAGE
from ..pagetables import ACCESSED, NX, PRESENT, USER
from .. import maple, rbtree
from .registry import anonx, damage, rmap_of_all, rmapx, story_page, story_pfn
from .trees import libc

ENTRY = PRESENT | USER | ACCESSED | NX


@damage("anon-vma-chain-lost", "the tree of an anon_vma lacks child's chain: its page there is not found",
        rmapx("{shared by parent and child}", r"^ +mapcount: +2$", r"2002 child .* no tree leads to it"),
        rmap_of_all(r"2002 the tree of the anon_vma at 0x\w+ lacks the VMA at 0x\w+, for 0x7ffe00002000-",
                    r"1 yes   in an area that the tree of the page's mapping does not lead to"))
def chain_lost(kernel):
    anon = kernel.anon_vmas[0]
    nodes = [(chain.at("rb"), vma.first_index, vma.last_index, chain.at("rb_subtree_last"))
             for chain, vma in anon.chains if vma.process.pid != 2002]
    rbtree.plant(kernel.machine, anon.object.at("rb_root"), nodes)


@damage("mapcount-wrong", "libc's page 45 counts one mapping more than there are entries",
        rmapx("{libc page 45}", r"^ +mapcount: +106$", r"^ +entries: +105$", r"^ +agree: +no$", r"^ +explained: +-$"),
        rmap_of_all(r"^PFN 152852$", r"^ +mapcount: +106$"))
def mapcount_wrong(kernel):
    story_page(kernel, "libc page 45")["_mapcount"] = 105


@damage("pte-of-free-page", "parent maps a page that is free",
        rmapx("{free block}", r"^ +class: +free$", r"^ +agree: +no$", r"2001 parent +7fff0001f000 "),
        rmap_of_all(r"1 yes   of a page that is free", r"2001 parent +7fff0001f000 "))
def free_mapped(kernel):
    kernel.people["parent"].tables.map(0x7FFF0001F000, story_pfn(kernel, "free block") * PAGE | ENTRY)


@damage("vma-outside-tree", "a mapping of libc is in the file's tree and not in its process's maple tree",
        rmap_of_all(r"3001 the tree of the address_space at 0x\w+ has the VMA for 0x795df3828000-0x795df39b0000 of mm",
                    r"yes   at an address that no area has", r"3001 worker-000 .* its VMA is not in the maple tree$"))
def vma_outside(kernel):
    worker = next(p for p in kernel.processes if p.comm == "worker-000")
    inside = [(v.start, v.end, v.address) for v in worker.vmas if v.start != worker.base + 0x28000]
    maple.plant(kernel, worker.mm.at("mm_mt"), inside)
    worker.mm["map_count"] = len(inside)


@damage("munmap-under-way", "worker-000 unmaps a part of libc: the VMA is out of its maple tree, and still in the file's "
        "tree, as are its pages in the page tables, which is no fault",
        rmap_of_all(r"^ +leaving: +1$", r"2 no +in a mapping that is being unmapped", status=0))
def munmap(kernel):
    vma_outside(kernel)
    worker = next(p for p in kernel.processes if p.comm == "worker-000")
    vma = next(v for v in worker.vmas if v.start == worker.base + 0x28000)
    if kernel.types.has("vm_area_struct", "detached"):
        vma.object["detached"] = 1
    else:
        worker.mm["mmap_lock.count.counter"] = 1  # there are no marks up to 6.3, but whoever unmaps holds the lock


@damage("i-mmap-lost", "the tree of libc lacks one mapping of it: its pages there are not found",
        rmapx("{libc page 45}", r"^ +entries: +105$", r"3001 worker-000 .* no tree leads to it"),
        rmap_of_all(r"3001 the tree of the address_space at 0x\w+ lacks the VMA at 0x\w+, for 0x795df3828000-"))
def mmap_lost(kernel):
    inode = libc(kernel)
    nodes = [(vma.object.at("shared.rb"), vma.first_index, vma.last_index, vma.object.at("shared.rb_subtree_last"))
             for vma in inode.vmas if vma.start != 0x795DF3828000]
    rbtree.plant(kernel.machine, inode.mapping.at("i_mmap"), nodes)


@damage("anon-vma-counts-wrong", "an anon_vma counts one child, one active VMA and one reference too few",
        anonx("{shared by parent and child}", r"it counts 1 children, and has 2",
              r"^trouble: +the anon_vma at 0x\w+: it counts 1 children, and has 2"))
def anon_counts(kernel):
    anon = kernel.anon_vmas[0].object
    anon["num_children"] = 1
    anon["num_active_vmas"] = 0
    anon["refcount"] = 1
