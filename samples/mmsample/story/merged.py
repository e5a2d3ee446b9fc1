# SPDX-License-Identifier: GPL-2.0-or-later
"""A page that KSM merged out of two unrelated processes."""

from .. import memcg, rbtree
from ..anon import AnonVma
from ..pagetables import ACCESSED, NX, PRESENT, USER
from ..tasks import RW, VM_MERGEABLE
from .record import mappings, record_page

AT = {"twin-a": 0x7F1000000000, "twin-b": 0x7F2000000000}
KSM = 3
STABLE = 0x200


def tell(kernel):
    m = kernel.machine
    pfn = kernel.frames.next_free("user")
    stable = kernel.slabs.object("ksm_stable_node")
    stable.set(kpfn=pfn, rmap_hlist_len=2, nid=0)
    maps = [_twin(kernel, name, at, pfn, stable) for name, at in AT.items()]
    kernel.frames.take(pfn, "KSM", mapping=stable.address | KSM, index=AT["twin-a"] >> 12,
                       _refcount=2, _mapcount=1)
    kernel.frames.set_flags(pfn, "uptodate", "dirty", "swapbacked")
    memcg.lru_add(kernel, kernel.cgroups["user"], pfn, memcg.ANON, memcg.MIN_SEQ)
    kernel.count("NR_ANON_MAPPED", 1)
    tree = m.image.place("one_stable_tree", 8)
    m.image.variable("root_stable_tree", tree)
    m.put(tree, rbtree.Tree(m, [(stable.at("node"), pfn, pfn, None)]).root)
    m.image.variable("ksm_pages_shared", 1)
    m.image.variable("ksm_pages_sharing", 1)
    m.image.variable("ksm_max_page_sharing", 256, 4)
    record_page(kernel, "merged by KSM", pfn, refcount=2, mapcount=1, stable_node=stable.address,
                mappings=mappings(maps))


def _twin(kernel, name, at, pfn, stable):
    process = kernel.people[name]
    vma = process.add_vma(at, at + 0x10000, RW | VM_MERGEABLE)
    anon = AnonVma(kernel)
    anon.adopt(vma)
    anon.object["refcount"] += 1
    kernel.anon_vmas.append(anon)
    item = kernel.slabs.object("ksm_rmap_item")
    item.set(anon_vma=anon.object, mm=process.mm, address=at | STABLE, head=stable)
    kernel.machine.hlist_add_head(item.at("hlist"), stable.at("hlist"))
    process.mm.set(ksm_merging_pages=1, ksm_rmap_items=1)
    return process, at, process.map(at, pfn, PRESENT | USER | ACCESSED | NX, "ANON"), 1
