# SPDX-License-Identifier: GPL-2.0-or-later
"""Address spaces: maple trees, reverse maps, page caches, page tables."""

import struct

from ..memory import PAGE
from ..pagetables import USER_TABLE
from .registry import (WILD, anonx, damage, filex, immapx, later, pagex, procx, rmap_of_all, rmapx, story_page, swapx,
                       user, vmax)

LIBC = "/usr/lib/x86_64-linux-gnu/libc.so.6"


def interval_root(kernel, address):
    """The top rb_node below an rb_root_cached."""
    m = kernel.machine
    return m.object("rb_node", m.object("rb_root_cached", address)["rb_root.rb_node"])


def shared_anon(kernel):
    return interval_root(kernel, kernel.anon_vmas[0].object.at("rb_root"))


def libc(kernel):
    """The inode of libc."""
    return next(i for i in kernel.root_fs.inodes if len(i.vmas) == 525)


def libc_tree(kernel):
    return interval_root(kernel, libc(kernel).mapping.at("i_mmap"))


def leftmost(kernel, node):
    while node["rb_left"]:
        node = kernel.machine.object("rb_node", node["rb_left"])
    return node


@damage("anon-vma-cycle", "the tree of the anon_vma of 'shared by parent and child' loops",
        pagex("{shared by parent and child}", r"areas: +-$", r"broken: +the tree at 0x\w+ is broken"))
def anon_cycle(kernel):
    top = shared_anon(kernel)
    for side in ("rb_left", "rb_right"):
        if top[side]:
            kernel.machine.object("rb_node", top[side])[side] = top


@damage("anon-vma-wild", "the tree of the anon_vma of 'shared by parent and child' leads nowhere",
        pagex("{shared by parent and child}",
              r"areas: +-$", r"broken: +the tree at 0x\w+ breaks off: node 0x4141\w+ is unmapped"),
        anonx("{shared by parent and child}", r"^wrong: +[1-9]", r"rb_node at 0x4141\w+ is unmapped"))
def anon_wild(kernel):
    top = shared_anon(kernel)
    top["rb_left"] = WILD
    top["rb_right"] = WILD


@damage("anon-vma-root-wrong", "an anon_vma's root is not its own root",
        pagex("{copied by the child}",
              r"anon vma unknown: +what is at 0x\w+ is no anon_vma: its root 0x\w+ is not a root"),
        anonx("{shared by parent and child}", r"^trouble: +what is at 0x\w+ is no anon_vma: its root 0x\w+ is not a root"))
def anon_root(kernel):
    anon = kernel.machine.object("anon_vma", story_page(kernel, "copied by the child")["mapping"] & ~3)
    anon["root"] = anon.address + 8


@damage("anon-vma-gone", "the anon_vma of a page that nothing maps any more is gone, which is no fault",
        pagex("{one mapper}", r"anon vma unknown: +nothing maps the page any more, so its anon_vma may be gone",
              status=0))
def anon_gone(kernel):
    page = story_page(kernel, "one mapper")
    page.set(mapping=kernel.people["child"].task.address | 1, _mapcount=-1)


@damage("anon-vma-stale", "a chain leads to another process's VMA, which does not hold the page",
        rmapx("{shared by parent and child}", r"^ +entries: +2$", r"2002 child .* no tree leads to it"),
        rmap_of_all(r"the anon_vma_chain on the list of the VMA at 0x\w+ says that it is of the one at",
                    r"1 yes   in an area that the tree of the page's mapping does not lead to"))
def anon_stale(kernel):
    chain = kernel.anon_vmas[0].chains[1][0]
    chain["vma"] = kernel.people["twin-a"].vmas[0].address


@damage("i-mmap-cycle", "the i_mmap tree of libc loops",
        immapx("{libc.path}", r"^nodes: +526$", r"^wrong: +\d+$", r"it says that 0x0 is its parent, and was reached from"))
def mmap_cycle(kernel):
    top = libc_tree(kernel)
    leftmost(kernel, top)["rb_left"] = top


@damage("i-mmap-subtree-wrong", "rb_subtree_last in the i_mmap tree of libc hides VMAs",
        immapx("{libc.path}", r"its subtree_last is 0x1, and it and those below end at 0x1fe"),
        rmapx("{libc page 45}", r"^ +entries: +105$", r"hidden in the tree", r"a subtree_last is wrong"))
def mmap_subtree(kernel):
    top = libc_tree(kernel)
    left = kernel.machine.object("rb_node", top["rb_left"])
    gap = (kernel.types.offset("vm_area_struct", "shared.rb_subtree_last")
           - kernel.types.offset("vm_area_struct", "shared.rb"))
    kernel.machine.put(left.address + gap, 1)


