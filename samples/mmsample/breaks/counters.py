# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's counters of what memory is used for, and memory that they do not agree with."""

from ..memory import PAGE
from .registry import Answer, counts, damage, doctorx, story_page


def censusx(*says, status=1):
    return Answer(("censusx",), says, status)


def node_counter(kernel, item):
    """The name of a node's counter as a member of its pglist_data."""
    return f"vm_stat[{kernel.types.enumerator(item)}]"


@damage("counter-of-node-lies", "the node counts 77 pages of slabs too many",
        censusx(r"^ +0 - +nr_slab_unreclaimable_b +pages +\d+ +\d+ +77 +77 *$"))
def slab_counter(kernel):
    kernel.node.pgdat[node_counter(kernel, "NR_SLAB_UNRECLAIMABLE_B")] += 77


@damage("counter-of-zone-lies", "zone DMA32 counts 5 free pages less than it has, and Normal 5 more",
        censusx(r"^ +0 DMA32 +nr_free_pages +pages +\d+ +\d+ +-5 +-5 *$",
                r"^ +0 Normal +nr_free_pages +pages +\d+ +\d+ +5 +5 *$"))
def free_counters(kernel):
    item = f"vm_stat[{kernel.types.enumerator('NR_FREE_PAGES')}]"
    kernel.node.zones[1][item] -= 5
    kernel.node.zones[2][item] += 5


@damage("counter-of-process-lies", "parent counts 7 anonymous pages that its page tables do not have",
        Answer(("vmax", "-r", "2001"), (r"its page tables have \d+ anonymous pages, and it counts \d+ \(rss_stat\)",
                                        r"^ +anonymous +\d+ +\d+ +-7$"), 1))
def process_counter(kernel):
    item = f"rss_stat[{kernel.types.enumerator('MM_ANONPAGES')}].count"
    kernel.people["parent"].mm[item] += 7


@damage("page-lost", "'page cache, unmapped' is held and counted, and has no mapping any more: nobody's",
        censusx(r"^ +file +520 ", r"^ +nr_file_pages +pages +\d+ +\d+ +1 +1 *$"))
def lost(kernel):
    page = story_page(kernel, "page cache, unmapped")
    page.set(mapping=0, flags=page["flags"] & ~(1 << kernel.types.enumerator("PG_lru")))


@damage("slab-of-nobody", "a slab's cache is none of the kernel's: its pages count, and are no cache's",
        censusx(r"^ +nr_slab_reclaimable_b .* slabs whose cache could not be told$",
                r"^trouble: .*(frames are of slabs whose cache is none of the kernel's|pipe_inode_info)"))
def stray_slab(kernel):
    cache = kernel.slabs.caches["dentry"]
    kernel.machine.object("slab", kernel.frames.address(cache.slabs[0][0]))["slab_cache"] = \
        kernel.machine.direct(PAGE)


@damage("counter-untold", "33 pages are reclaimable that no struct page tells of, which is no fault",
        censusx(r"^ +nr_kernel_misc_reclaimable +pages +33 +0$", status=0))
def untold(kernel):
    index = kernel.types.enumerator("NR_KERNEL_MISC_RECLAIMABLE")
    kernel.machine.put(kernel.machine.image.by_name["vm_node_stat"] + 8 * index, 33)


@damage("managed-lies", "zone Normal says that it manages 7 pages more than were not set aside at boot",
        censusx(r"^ +managed +pages +\d+ +\d+ +7 +7 *$", r"^ +0 Normal +managed +pages +\d+ +\d+ +7 +7 *$"))
def managed(kernel):
    kernel.node.zones[2]["managed_pages"] += 7


@damage("present-lies", "zone DMA32 says that 3 frames less are present than the resource tree calls memory",
        censusx(r"^ +present +pages +\d+ +\d+ +-3 +-3 *$", r"^ +0 DMA32 +present +pages +\d+ +\d+ +-3 +-3 *$"),
        doctorx(r"^ +0 DMA32 .* 30717 *$", status=0))
def present(kernel):
    kernel.node.zones[1]["present_pages"] -= 3


@damage("memory-total-lies", "all memory together is 9 pages less than the zones have",
        censusx(r"^ +MemTotal +pages +\d+ +\d+ +-9 +-9 *$", r"^ +managed +pages +\d+ +\d+ +0 +0 *$"))
def total(kernel):
    at = kernel.machine.image.by_name["_totalram_pages"]
    kernel.machine.put(at, kernel.machine.get(at) - 9)


@damage("reserve-lies", "zone Normal counts 512 pages for atomic requests that no pageblock is marked for",
        censusx(r"^ +0 Normal +nr_reserved_highatomic +pages +1024 +512 +512 +512 *$"))
def reserve(kernel):
    kernel.node.zones[2]["nr_reserved_highatomic"] += 512


@damage("buffers-lie", "a block device counts 3 pages of its cache that are not there",
        censusx(r"^ +Buffers +pages +4 +1 +3 +3 *$"))
def buffers(kernel):
    kernel.block_device.mapping["nrpages"] += 3


@damage("pin-leaked", "two pins more were counted than pages have",
        censusx(r"^ +nr_foll_pin_acquired - nr_foll_pin_released +pages +3 +1 +2 +2 *$"))
def pins(kernel):
    index = kernel.types.enumerator("NR_FOLL_PIN_ACQUIRED")
    kernel.machine.put(kernel.machine.image.by_name["vm_node_stat"] + 8 * index, 3)


@damage("references-like-pins", "so many hold a page of a file that it looks pinned, which is no fault",
        censusx(r"^ +nr_foll_pin_acquired - nr_foll_pin_released +pages +1 +3 +-2 +0 -2: pages with so many other references",
                status=0),
        counts("{page cache, unmapped}", r"pins: +2048$"))
def references(kernel):
    story_page(kernel, "page cache, unmapped")["_refcount"] += 2048


@damage("swap-total-lies", "4 pages less of swap are free than the areas have",
        censusx(r"^ +SwapFree +pages +1014 +1018 +-4 +-4 *$"))
def swap(kernel):
    at = kernel.machine.image.by_name["nr_swap_pages"]
    kernel.machine.put(at, kernel.machine.get(at) - 4)
