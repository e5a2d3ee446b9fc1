# SPDX-License-Identifier: GPL-2.0-or-later
"""Free lists of the buddy allocator."""

from ..story.kernel_pages import biggest_blocks
from .registry import EVEN, buddyx, damage, pagex, story_page


def first_block(kernel, order):
    return next(b for b in kernel.node.free_blocks if b[1] == order)


def page_of(kernel, block):
    return kernel.frames.page(block[0])


def movable(kernel, order, number=0):
    """A block of DMA32's list of that order, from whose first one on it is that many."""
    wanted = kernel.types.enumerator("MIGRATE_MOVABLE")
    return [b for b in kernel.node.free_blocks
            if b[1:] == (order, wanted) and kernel.frames.zone_of(b[0]) == 1][number]


def found(fault, what, zone="DMA32"):
    """A line of the findings."""
    return rf"^ *{fault} +0 {zone} +[0-9a-f]{{16}} {what}"


@damage("buddy-cycle", "a free list of DMA32 comes back to a block that it has been at",
        pagex("{last free block}",
              r"list broken: +its list leads to 0x\w+, whose list leads to 0x\w+ and not back"),
        buddyx(r"^ *cycle +0 DMA32 +{last free block.page} 0x\w+ leads to 0x\w+, where the list has been before "
               r"\(order 10, movable\)"))
def buddy_cycle(kernel):
    first = kernel.frames.page(biggest_blocks(kernel)[0][0])
    story_page(kernel, "last free block")["buddy_list.next"] = first.at("buddy_list")


@damage("buddy-wild", "a free list leads outside of the struct pages",
        pagex("{free block}", r"list broken: +its list leads to 0x4141\w+, which is unmapped"),
        buddyx(found("list-broken", r"0x\w+ leads to 0x4141\w+, which is no page \(order 10, ", r"\w+")))
def buddy_wild(kernel):
    page_of(kernel, first_block(kernel, 10))["buddy_list.next"] = EVEN


@damage("buddy-cut", "a free list of DMA32 ends before its last block",
        buddyx(found("list-broken", r"0x\w+ leads to the head, which says that 0x\w+ is the last \(order 8, movable\)")))
def buddy_cut(kernel):
    head = kernel.node.zones[1].at(f"free_area[8].free_list[{movable(kernel, 8)[2]}]")
    page_of(kernel, movable(kernel, 8))["buddy_list.next"] = head


@damage("buddy-wrong-prev", "a block of DMA32's free list of order 8 points back to another one than it follows",
        buddyx(found("wrong-link", r"PFN 0x\w+: its list_head leads back to 0x\w+, and it was reached from 0x\w+ "
                     r"\(order 8, movable\)")))
def buddy_prev(kernel):
    other = page_of(kernel, movable(kernel, 8, 3))
    page_of(kernel, movable(kernel, 8, 1))["buddy_list.prev"] = other.at("buddy_list")


@damage("buddy-order-wrong", "a block on the free list of order 10 says order 3",
        pagex("{inside a free block}",
              r"because: +nobody holds it, yet it is in no free block", status=0),
        buddyx(found("wrong-order", r"PFN 0x\w+: it says order 3 \(order 10, ", r"\w+")))
def buddy_order(kernel):
    page_of(kernel, first_block(kernel, 10))["private"] = 3


@damage("buddy-in-use", "a block on a free list is not marked free",
        pagex("{free block}", r"because: +nobody holds it, yet it is in no free block", status=0),
        buddyx(found("not-free", r"PFN 0x\w+: its page type word is 0xffffffff, not that of free blocks", r"\w+")))
def buddy_in_use(kernel):
    page_of(kernel, first_block(kernel, 10))["_mapcount"] = -1


@damage("buddy-held", "a block on a free list has a reference",
        buddyx(found("held", r"PFN 0x\w+: its reference count is 1 and not 0 \(order 8, movable\)")))
def buddy_held(kernel):
    page_of(kernel, movable(kernel, 8))["_refcount"] = 1


@damage("buddy-count-wrong", "nr_free of an order is not what its lists hold",
        buddyx(found("wrong-nr-free", r"the lists have \d+ blocks and nr_free says \d+ \(order 10\)")))
def buddy_count(kernel):
    kernel.node.zones[1]["free_area[10].nr_free"] += 7