@damage("i-mmap-colour-wrong", "a node of the i_mmap tree of libc is red, and those around it are as before",
        immapx("{libc.path}", r"on a way down on its left are \d+ black nodes, and on its right \d+|it is red, and so is the one above"))
def mmap_colour(kernel):
    left = kernel.machine.object("rb_node", libc_tree(kernel)["rb_left"])
    left["__rb_parent_color"] ^= 1


@damage("i-mmap-parent-wrong", "a node of the i_mmap tree of libc denies its parent",
        immapx("{libc.path}", r"it says that 0x\w+ is its parent, and was reached from"),
        rmap_of_all(r"yes   in an area that the tree of the page's mapping does not lead to"))
def mmap_parent(kernel):
    left = kernel.machine.object("rb_node", libc_tree(kernel)["rb_left"])
    left["__rb_parent_color"] = left.address | 1


@damage("xarray-cycle", "the page cache of libc loops: a node that contains itself",
        filex(LIBC, r"trouble: +the xarray at 0x\w+ is broken: node 0x\w+ has an impossible shift", r"holes: +-"),
        filex(f"-v {LIBC}", r"not known: what tells of it is broken"))
def xarray_cycle(kernel):
    m = kernel.machine
    array = m.object("xarray", libc(kernel).mapping.at("i_pages"))
    node = m.object("xa_node", array["xa_head"] & ~3)
    node["slots[1]"] = array["xa_head"]


@damage("xarray-shift-huge", "a node of libc's page cache has an impossible shift",
        filex(LIBC, r"trouble: +the xarray at 0x\w+ is broken: node 0x\w+ has an impossible shift", r"cached: +0\n"),
        filex(f"{LIBC} 60", r"what: +not known: what tells of it is broken"))
def xarray_shift(kernel):
    m = kernel.machine
    array = m.object("xarray", libc(kernel).mapping.at("i_pages"))
    m.object("xa_node", array["xa_head"] & ~3)["shift"] = 200


@damage("xarray-wrong-page", "libc's page cache holds at index 45 a page that says otherwise",
        filex(LIBC, r"trouble: .*at index 0x2d, which is for another index", r"cached: +518\n"),
        filex(f"{LIBC} 2d", r"what: +not known: what tells of it is broken"))
def xarray_wrong(kernel):
    page = story_page(kernel, "libc page 45")
    page["index"] = 46


@damage("mapping-host-wild", "the inode of libc's address_space cannot be read",
        pagex("{libc page 45}", r"mapping unknown: +inode\.i_mapping of 0x4141\w+ is unmapped"))
def host_wild(kernel):
    libc(kernel).mapping["host"] = WILD


def maple_root(kernel, name):
    process = kernel.people[name]
    return process, process.maple_nodes


@damage("maple-dead-node", "parent's maple tree has a dead node: its VMAs are unknown",
        vmax(2001, r"node 0x\w+ has been replaced"))
def maple_dead(kernel):
    _, nodes = maple_root(kernel, "parent")
    kernel.machine.object("maple_range_64", nodes[0])["parent"] = nodes[0] | 1


@damage("maple-cycle", "bigpages' maple tree loops: a node that is its own child",
        vmax(2010, r"is broken: node 0x\w+ says that its parent is 0x\w+, and was reached from"),
        anonx("{one mapper}", r"^trouble: +the maple tree at 0x\w+ is broken"))
def maple_cycle(kernel):
    process, nodes = maple_root(kernel, "big")
    root = kernel.machine.get(process.mm.at("mm_mt.ma_root"))
    kernel.machine.object("maple_arange_64", nodes[0])["slot[1]"] = root


@damage("maple-pivots-wrong", "bigpages' maple tree has pivots that do not ascend",
        vmax(2010, r"node 0x\w+, for 0x0-0x\w+, has an entry for 0x\w+-0x1000"))
def maple_pivots(kernel):
    _, nodes = maple_root(kernel, "big")
    kernel.machine.object("maple_range_64", nodes[1])["pivot[3]"] = 0x1000


@damage("maple-type-unknown", "bigpages' maple tree has a node of a type that does not exist",
        vmax(2010, r"is broken: 0x\w+ is of type 9"))
def maple_type(kernel):
    process, nodes = maple_root(kernel, "big")
    process.mm["mm_mt.ma_root"] = nodes[0] | 9 << 3 | 6


@damage("vma-wrong-mm", "a VMA in parent's tree says that it belongs to child",
        vmax(2001, r"the VMA at 0x\w+, for 0x\w+-0x\w+, says that it is of the mm 0x"))
def vma_mm(kernel):
    kernel.people["parent"].vmas[0].object["vm_mm"] = kernel.people["child"].mm


