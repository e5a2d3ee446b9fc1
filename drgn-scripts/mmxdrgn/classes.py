# SPDX-License-Identifier: GPL-2.0-or-later
"""
Classes: what a frame is used for, by the first test that holds. The order keeps a word from being
read under a meaning that it does not have on that page.
"""
from .modsyms import modules
from .owners import (devices, kernel_table, page_table, pcp, percpu, pipe, rings, socket, stack, trace, unaccepted, vmalloc,
                     vmemmap)
from .owners.held import Held
from .page import ALL_ONES
from .task import Tasks
from .trouble import Absent, Broken
from .xarray import XArray

PAGE_POOL = 0xDEAD000000000040
DMA_INDEX = 0x7FFFFFFF80  # bits of pp_magic that hold a DMA mapping's number, since 6.16

BY_TYPE = {"buddy": "free", "offline": "offline", "table": "page-table", "guard": "guard", "hugetlb": "hugetlb",
           "slab": "slab", "zsmalloc": "zsmalloc", "unaccepted": "unaccepted", "large_kmalloc": "large-kmalloc",
           "netpp": "page-pool", "?": "unattributed"}
# Classes whose mapping word is one; on others it is something else, or stale.
WITH_MAPPING = {"anon", "ksm", "file", "shmem", "hugetlb", "movable", "balloon", "hwpoison"}


# Whose functions move pages that are not the kernel's own: up to 6.16 the mapping leads to them, which are
# in the kernel, by this symbol, or in the module of that name.
MOVERS = (("zsmalloc_mops", "zsmalloc", "zsmalloc"), ("balloon_mops", None, "balloon"))


def movers(kernel):
    """(start, end, class) of where such functions' tables lie."""
    loaded = dict(modules(kernel))
    for symbol, module, name in MOVERS:
        address = kernel.target.symbol(symbol)
        if address is not None:
            yield address, address + 1, name
        for start, end in loaded.get(module, ()):
            yield start, end, name


# Whoever holds pages by a structure of its own, in the order of asking.
HOLDERS = (
    ("socket", socket.frames), ("io-uring", rings.io_uring), ("perf", rings.perf), ("dma-buf", rings.dma_buf),
    ("trace", trace.frames), ("dma", devices.frames), ("kernel-table", kernel_table.frames),
)


def known(kind, held):
    """The frames that a kind of holder has, as far as its structures can be followed."""
    try:
        yield from kind(held)
    except (Absent, Broken):
        return


