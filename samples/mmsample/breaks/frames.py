# SPDX-License-Identifier: GPL-2.0-or-later
"""Struct pages, free lists and slabs."""

from ..memory import PAGE
from .registry import EVEN, WILD, counts, damage, doctorx, pagex, procx, readx, slabx, story_page, story_pfn, user


@damage("flags-poisoned", "the page of 'DMA buffer' was never initialised (flags are all ones)",
        pagex("{DMA buffer}", r"class: +uninitialised$", status=0))
def poisoned(kernel):
    page = story_page(kernel, "DMA buffer")
    kernel.machine.write(page.address, b"\xff" * 64)


@damage("compound-head-misaligned", "'THP tail 2' links to no struct page",
        pagex("{THP tail 2}", r"class: +unattributed$",
              r"broken folio: +its link leads to no struct page before it", r"order: +\(unreadable\)$"))
def misaligned(kernel):
    story_page(kernel, "THP tail 2")["compound_head"] += 8


@damage("compound-head-wild", "'THP tail 2' links to an address outside of the struct pages",
        pagex("{THP tail 2}", r"class: +unattributed$",
              r"broken folio: +its link leads to no struct page before it", r"order: +\(unreadable\)$"))
def wild_head(kernel):
    story_page(kernel, "THP tail 2")["compound_head"] = WILD | 1


@damage("compound-head-tail", "'THP tail 2' links to another tail",
        pagex("{THP tail 2}", r"class: +unattributed$",
              r"broken folio: +its link leads to a folio that does not reach this far", r"order: +\(unreadable\)$"))
def tail_of_tail(kernel):
    story_page(kernel, "THP tail 2")["compound_head"] = story_page(kernel, "THP tail 1").address | 1


def set_order(kernel, tail, order):
    """Of the folio whose first tail that is: a byte of its own up to 6.5, then the lowest of that page's flags."""
    if kernel.types.has("folio", "_folio_order"):
        kernel.machine.object("folio", tail.address - kernel.types.size("struct page"))["_folio_order"] = order
    else:
        tail["flags"] = tail["flags"] & ~0xFF | order


@damage("compound-order-huge", "'THP head' claims an order that no folio has",
        pagex("{THP head}",
              r"broken folio: +the order in its second struct page is out of range", r"order: +-$"))
def order_huge(kernel):
    set_order(kernel, story_page(kernel, "THP tail 1"), 0xFF)


@damage("compound-orders-elsewhere", "all large folios keep their order somewhere else than the types say",
        doctorx(r"FAILED +struct page and folio .* of large folios are in none that its order reaches"),
        pagex("{THP head}", r"struct page and folio", status=2))
def orders_elsewhere(kernel):
    for pfn in kernel.frames.kind:
        page = kernel.frames.page(pfn)
        if page["compound_head"] == kernel.frames.page(pfn - 1).address | 1:
            set_order(kernel, page, 0)


@damage("refcount-negative", "'DMA buffer' has a negative reference count",
        counts("{DMA buffer}", r"refcount: +-3$", r"surprise: +fewer references", status=1))
def refcount(kernel):
    story_page(kernel, "DMA buffer")["_refcount"] = -3


def set_max_pfn(kernel, value):
    kernel.machine.put(kernel.machine.image.by_name["max_pfn"], value)


@damage("max-pfn-wild", "max_pfn lies where no memory can have been: no file of so many entries is begun",
        procx("kpageflags", r"max_pfn is 0xffffffffff, but no frame from 0x[48]00000 on ever had", status=2))
def max_pfn_wild(kernel):
    set_max_pfn(kernel, (1 << 40) - 1)


@damage("max-pfn-beyond", "max_pfn lies beyond the last section, as when memory was taken away",
        procx("kpageflags", r"last section ends at PFN 0x240000, but max_pfn is 0x248000", r"^247fff 100000$"))
def max_pfn_beyond(kernel):
    set_max_pfn(kernel, 0x240001)


@damage("max-pfn-short", "max_pfn lies before the last section",
        procx("kpageflags", r"max_pfn is 0x238000, but there are sections up to PFN 0x240000", status=1))
def max_pfn_short(kernel):
    set_max_pfn(kernel, 0x238000)


def kpageflags_code(kernel, code):
    """What stands where the mapping is tested for KSM."""
    kernel.machine.write(kernel.machine.image.by_name["stable_page_flags"], code.ljust(16, b"\x90"))