@damage("vma-range-wrong", "a VMA's range is not the one that parent's maple tree has it under",
        vmax(2001, r"the VMA at 0x\w+, for 0x\w+-0x\w+, says that it is for 0x\w+-0x\w+"))
def vma_range(kernel):
    kernel.people["parent"].vmas[0].object["vm_end"] += PAGE


@damage("vma-outside", "parent's maple tree has lost a VMA, which its mm still counts",
        vmax(2001, r"its maple tree has \d+ VMAs, and it counts \d+",
             r"\w+ the VMA for 0x\w+-0x\w+ is of this mm, and its maple tree does not have it"))
def vma_outside(kernel):
    process, nodes = maple_root(kernel, "parent")
    leaf, lost = kernel.machine.object("maple_range_64", nodes[0]), process.vmas[1].address
    slot = next(i for i in range(15) if leaf[f"slot[{i}]"] == lost)
    leaf[f"slot[{slot}]"] = 0


@damage("map-count-wrong", "parent's mm counts a mapping more than its maple tree has",
        vmax(2001, r"its maple tree has \d+ VMAs, and it counts \d+"))
def map_count(kernel):
    kernel.people["parent"].mm["map_count"] += 1


@damage("total-vm-wrong", "parent's mm counts a page more than its mappings have",
        vmax(2001, r"its mappings have \d+ pages, and it counts \d+ \(total_vm\)"))
def total_vm(kernel):
    kernel.people["parent"].mm["total_vm"] += 1


@damage("maple-gap-wrong", "the root of bigpages' maple tree notes a gap that is not there",
        vmax(2010, r"the node of the maple tree: notes a gap of 0x3333 below slot 0, and the largest there is 0x"))
def maple_gap(kernel):
    _, nodes = maple_root(kernel, "big")
    kernel.machine.object("maple_arange_64", nodes[0])["gap[0]"] = 0x3333


@damage("vma-file-wild", "the file of a mapping of worker-000 cannot be read: neither path nor inode are known",
        procx("3001/maps", r"\?:\? \? +\?$", r"the file at 0x4141\w+ is unmapped", status=3),
        vmax(3001, r" -$", r"the file at 0x4141\w+ is unmapped"))
def vma_file(kernel):
    worker = next(p for p in kernel.processes if p.comm == "worker-000")
    worker.vmas[0].object["vm_file"] = WILD


@damage("special-mapping-wild", "what names init's [vdso] cannot be read",
        procx("1/maps", r"the mapping at 0x7ffff1000000: vm_special_mapping.name of 0x4141\w+ is unmapped", status=3),
        vmax(1, r"^    7ffff1000000 7ffff1002000 r-xp +0 +2 +0 -$"))
def special_mapping(kernel):
    kernel.people["init"].vmas[-1].object["vm_private_data"] = WILD


@damage("pte-stray", "worker-000 maps libc's page 45 once more, where no VMA has it",
        rmap_of_all(r"^PFN 152852$", r"^ +mapcount: +105$", r"^ +entries: +106$", r"^ +agree: +no$",
                    r"3001 worker-000 +795df3900000 .* no tree leads to it",
                    r"1 yes   at an address where the page's index does not belong"))
def pte_stray(kernel):
    worker = next(p for p in kernel.processes if p.comm == "worker-000")
    worker.tables.map(worker.base + 0x100000, int(kernel.machine.story["libc page 45"]["pfn"], 16)
                      * PAGE | 0x25)


@damage("pte-missing", "child no longer maps 'shared by parent and child': one entry, not two",
        user(2002, "7ffe00002000", r"nothing: never touched"),
        rmapx("{shared by parent and child}", r"^ +mapcount: +2$", r"^ +entries: +1$", r"^ +agree: +no$",
              r"^ +explained: +-$"),
        rmap_of_all(r"^PFN 5000$"))
def pte_missing(kernel):
    kernel.machine.memory.put(0x13000010, 0)


@damage("pte-frame-wild", "an entry of parent maps a frame that does not exist",
        user(2001, "7fff00001000", r"PFN 0xfff0000000 is in no memory section"),
        rmap_of_all(r"1 no    of a frame that has no struct page", r"^PFN 5000$"))
def pte_wild(kernel):
    kernel.machine.memory.put(0x4000008, 0x3FFF0000000067)


@damage("pgd-wild", "the page table of child cannot be read",
        user(2002, "7ffe00002000", r"has its page tables at 0x4141\w+, which is unmapped"),
        rmapx("{shared by parent and child}", r"^ +entries: +1$", r"^ +agree: +no$",
              r"explained: +there may be more, where not all could be walked"),
        procx("2002/smaps_rollup", r"^Pss: +\? kB$", r"has its page tables at 0x4141\w+, which is unmapped", status=3))
