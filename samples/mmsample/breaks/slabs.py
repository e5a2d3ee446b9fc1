# SPDX-License-Identifier: GPL-2.0-or-later
"""Slabs: free lists, counts, lists of nodes and CPUs, and what debugging puts around objects."""

from ..slab import CPU_CACHE
from .registry import WILD, damage, procx, slabx, story_page, story_pfn


def slab_of(kernel, name):
    """A slab that the story knows, and its cache."""
    pfn = story_pfn(kernel, name)
    slab = kernel.machine.object("slab", kernel.frames.address(pfn))
    return slab, next(c for c in kernel.slabs.caches.values() if any(s[0] == pfn for s in c.slabs))


def loose(kernel):
    return slab_of(kernel, "slab with free objects")


def debugged(kernel):
    return slab_of(kernel, "debugged slab")


def finding(what, name=r"\S+"):
    """A line of the findings, with the address of a struct page or of the kernel's struct."""
    return rf"^ +[0-9a-f]{{16}} {name} +{what}"


@damage("freelist-inside", "the free list of 'slab with free objects' leads into the middle of an object",
        slabx(finding(r"the free list goes on to 0x\w+, which is no object of it", "kmalloc-512")))
def freelist_inside(kernel):
    slab, cache = loose(kernel)
    kernel.machine.put(slab["freelist"] + cache.offset, slab["freelist"] + cache.size + 8)


@damage("freelist-other-slab", "the free list of 'slab with free objects' leads to an object of another slab",
        slabx(finding(r"the free list goes on to 0x\w+, which is no object of it", "kmalloc-512")))
def freelist_elsewhere(kernel):
    slab, cache = loose(kernel)
    other, other_cache = slab_of(kernel, "slab page")
    kernel.machine.put(slab["freelist"] + cache.offset, other_cache.object_at(other_cache.slabs[0][0], 0))
    assert other["slab_cache"] != slab["slab_cache"]


@damage("slab-inuse-low", "'slab with free objects' counts an object less in use than its free list leaves",
        slabx(finding(r"its free list has \d+ objects, and by its count it should have \d+", "kmalloc-512")))
def inuse_low(kernel):
    slab, _ = loose(kernel)
    slab["inuse"] = (slab["counters"] & 0xFFFF) - 1


@damage("slab-objects-few", "'slab with free objects' says that it has an object less than fit into it",
        slabx(finding(r"it has fewer objects than fit into it", "kmalloc-512")))
def objects_few(kernel):
    slab, _ = loose(kernel)
    slab["objects"] = (slab["counters"] >> 16 & 0x7FFF) - 1


@damage("slab-of-other-cache", "'slab with free objects' says that it is of the cache task_struct",
        slabx(finding(r"it is of task_struct on node 0, and on a list of kmalloc-512 on node 0", "task_struct")))
def other_cache(kernel):
    slab, _ = loose(kernel)
    slab["slab_cache"] = kernel.slabs.caches["task_struct"].control.address


@damage("slab-no-type", "the struct page of 'slab with free objects' says no more that it is a slab's",
        slabx(finding(r"it is on a list of node 0, and no slab", "kmalloc-512"),
              finding(r"node 0 counts \d+ slabs with \d+ objects, and there are \d+ with \d+", "kmalloc-512")))
def no_type(kernel):
    page = story_page(kernel, "slab with free objects")
    if kernel.frames.byte_types():
        page["page_type"] = 0xFFFFFFFF
    else:
        page["flags"] &= ~kernel.frames.flag_bits(["slab"])


@damage("node-partial-cycle", "the partial list of kmalloc-512 loops",
        slabx(finding(r"node 0's partial list: the list at 0x\w+ is broken", "kmalloc-512")))
def partial_cycle(kernel):
    slab, _ = loose(kernel)
    slab["slab_list.next"] = slab.at("slab_list")


@damage("node-partial-wild", "the partial list of kmalloc-512 leads to what is no struct page",
        slabx(finding(r"node 0's partial list", "kmalloc-512")))
def partial_wild(kernel):
    slab, _ = loose(kernel)
    slab["slab_list.next"] = WILD


@damage("node-partial-lost", "'slab with free objects' is taken off its node's partial list",
        slabx(finding(r"node 0's partial list has 0 slabs, and nr_partial says 1", "kmalloc-512")))
def partial_lost(kernel):
    node = kernel.slabs.caches["kmalloc-512"].node
    kernel.machine.list_init(node.at("partial"))


@damage("node-locked", "the node's count of partial slabs of kmalloc-512 is one behind, and somebody has its lock",
        slabx(status=0))
def node_locked(kernel):
    node = kernel.slabs.caches["kmalloc-512"].node
    node["nr_partial"] = 0
    kernel.machine.put(node.at("list_lock"), 1, 4)


@damage("nr-slabs-wrong", "the node counts a slab of kmalloc-512 more than there are",
        slabx(finding(r"node 0 counts \d+ slabs with \d+ objects, and there are \d+ with \d+", "kmalloc-512")))
def nr_slabs(kernel):
    node = kernel.slabs.caches["kmalloc-512"].node
    node["nr_slabs"] = kernel.machine.get(node.at("nr_slabs")) + 1


