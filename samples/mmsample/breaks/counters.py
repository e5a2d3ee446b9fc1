# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's counters of what memory is used for, and memory that they do not agree with."""

from ..memory import PAGE
from .registry import Answer, damage, story_page


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


@damage("page-lost", "'page cache, unmapped' is held and counted, and has no mapping any more: nobody's",
        censusx(r"^ +file +519 ", r"^ +nr_file_pages +pages +\d+ +\d+ +1 +1 *$"))
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