class Classes:
    """Tells a page's class."""

    def __init__(self, kernel, space, sections, zones, pages):
        t = kernel.target
        self.kernel, self.flags = kernel, pages.flags
        self.reserved, self.hwpoison = pages.flags.bit("reserved"), pages.flags.bit("hwpoison")
        self.swapbacked, self.lru = pages.flags.bit("swapbacked"), pages.flags.bit("lru")
        self.swapcache = pages.flags.bit("swapcache")
        self.device_zone = t.constant("ZONE_DEVICE")
        self.private, self.balloons = pages.f_private, {}
        self.index, self.page_address = pages.f_index, pages.address
        self.huge_zero = kernel.variable("huge_zero_pfn", otherwise=ALL_ONES)
        self.movers = list(movers(kernel))
        magic = t.member("struct page", "pp_magic")
        self.pool_word = magic and magic[0] // 8
        self.pool_mask = ~(3 | (DMA_INDEX if t.member("struct page_pool", "dma_mapped") else 0))
        self.owned = {}
        self._own("free-pcp", pcp.frames(kernel, zones, pages))
        self._own("percpu", percpu.frames(kernel))
        tasks = Tasks(kernel)
        self._own("stack", stack.frames(kernel, tasks.all()))
        mapped = list(vmalloc.frames(kernel, space))
        self._own("vmalloc", (pfn for pfn, owned in mapped if owned))
        self._own("page-ext", sections.page_ext_frames())
        self._own("unaccepted", unaccepted.frames(kernel, zones, pages))
        self._own("vmemmap", vmemmap.frames(kernel, space, sections))

        # What a page's own words say of it counts more than who else leads to it.
        self.last = dict.fromkeys((pfn for pfn, owned in mapped if not owned), "vmalloc")
        self.held = held = Held(kernel, space, pages, tasks.all())
        self.untold = devices.untold(t)
        for name, kind in reversed(HOLDERS):
            self.last |= dict.fromkeys(known(kind, held), name)
        self.last |= dict.fromkeys(pipe.frames(kernel, tasks.all(), pages), "pipe")
        self.last |= dict.fromkeys(page_table.frames(kernel, tasks.processes(), pages), "page-table")

    def _own(self, name, frames):
        """The first owner of a frame keeps it."""
        for pfn in frames:
            self.owned.setdefault(pfn, name)

    def of(self, page):
        """The class of a page that has a struct page, in the dump or not."""
        if page.row is None:
            return "missing"
        if page.section.device(page.pfn):
            return "device"
        if not page.section.online:
            return "offline"
        if page.flags == ALL_ONES:
            return "uninitialised"
        if self.flags.field("zone", page.flags) == self.device_zone:
            return "device"
        if page.flags & self.reserved:
            return "reserved"
        if page.flags & self.hwpoison:
            return "hwpoison"
        folio = page.folio
        if page.type == "offline" and self._is_balloon(page.row[self.private]):
            return "balloon"
        if page.type:
            return BY_TYPE[page.type]
        if folio is None:
            return "missing"
        if folio.type:
            return BY_TYPE[folio.type]
        if folio.slab:
            return "slab"
        if folio.hugetlb:
            return "hugetlb"
        if page.block and not folio.refcount:
            return BY_TYPE[page.block]
        if folio.large and folio.head == self.huge_zero:
            return "zero-page"
        owner = self.owned.get(folio.head) or self.owned.get(page.pfn)
        if owner:
            return owner
        if self.pool_word and folio.rows[0][self.pool_word] & self.pool_mask == PAGE_POOL & self.pool_mask:
            return "page-pool"
        return self._by_mapping(folio) or self.last.get(page.pfn, "unattributed")

    def _is_balloon(self, device):
        """Whether that is what a balloon's pages name: a balloon's list leads back to the balloon."""
        if device not in self.balloons:
            pages = self.kernel.target.member("struct balloon_dev_info", "pages")
            head = device + pages[0] if pages else 0
            try:
                self.balloons[device] = bool(device and pages) and \
                    self.kernel.number(self.kernel.number(head) + 8) == head
            except Absent:
                self.balloons[device] = False
        return self.balloons[device]

    def _by_swap(self, entry):
        """Of a folio in the swap cache without a mapping: up to 6.19 shared memory has a count of its own."""
        kernel, (area_type, slot) = self.kernel, divmod(entry, 1 << 58)
        if kernel.target.symbol("swap_shmem_alloc") is None:
            return "swap-cache"
        try:
            area = kernel.number(kernel.need_symbol("swap_info") + area_type * 8)
            count = kernel.number(kernel.member(area, "struct swap_info_struct", "swap_map") + slot, 1) & ~0x40
        except Absent:
            return "swap-cache"
        return {0: "swap-cache", 0x3F: "swap-cache", 0xBF: "shmem"}.get(count, "anon")

    def _in_cache(self, folio):
        """Whether its mapping has it. Up to 6.13 perf gave its rings the mapping that they are mapped by."""
        if folio.flags & self.lru:
            return True
        pages = self.kernel.target.offset("struct address_space", "i_pages")
        try:
            entry = XArray(self.kernel, folio.mapping + pages).load(folio.rows[0][self.index])
        except Absent:
            return False
        return entry == self.page_address(folio.head)

    def _by_mapping(self, folio):
        kind, swapbacked = folio.mapping & 3, bool(folio.flags & self.swapbacked)
        if kind == 1:
            return "anon"
        if kind == 3:
            return "ksm"
        if kind == 2:
            return next((name for start, end, name in self.movers if start <= folio.mapping - 2 < end), "movable")
        if folio.mapping >> 63 and self.kernel.is_mapped(folio.mapping) and self._in_cache(folio):
            return "shmem" if swapbacked else "file"
        if swapbacked and folio.flags & self.swapcache:
            return self._by_swap(folio.rows[0][self.private])
        if folio.flags & self.lru:
            return "anon" if swapbacked else "file"
        return None