@damage("total-objects-wrong", "the node counts an object of kmalloc-512 more than its slabs have",
        slabx(finding(r"node 0 counts \d+ slabs with \d+ objects, and there are \d+ with \d+", "kmalloc-512")))
def total_objects(kernel):
    node = kernel.slabs.caches["kmalloc-512"].node
    node["total_objects"] = kernel.machine.get(node.at("total_objects")) + 1


def cpu_of(kernel):
    return kernel.percpu.object("kmem_cache_cpu", kernel.slabs.caches[CPU_CACHE].control["cpu_slab"], 0)


@damage("cpu-slab-of-other-cache", "the CPU works on a slab of another cache",
        slabx(finding(r"CPU 0 has it for another cache, 0x\w+", "kmalloc-512")))
def cpu_other(kernel):
    slab, _ = loose(kernel)
    cpu_of(kernel).set(slab=slab.address, freelist=0)


@damage("cpu-slab-no-slab", "the CPU works on what is no slab",
        slabx(finding(r"CPU 0 has it, and it is no slab", CPU_CACHE)))
def cpu_no_slab(kernel):
    cpu_of(kernel).set(slab=kernel.frames.address(story_pfn(kernel, "free block")), freelist=0)


@damage("cpu-freelist-wild", "the free list of the CPU leaves the slab that it works on",
        slabx(finding(r"the free list goes on to 0x4141\w+, which is no object of it", CPU_CACHE)))
def cpu_freelist(kernel):
    cpu_of(kernel)["freelist"] = WILD


@damage("red-zone-left", "a byte before an object of 'debugged slab' is overwritten",
        slabx(finding(r"the object at 0x\w+: its left red zone is overwritten: 0x41 instead of 0xcc at 0x\w+",
                      "debugged")))
def red_left(kernel):
    slab, cache = debugged(kernel)
    kernel.machine.write(cache.object_at(cache.slabs[0][0], 1) - 1, b"\x41")
    assert slab["slab_cache"]


@damage("red-zone-right", "a byte behind an object of 'debugged slab' is overwritten",
        slabx(finding(r"the object at 0x\w+: its right red zone is overwritten: 0x00 instead of 0xcc at 0x\w+",
                      "debugged")))
def red_right(kernel):
    _, cache = debugged(kernel)
    kernel.machine.write(cache.object_at(cache.slabs[0][0], 0) + cache.object_size, b"\0")


@damage("poison-overwritten", "an object of 'debugged slab' was written to after it was freed",
        slabx(finding(r"the object at 0x\w+: it was freed, and is overwritten: 0x2a instead of 0x6b at 0x\w+",
                      "debugged")))
def poison(kernel):
    _, cache = debugged(kernel)
    pfn, used = cache.slabs[0]
    kernel.machine.write(cache.object_at(pfn, used) + 17, b"\x2a")


LONG_LIST = 10500


def long_list(kernel):
    """A list of partial slabs of kmalloc-8, which have 1 object free at its head, 500 in its middle, 3 at its end."""
    m, frames, cache = kernel.machine, kernel.frames, kernel.slabs.caches["kmalloc-8"]
    pfns = [pfn + i for pfn, order, _ in sorted(kernel.node.free_blocks) for i in range(1 << order)
            if pfn >= 0x1000][:LONG_LIST]
    m.list_init(cache.node.at("partial"))
    links = [frames.address(pfn) + kernel.types.offset("slab", "slab_list") for pfn in pfns]
    ring = [cache.node.at("partial"), *links]
    for before, link, after in zip([ring[-1], *ring], ring, [*ring[1:], ring[0]]):
        m.put(link, after)
        m.put(link + 8, before)
    for i, pfn in enumerate(pfns):
        free = 1 if i < 5000 else 3 if i >= LONG_LIST - 5000 else 500
        slab = m.object("slab", frames.address(pfn))
        slab.set(slab_cache=cache.control, objects=512, inuse=512 - free, frozen=0)
    cache.node["nr_partial"] = LONG_LIST
    cache.node["nr_slabs"] = LONG_LIST
    cache.node["total_objects"] = LONG_LIST * 512


def line_of(free):
    return rf"^kmalloc-8 +{LONG_LIST * 512 - free} +{LONG_LIST * 512} +8 +512 "


@damage("partial-list-counted", "a list of partial slabs is long, and the kernel counts what is free on all of it",
        procx("slabinfo", line_of(5000 + 500 * 500 + 5000 * 3)), releases=("6.2", "6.5", "6.8"))
def list_counted(kernel):
    long_list(kernel)


@damage("partial-list-estimated", "a list of partial slabs is long, and the kernel looks at 5000 slabs at either end",
        procx("slabinfo", line_of((5000 + 5000 * 3) // 10000 * LONG_LIST), r"1 caches have more than 10000 partial"),
        releases=("6.14",))
def list_estimated(kernel):
    long_list(kernel)


@damage("slab-cache-name-orders", "the name of a cache has control characters in it: they do not reach the terminal",
        slabx(r"^ +e\\x1b\[2Jx +264 +15 +3 +1 +0 +1 +0 ", status=0))
def name_orders(kernel):
    kernel.machine.write(kernel.slabs.caches["debugged"].control["name"], b"e\x1b[2Jx\0")