def move(kernel, pfn, order, head):
    """Take a block off its list, and put it on another, as a block of that order."""
    page = kernel.frames.page(pfn)
    machine, ahead, behind = kernel.machine, page["buddy_list.next"], page["buddy_list.prev"]
    machine.put(behind, ahead)
    machine.put(ahead + 8, behind)
    machine.list_add_tail(page.at("buddy_list"), head)
    page["private"] = order


@damage("buddy-misaligned", "a block is on the list of an order that no block of which begins there",
        buddyx(found("misaligned", r"PFN 0x\w+: no block of this order begins there \(order 9, movable\)")))
def buddy_misaligned(kernel):
    pfn, order, migratetype = next(movable(kernel, 7, n) for n in range(9) if movable(kernel, 7, n)[0] & 0x1FF)
    zone = kernel.node.zones[1]
    move(kernel, pfn, 9, zone.at(f"free_area[9].free_list[{migratetype}]"))
    zone[f"free_area[{order}].nr_free"] -= 1
    zone["free_area[9].nr_free"] += 1


@damage("buddy-wrong-zone", "a block of DMA32 is on a list of DMA",
        buddyx(found("wrong-zone", r"PFN 0x\w+: its flags say node 0, zone number 1 \(order 8, movable\)", "DMA"),
               found("outside-of-zone", r"PFN 0x\w+: a block of this order would go beyond the zone's frames",
                     "DMA")))
def buddy_zone(kernel):
    pfn, order, migratetype = movable(kernel, 8)
    move(kernel, pfn, order, kernel.node.zones[0].at(f"free_area[8].free_list[{migratetype}]"))
    kernel.node.zones[0]["free_area[8].nr_free"] += 1
    kernel.node.zones[1]["free_area[8].nr_free"] -= 1


@damage("buddy-on-two-lists", "a list of DMA runs into one of DMA32",
        buddyx(found("on-two-lists", r"0x\w+ leads to 0x\w+, which another list has as well")))
def buddy_twice(kernel):
    _, order, migratetype = movable(kernel, 8)
    last = [b for b in kernel.node.free_blocks
            if b[1:] == (order, migratetype) and kernel.frames.zone_of(b[0]) == 0][-1]
    page_of(kernel, last)["buddy_list.next"] = page_of(kernel, movable(kernel, 8, 2)).at("buddy_list")


@damage("buddy-wrong-migratetype", "since 6.10 a block is on the list that its pageblock's type has",
        buddyx(found("wrong-migratetype", r"PFN 0x\w+: its pageblock is movable \(order 4, reclaimable\)")),
        releases=("6.14",))
def buddy_type(kernel):
    pfn, order, _ = movable(kernel, 4)
    reclaimable = kernel.types.enumerator("MIGRATE_RECLAIMABLE")
    move(kernel, pfn, order, kernel.node.zones[1].at(f"free_area[4].free_list[{reclaimable}]"))


@damage("buddy-stolen", "up to 6.9 a block may be on another type's list, and is only counted",
        buddyx(r"^  elsewhere: +1$", status=0), releases=("6.2", "6.5", "6.8"))
def buddy_stolen(kernel):
    buddy_type(kernel)


def unlink(kernel, pfn):
    """Take a block off its list; what its struct page says stays."""
    page = kernel.frames.page(pfn)
    kernel.machine.put(page["buddy_list.prev"], page["buddy_list.next"])
    kernel.machine.put(page["buddy_list.next"] + 8, page["buddy_list.prev"])


@damage("buddy-unlisted", "a block that is free by its struct page is on no list, and counted nowhere",
        buddyx(found("on-no-list", r"PFN 0x\w+: it begins a free block of order 8 by its struct page, and is on no list")))
def buddy_unlisted(kernel):
    pfn, order, _ = movable(kernel, 8)
    unlink(kernel, pfn)
    zone = kernel.node.zones[1]
    zone[f"free_area[{order}].nr_free"] -= 1
    zone[f"vm_stat[{kernel.types.enumerator('NR_FREE_PAGES')}]"] -= 1 << order


def list_of(kernel, order, migratetype):
    return kernel.node.zones[1].at(f"free_area[{order}].free_list[{migratetype}]")


def begin_block(kernel, pfn, order, migratetype):
    """A free block on DMA32's list, whatever is there."""
    page = kernel.frames.page(pfn)
    kernel.frames.set_type(pfn, "buddy")
    page["private"] = order
    kernel.machine.list_add_tail(page.at("buddy_list"), list_of(kernel, order, migratetype))
    kernel.node.zones[1][f"free_area[{order}].nr_free"] += 1


