# SPDX-License-Identifier: GPL-2.0-or-later
"""LRU lists, of generations and not, who has them, and the batches of CPUs."""

from .registry import EVEN, Answer, damage, story_page


def zonex(*says, status=1):
    return Answer(("zonex", "-l"), says, status)


def found(fault, address, what):
    """A line of the findings."""
    return rf"^ *{fault} +0 +{address} +{what}"


def classic(kernel, kind, number):
    """One of three pages on a list of the group that has no generations."""
    return story_page(kernel, f"{kind} {number}")


def clear(kernel, page, *names):
    page["flags"] &= ~kernel.frames.flag_bits(names)


def set_bits(kernel, page, *names):
    page["flags"] |= kernel.frames.flag_bits(names)


@damage("lru-wrong-link", "a page on a list leads back to another than leads to it",
        zonex(found("wrong-link", r"{inactive 1.page}",
              r"PFN 0x{inactive 1}: its links lead back to 0x\w+, and it was reached from 0x\w+ \(inactive "
              r"anon, node 0, memcg /old.slice\)")))
def lru_link(kernel):
    classic(kernel, "inactive", 1)["lru.prev"] = classic(kernel, "active", 1).at("lru")


@damage("lru-wild", "a page on a list leads to what is no page; the others are found from the end",
        zonex(found("list-broken", r"{inactive 0.page}", r"0x\w+ leads to 0x4141\w+, which is no page")))
def lru_wild(kernel):
    classic(kernel, "inactive", 0)["lru.next"] = EVEN


@damage("lru-cycle", "a list bends back on itself",
        zonex(found("cycle", r"{inactive 1.page}", r"0x\w+ leads to 0x\w+, where the list has been before")))
def lru_cycle(kernel):
    classic(kernel, "inactive", 1)["lru.next"] = classic(kernel, "inactive", 0).at("lru")


@damage("lru-on-two-lists", "a list runs into another one",
        zonex(found("on-two-lists", r"{inactive 2.page}",
              r"0x\w+ leads to 0x\w+, which another list has as well \(active anon")))
def lru_twice(kernel):
    classic(kernel, "active", 0)["lru.next"] = classic(kernel, "inactive", 2).at("lru")


@damage("lru-cut", "a list leads back to its head too early",
        zonex(found("list-broken", r"{inactive 1.page}",
              r"0x\w+ leads to the head, which says that 0x\w+ is the last")))
def lru_cut(kernel):
    lruvec = kernel.cgroups["old"].lruvec
    classic(kernel, "inactive", 1)["lru.next"] = lruvec.at("lists[0]")


@damage("lru-not-lru", "a page is on a list without PG_lru and in no batch",
        zonex(found("not-lru", r"{inactive 1.page}",
              r"PFN 0x{inactive 1}: it is on the list without PG_lru, and in no batch")))
def lru_flag(kernel):
    clear(kernel, classic(kernel, "inactive", 1), "lru")


@damage("lru-active", "a page on the inactive list says that it is active",
        zonex(found("wrong-list", r"{inactive 1.page}", r"PFN 0x{inactive 1}: its flags say active")))
def lru_active(kernel):
    set_bits(kernel, classic(kernel, "inactive", 1), "active")


@damage("lru-unevictable", "a page on a list says that it is unevictable",
        zonex(found("wrong-list", r"{active 1.page}", r"PFN 0x{active 1}: its flags say unevictable")))
def lru_unevictable(kernel):
    set_bits(kernel, classic(kernel, "active", 1), "unevictable")


@damage("lru-file", "a page on a list of anonymous memory says that it is of a file",
        zonex(found("wrong-list", r"{active 2.page}", r"PFN 0x{active 2}: its flags say of a file")))
def lru_file(kernel):
    clear(kernel, classic(kernel, "active", 2), "swapbacked")


@damage("lru-older-generation", "a page is on the list of a younger generation than its own",
        zonex(found("wrong-generation", r"{one mapper.page}",
              r"PFN 0x{one mapper}: its flags say generation index 1, which is older \(generation 3 \(youngest "
              r"of 3\), anon, zone Normal")))
def lru_generation(kernel):
    page = story_page(kernel, "one mapper")
    page["flags"] = page["flags"] & ~(7 << 37) | 2 << 37


@damage("lru-no-generation", "a page on the list of a generation says that it is of none",
        zonex(found("wrong-generation", r"{one mapper.page}", r"PFN 0x{one mapper}: its flags say no generation")))
def lru_no_generation(kernel):
    story_page(kernel, "one mapper")["flags"] &= ~(7 << 37)


@damage("lru-younger-generation", "a page was used since it came to its list: nothing is wrong",
        zonex(r"generation 1 \(oldest of 3\), anon, zone DMA32 +8000 +7 +7 +1 +6 /user.slice$", status=0))