@damage("ksm-test-mended", "kpageflags asks for both bits of KSM, as stable releases do since it was mended",
        procx("kpageflags", r"^{one mapper} 400005838$"), releases=("6.14",))
def ksm_mended(kernel):
    # and $3, %ecx; or $0x201000, %rax; cmp $3, %ecx; cmovne %rdx, %rax
    kpageflags_code(kernel, bytes.fromhex("83e103480d0010200083f903480f45c2"))


@damage("ksm-test-unknown", "the code of kpageflags has no test for KSM that anybody knows",
        procx("kpageflags", r"KSM \(bit 21\) is not set for \d+ anonymous frames that KSM did not merge",
              r"^{one mapper} 400005838$", status=3), releases=("6.14",))
def ksm_unknown(kernel):
    kpageflags_code(kernel, b"")


@damage("page-type-unknown", "'offline' has a page type that this kernel does not know",
        pagex("{offline}", r"because: +a page type that mmx does not know", status=0))
def page_type(kernel):
    story_page(kernel, "offline")["page_type"] = \
        0xFE000000 if kernel.frames.byte_types() else 0xFFFFFFFF & ~0x8000


@damage("mapping-wild", "the mapping of 'one mapper' leads nowhere",
        pagex("{one mapper}", r"anon vma unknown: +the anon_vma at 0x4141\w+ is unmapped"))
def mapping_wild(kernel):
    story_page(kernel, "one mapper")["mapping"] = WILD & ~3 | 1


@damage("mapcount-wrong", "'libc page 45' has 105 entries, its _mapcount says 51",
        counts("{libc page 45}", r"mappings: +51$", r"remainder: +54$", r"surprise: +more references"),
        procx("kpagecount", r"^{libc page 45} 33$"))
def mapcount(kernel):
    story_page(kernel, "libc page 45")["_mapcount"] = 50


@damage("pcp-count-wrong", "a CPU's list holds fewer pages than its count says",
        pagex("{DMA buffer}",
              r"free lists of CPU 0, node 0, zone DMA32: they hold 10 pages and are counted as 15"))
def pcp_count(kernel):
    kernel.node.pcp(kernel.node.zones[1], 0)["count"] += 5


@damage("pcp-cycle", "a CPU's list comes back to a page that it has been at",
        pagex("{DMA buffer}",
              r"free lists of CPU 0, node 0, zone DMA32: the list at 0x\w+ is broken"))
def pcp_cycle(kernel):
    page = kernel.frames.page(kernel.node.pcp_pages[1][0])
    page["pcp_list.next"] = kernel.frames.page(kernel.node.pcp_pages[0][0]).at("pcp_list")


@damage("per-cpu-offset-wild", "CPU 1's per-CPU memory cannot be read; CPU 0's can",
        pagex("{DMA buffer}",
              r"free lists of CPU 1, node 0, zone DMA: per_cpu_pages\.count of 0x4141\w+ is unmapped"))
def percpu_wild(kernel):
    kernel.machine.put(kernel.machine.image.by_name["__per_cpu_offset"] + 8, WILD)


@damage("lru-cycle", "a list of the LRU comes back to a folio that it has been at",
        pagex("{libc page 96}",
              r"list broken: +its list leads to 0x\w+, whose list leads to 0x\w+ and not back"))
def lru_cycle(kernel):
    page = story_page(kernel, "libc page 96")
    page["lru.next"] = story_page(kernel, "libc page 45").at("lru")


def loose_slab(kernel):
    """The slab that the story knows to have free objects, and its cache."""
    pfn = story_pfn(kernel, "slab with free objects")
    slab = kernel.machine.object("slab", kernel.frames.address(pfn))
    cache = next(c for c in kernel.slabs.caches.values() if any(s[0] == pfn for s in c.slabs))
    return slab, cache


@damage("freelist-cycle", "the free list of 'slab with free objects' comes back to itself",
        pagex("{slab with free objects}",
              r"free list: +the free list comes to object \d at 0x\w+ once more"),
        slabx(r"^ +[0-9a-f]{16} kmalloc-512 +the free list comes to object \d at 0x\w+ once more"))
def freelist_cycle(kernel):
    slab, cache = loose_slab(kernel)
    second = kernel.machine.get(slab["freelist"] + cache.offset)
    kernel.machine.put(second + cache.offset, slab["freelist"])