def pgd_wild(kernel):
    kernel.people["child"].mm["pgd"] = WILD


def first_root(kernel):
    """The entry of the list of roots that comes first."""
    return kernel.machine.get(kernel.pgd_list)


@damage("pgd-list-wild", "the list of roots breaks off: address spaces that no task has are not known",
        pagex("{page table that no task has}",
              r"owner unknown: +no address space leads to it, of those that were found: the list at 0x\w+ breaks off"),
        pagex("{DMA buffer}", r"^ +page tables +the list at 0x\w+ breaks off"))
def pgd_list_wild(kernel):
    kernel.machine.put(first_root(kernel), WILD)


@damage("pgd-list-stranger", "the list of roots has a page whose mm has another root",
        pagex("{DMA buffer}", r"^ +page tables +struct page 0x\w+ of pgd_list: it is of no root of an mm"))
def pgd_list_stranger(kernel):
    page = kernel.frames.table((first_root(kernel) - kernel.frames.address(0)) // 64)
    page["pt_mm"] = kernel.people["child"].mm


@damage("user-table-loop", "child's page table leads back to itself: bounded, no VMA explains it",
        user(2002, "32190c864000", r"^PFN 10000$", status=0),
        vmax(2002, r"10000320 the page tables have an entry for 0x32190c864000, 0x10000067, and no mapping is there"))
def user_loop(kernel):
    child = kernel.people["child"]
    kernel.machine.memory.put(child.tables.root + 8 * 100, child.tables.root | 0x67)


@damage("user-table-maze", "child has page tables that lead to each other: more of them than pages are present",
        user(2002, "0-7fffffffffff", r"^PFN 5000$",
             r"contradict each other \(\d+\); the page tables below 0x\w+ lead back to themselves", status=1))
def user_maze(kernel):
    memory, tables = kernel.machine.memory, kernel.people["child"].tables
    tables.map(0x10000, 0x5000 * PAGE | USER_TABLE)
    pages = [kernel.frames.allocate("kernel", "page table") * PAGE for _ in range(3)]
    memory.put(tables.root + 8 * 100, pages[0] | USER_TABLE)
    memory.touch(pages[2], PAGE)
    for table, below in zip(pages, pages[1:]):
        memory.write(table, struct.pack("<Q", below | USER_TABLE) * 512)


@damage("swap-offset-huge", "a swap entry of parent lies behind the end of the swap area",
        user(2001, "7fff00018000",
             r"swapped out, and: page 0x\w+ lies behind the 0x\w+ pages of swap area 0"),
        swapx(r"^ *stray +0 +10000000000 +0 +1 ", r"^ *count +0 +5 +1 +0 "))
def swap_offset(kernel):
    from ..story.swapped import OUT_AT, swap_pte
    kernel.people["parent"].tables.map(OUT_AT, swap_pte(0, 1 << 40))


@damage("swap-type-unknown", "a swap entry of parent names a swap area that does not exist",
        user(2001, "7fff00018000", r"swapped out, and: there is no swap area 7"),
        swapx(r"^ *stray +7 +5 +0 +1 ", r"^ *count +0 +5 +1 +0 "))
def swap_type(kernel):
    from ..story.swapped import OUT_AT, swap_pte
    kernel.people["parent"].tables.map(OUT_AT, swap_pte(7, 5))


@damage("swap-map-wild", "the counts of the swap file cannot be read: nothing tells whose 'read ahead from swap' is",
        pagex("{read ahead from swap}", r"class: +swap-cache$", r"slot unknown: +the swap map of area 0 is unmapped"),
        swapx(r"not all is known: the swap map of area 0 is unmapped", status=1))
def swap_map(kernel):
    kernel.swap["swap_map"] = WILD


@damage("ksm-cycle", "the list of rmap items of 'merged by KSM' loops",
        pagex("{merged by KSM}", r"node unknown: +the list at 0x\w+ is broken"),
        rmap_of_all(r"^trouble: +the list at 0x\w+ is broken"))
def ksm_cycle(kernel):
    m = kernel.machine
    stable = m.object("ksm_stable_node", int(m.story["merged by KSM"]["stable_node"], 16))
    first = stable["hlist.first"]
    m.put(m.get(first), first)


@damage("ksm-wild", "the stable node of 'merged by KSM' cannot be read",
        pagex("{merged by KSM}", r"node unknown: +the KSM node at 0x4141\w+ is unmapped"),
        rmapx("{merged by KSM}", r"^ +entries: +0$", r"^ +agree: +no$"))
def ksm_wild(kernel):
    story_page(kernel, "merged by KSM")["mapping"] = WILD | 3
