# SPDX-License-Identifier: GPL-2.0-or-later
"""Pages of swap: their counts, marks, and the list of shared memory that has some."""

from ..story.swapped import BAD, CACHED_SLOT, HAS_CACHE, OUT_AT, OUT_SLOT, READ_SLOT, SHMEM_SLOT, swap_pte
from .registry import WILD, damage, procx, swap_page, swapx

SHMEM = 0xBF


def finding(kind, offset, kernel, found):
    """A line of the findings, with the address of what is wrong."""
    return rf"^ *{kind} +\S+ +{offset} +{kernel} +{found} +[0-9a-f]{{16}} "


def put_count(kernel, slot, count):
    kernel.machine.put(kernel.swap["swap_map"] + slot, count, 1)


@damage("swap-count-high", "the page of swap that parent has is counted three times",
        swapx(finding("count", 5, 3, 1)), procx("2001/smaps_rollup", r"^Swap: +8 kB$", r"^SwapPss: +5 kB$"))
def count_high(kernel):
    put_count(kernel, OUT_SLOT, 3)


@damage("swap-count-moving", "the page in the swap cache is counted once, has no entry yet, and is locked: it is on its way "
        "out, which is no fault", swapx(finding("count", 9, 1, 0) + r" *yes .*its folio is locked", status=0))
def count_moving(kernel):
    put_count(kernel, CACHED_SLOT, HAS_CACHE | 1)
    pfn = int(kernel.machine.story["swap cache"]["pfn"], 16)
    kernel.frames.set_flags(pfn, "locked")


@damage("swap-count-forking", "parent's page of swap is counted twice while its address space is locked: a child's entry may "
        "come, which is no fault", swapx(finding("count", 5, 2, 1) + r" *yes .*who has it is locked", status=0))
def count_forking(kernel):
    put_count(kernel, OUT_SLOT, 2)
    kernel.people["parent"].mm["mmap_lock.count.counter"] = 1


@damage("swap-count-lost", "the page of swap that was read ahead is not counted, and parent has an entry of it",
        swapx(finding("count", "c", 0, 1)))
def count_lost(kernel):
    put_count(kernel, READ_SLOT, HAS_CACHE)


@damage("swap-count-continued", "the page of swap that parent has is counted so high that more pages must have it, "
        "and there are none", swapx(finding("more", 5, 0, 1)),
        procx("2001/smaps_rollup", r"^SwapPss: +\? kB$", r"how often slot 0:0x5 is used is not known", status=3))
def count_continued(kernel):
    put_count(kernel, OUT_SLOT, 0x80)


@damage("swap-slot-bad", "the page of swap that parent has is marked as bad",
        swapx(finding("bad", 5, 0, 1), finding("in-use", "-", 5, 4)))
def slot_bad(kernel):
    put_count(kernel, OUT_SLOT, BAD)


@damage("swap-owner-shmem", "the page of swap that parent has is marked as shared memory's",
        swapx(finding("owner", 5, 1, 1)))
def owner_shmem(kernel):
    put_count(kernel, OUT_SLOT, SHMEM)


@damage("swap-entry-lost", "parent's page table has lost its entry of a page of swap",
        swapx(finding("count", 5, 1, 0)), procx("2001/smaps_rollup", r"^Swap: +4 kB$"))
def entry_lost(kernel):
    kernel.people["parent"].tables.map(OUT_AT, 0)


@damage("swap-entry-twice", "parent's page table names the page of shared memory in swap",
        swapx(finding("owner", "d", 1, 2) + "|" + finding("count", "d", 1, 2), finding("count", 5, 1, 0)))
def entry_twice(kernel):
    kernel.people["parent"].tables.map(OUT_AT, swap_pte(0, SHMEM_SLOT))


@damage("swap-in-use-wrong", "the swap file says that 700 pages are in use",
        swapx(finding("in-use", "-", 700, 5)))
def in_use(kernel):
    kernel.swap["inuse_pages"] = 700


@damage("zswap-length-wrong", "what zswap has of parent's page is said to be larger than a page",
        swap_page("0:5", r"stored unknown: +4242 bytes are said to be stored of 4096, in the entry at 0x\w+"))
def zswap_length(kernel):
    kernel.zswapped["length"] = 4242


@damage("zswap-length-short", "what zswap has of parent's page is said to end earlier than it does",
        swap_page("-x /dev/null 0:5", r"not written: +30 bytes are not what lz4 makes of 4096"))
def zswap_short(kernel):
    kernel.zswapped["length"] = 30


@damage("zswap-handle-wild", "the handle of zswap's that parent's page has leads nowhere",
        swap_page("-x /dev/null 0:5", r"what zbud has: \d+ bytes at 0x4141\w+ are unmapped"))
def zswap_handle(kernel):
    kernel.zswapped["handle"] = WILD


@damage("shmem-swapped-wrong", "shared memory says that nine of its pages are in swap",
        swapx(finding("inode", "-", 9, 1)))
def shmem_swapped(kernel):
    kernel.swapped_shmem["swapped"] = 9


@damage("shmem-swaplist-broken", "the list of shared memory in swap leads nowhere: not all entries are known, and a count "
        "that is too high is no finding", swapx(r"not all entries are known", status=1))
def swaplist_broken(kernel):
    kernel.machine.put(kernel.machine.image.by_name["shmem_swaplist"], WILD)