@damage("buddy-unmerged", "two halves of a block of order 8 are free by themselves",
        buddyx(found("unmerged", r"PFN 0x\w+: it and its buddy, PFN 0x\w+, are both free in order 7 and have not merged")))
def buddy_unmerged(kernel):
    pfn, order, migratetype = movable(kernel, 8)
    move(kernel, pfn, 7, list_of(kernel, 7, migratetype))
    zone = kernel.node.zones[1]
    zone[f"free_area[{order}].nr_free"] -= 1
    zone["free_area[7].nr_free"] += 1
    begin_block(kernel, pfn + 128, 7, migratetype)


@damage("buddy-overlap", "a block lies in another one, and both are on lists",
        buddyx(found("overlap", r"PFN 0x\w+: it begins a free block, and lies in the one that begins with PFN 0x\w+"),
               found("wrong-counter", r"the lists have \d+ frames and NR_FREE_PAGES says \d+, 0 of it not yet added up")))
def buddy_overlap(kernel):
    pfn, _, migratetype = movable(kernel, 8)
    begin_block(kernel, pfn + 64, 4, migratetype)


@damage("buddy-inside-held", "a page within a free block has a reference",
        buddyx(found("held", r"PFN 0x\w+: it lies in the free block that begins with PFN 0x\w+, and is in use: "
                     r"its reference count is 1")))
def buddy_inside_held(kernel):
    kernel.frames.page(movable(kernel, 8)[0] + 3)["_refcount"] = 1


@damage("free-counter-wrong", "NR_FREE_PAGES of DMA32 is not what its lists have",
        buddyx(found("wrong-counter", r"the lists have \d+ frames and NR_FREE_PAGES says \d+, 0 of it not yet added up")))
def free_counter(kernel):
    kernel.node.zones[1][f"vm_stat[{kernel.types.enumerator('NR_FREE_PAGES')}]"] -= 100


@damage("zone-locked", "somebody holds DMA32's lock, and has not yet counted what is gone from the lists",
        buddyx(r"^  locked: +yes$", status=0))
def zone_locked(kernel):
    free_counter(kernel)
    kernel.machine.put(kernel.node.zones[1].at("lock"), 1, 4)


def waiting(kernel, number=0):
    """A block on CPU 0's lists of DMA32."""
    return [b for b in kernel.node.pcp_pages if b[2] == 0 and kernel.frames.zone_of(b[0]) == 1][number]


@damage("pcp-held", "a page on a CPU's list has a reference: it was freed while somebody had it",
        buddyx(found("held", r"PFN 0x\w+: its reference count is 1 and not 0 \(CPU 0, list \d+\)")))
def pcp_held(kernel):
    page_of(kernel, waiting(kernel))["_refcount"] = 1


@damage("pcp-typed", "a page on a CPU's list is mapped",
        buddyx(found("not-free", r"PFN 0x\w+: its page type word is 0x00000000, not that of no type \(CPU 0, list \d+\)")))
def pcp_typed(kernel):
    page_of(kernel, waiting(kernel))["_mapcount"] = 0


def replace(kernel, pfn):
    """Another page in place of one on a list of CPU 0."""
    old, new = page_of(kernel, waiting(kernel, 1)), kernel.frames.page(pfn)
    new["pcp_list.prev"], new["pcp_list.next"] = old["pcp_list.prev"], old["pcp_list.next"]
    kernel.machine.put(old["pcp_list.prev"], new.at("pcp_list"))
    kernel.machine.put(old["pcp_list.next"] + 8, new.at("pcp_list"))


@damage("pcp-in-free-block", "a page freed a second time is on a CPU's list and in a free block of the buddy allocator",
        buddyx(found("on-two-lists", r"PFN 0x\w+: it is in the free block at PFN 0x\w+ as well \(CPU 0, list 1\)")))
def pcp_in_block(kernel):
    replace(kernel, movable(kernel, 8)[0] + 7)


@damage("pcp-twice", "a page is on a CPU's list, and in a block of another list of that CPU",
        buddyx(found("on-two-lists", r"PFN 0x5c0b: it is on list 9 of CPU 0 as well \(CPU 0, list 1\)")))
def pcp_twice(kernel):
    replace(kernel, next(b for b in kernel.node.pcp_pages if b[1] == 3)[0] + 3)