@damage("freelist-wild", "the free list of 'slab with free objects' leaves the slab",
        pagex("{slab with free objects}",
              r"free list: +the free list goes on to 0x4141\w+, which is no object of it"),
        slabx(r"^ +[0-9a-f]{16} kmalloc-512 +the free list goes on to 0x4141\w+, which is no object of it"))
def freelist_wild(kernel):
    slab, cache = loose_slab(kernel)
    kernel.machine.put(slab["freelist"] + cache.offset, WILD)


@damage("slab-counts-wrong", "'slab with free objects' has more objects in use than objects",
        pagex("{slab with free objects}", r"broken: +more of its objects are in use than it has"),
        slabx(r"^ +[0-9a-f]{16} kmalloc-512 +more of its objects are in use than it has"))
def slab_counts(kernel):
    slab, _ = loose_slab(kernel)
    slab["inuse"] = slab_objects(slab) + 100


def slab_objects(slab):
    return slab["counters"] >> 16 & 0x7FFF


@damage("slab-cache-wild", "the cache of 'slab with free objects' cannot be read",
        pagex("{slab with free objects}",
              r"cache address: +4141\w+", r"broken: +its cache is none of slab_caches"),
        slabx(r"^ +[0-9a-f]{16} - +its cache is none of slab_caches"))
def slab_cache(kernel):
    slab, _ = loose_slab(kernel)
    slab["slab_cache"] = EVEN


@damage("slab-caches-cycle", "the list of slab caches comes back to one that it has been at",
        pagex("{slab with free objects}", r"caches unknown: +the list at 0x\w+ is broken"),
        procx("slabinfo", r"the list at 0x\w+ is broken", status=1))
def caches_cycle(kernel):
    m = kernel.machine
    first = m.get(kernel.slabs.list)
    second = m.get(first)
    m.put(m.get(second), first)


@damage("page-content-excluded", "the slab page of 'slab with free objects' is excluded",
        pagex("{slab with free objects}",
              r"free list: +the free list breaks off: object \d at 0x\w+ is excluded", status=3),
        readx("{slab with free objects.allocated} 1", r"missing: +8$", r"why: +excluded$",
              r"^ +\w{16} -{16} +\(8 bytes: excluded\)$", status=3))
def excluded(kernel):
    kernel.machine.memory.exclude(story_pfn(kernel, "slab with free objects"))


@damage("page-table-excluded", "parent's lowest page table is excluded: its mappings are unknown",
        user(2001, "7fff00001000", r"unknown: its page table cannot be read", status=3),
        procx("2001/smaps", r"^Rss: +\? kB$", r"the page table at physical 0x4000000, for 0x\w+, is excluded", status=3),
        readx("-u 2001 7fff00001000", r"why: +unknown: its page table cannot be read$", status=3))
def table_excluded(kernel):
    kernel.machine.memory.exclude(0x4000000 // PAGE)


@damage("swap-areas-huge", "there are more swap areas than there can be",
        pagex("{swap cache}", r"area: +-$", r"area unknown: +nr_swapfiles is 1000, more than \d+$"))
def swap_areas(kernel):
    kernel.machine.put(kernel.machine.image.by_name["nr_swapfiles"], 1000, 4)


@damage("swap-private-wild", "'swap cache' names a swap area that does not exist",
        pagex("{swap cache}", r"area unknown: +there is no swap area 9$"))
def swap_private(kernel):
    story_page(kernel, "swap cache")["private"] = 9 << 58 | 5


@damage("hstate-count-huge", "the number of hugetlb's pools makes no sense",
        pagex("{hugetlb free}", r"pool unknown: +hugetlb_max_hstate is unreadable or makes no sense$",
              r"on free list: +-$"))
def hstate_count(kernel):
    kernel.machine.put(kernel.machine.image.by_name["hugetlb_max_hstate"], 0x7FFFFFFF, 4)


@damage("hugetlb-list-wild", "a free list of hugetlb leads nowhere",
        pagex("{hugetlb free}", r"pool: +hugepages-2048kB$", r"on free list: +-$",
              r"free list: +the list at 0x\w+ breaks off: node 0x4141\w+ is unmapped$"))
def hugetlb_list(kernel):
    lists = kernel.types.offset("hstate", "hugepage_freelists")
    kernel.machine.put(kernel.machine.image.by_name["hstates"] + lists, WILD)