def lru_younger(kernel):
    page = story_page(kernel, "merged by KSM")
    page["flags"] = page["flags"] & ~(7 << 37) | 4 << 37
    lruvec = kernel.cgroups["user"].lruvec
    zone = kernel.frames.zone_of(int(kernel.machine.story["merged by KSM"]["pfn"], 16))
    lruvec[f"lrugen.nr_pages[1][0][{zone}]"] -= 1
    lruvec[f"lrugen.nr_pages[3][0][{zone}]"] += 1


@damage("lru-wrong-memcg", "a page is charged to another group than has it on a list",
        zonex(found("wrong-memcg", r"{active 1.page}", r"PFN 0x{active 1}: it is charged to the memcg at 0x\w+")))
def lru_memcg(kernel):
    classic(kernel, "active", 1)["memcg_data"] = kernel.cgroups["user"].address


@damage("lru-wrong-nr-pages", "a count of a generation's pages is wrong",
        zonex(found("wrong-nr-pages", r"\w+",
              r"the generations of anon, zone number 1, have 27 pages and nr_pages says 32")))
def lru_nr_pages(kernel):
    kernel.cgroups["user"].lruvec["lrugen.nr_pages[3][0][1]"] += 5


@damage("lru-wrong-size", "a group's count of a list's pages is wrong",
        zonex(found("wrong-size", r"\w+",
              r"the list has 3 pages of zone number 1, and lru_zone_size says 4 \(active anon, node 0, memcg "
              r"/old.slice\)")))
def lru_size(kernel):
    number = kernel.types.enumerator("LRU_ACTIVE_ANON")
    kernel.cgroups["old"].node[f"lru_zone_size[1][{number}]"] += 1


@damage("lru-wrong-counter", "a zone's count of inactive pages is wrong",
        zonex(found("wrong-counter", r"\w+",
              r"NR_ZONE_INACTIVE_FILE \+ NR_ZONE_ACTIVE_FILE of zone DMA32 is 8 with what CPUs hold back, and "
              r"its lists have 1 pages")))
def lru_counter(kernel):
    kernel.node.zones[1][f"vm_stat[{kernel.types.enumerator('NR_ZONE_INACTIVE_FILE')}]"] += 7


@damage("lru-batch-too-long", "a CPU's batch says that it has more pages than go in",
        zonex(r"batch lru_add of CPU 0: it says that it has 200 pages, of at most (15|31)"))
def lru_batch(kernel):
    variable = kernel.percpu.object("cpu_fbatches", kernel.lru_batches.places["cpu_fbatches"], 0)
    variable["lru_add.nr"] = 200


@damage("lru-batch-wild", "a CPU's batch holds what is no page",
        zonex(r"batch lru_add of CPU 0: it holds 0x4141\w+, which is no page"))
def lru_batch_wild(kernel):
    variable = kernel.percpu.object("cpu_fbatches", kernel.lru_batches.places["cpu_fbatches"], 0)
    kernel.machine.put(variable.at("lru_add.folios[0]"), EVEN)
    variable["lru_add.nr"] = 1


@damage("lru-part-of-node-wild", "what a group has on the node lies nowhere",
        zonex(r"memory cgroup at 0x\w+, node 0: a lruvec: \d+ bytes at 0x4141\w+ are unmapped"))
def lru_nodeinfo(kernel):
    kernel.machine.put(kernel.cgroups["old"].object.at("nodeinfo"), EVEN)


@damage("lru-groups-cycle", "the children of a group lead back to one before",
        zonex(r"the list at 0x\w+ is broken: node 0x\w+ points back"))
def lru_groups(kernel):
    old, user = kernel.cgroups["old"].object, kernel.cgroups["user"].object
    old["css.sibling.next"] = user.at("css.sibling")


@damage("lru-group-of-another", "a group is among the children of another than its parent",
        zonex(r"the memory cgroup at 0x\w+ is among the children of another than its parent"))
def lru_parent(kernel):
    kernel.cgroups["old"].object["css.parent"] = kernel.cgroups["user"].object


@damage("lru-no-root-group", "there is no root of the memory cgroups, and they are on",
        zonex(r"root_mem_cgroup is 0", status=2))
def lru_root(kernel):
    kernel.machine.put(kernel.machine.image.by_name["root_mem_cgroup"], 0)


@damage("lru-groups-off", "memory cgroups are off: the lists are the node's own, and no page is on them",
        zonex(found("wrong-counter", r"\w+",
              r"NR_ZONE_INACTIVE_ANON \+ NR_ZONE_ACTIVE_ANON of zone DMA32 is \d+ with what CPUs hold back, "
              r"and its lists have 0 pages")))
def lru_off(kernel):
    kernel.machine.put(kernel.machine.image.by_name["memory_cgrp_subsys_enabled_key"], 0, 4)


@damage("lru-locked", "a CPU was stopped with the lock of lists held, before it counted what it took off: no fault",
        zonex(r"^ +0 +6 +0 +0 - +yes +yes +[0-9a-f]{16} /old.slice$", status=0))
def lru_locked(kernel):
    lru_size(kernel)
    lru_counter(kernel)
    kernel.machine.put(kernel.cgroups["old"].lruvec.at("lru_lock"), 1, 4)
