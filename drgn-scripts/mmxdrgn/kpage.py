# SPDX-License-Identifier: GPL-2.0-or-later
"""
/proc/kpageflags and /proc/kpagecount, by three generations of rules: by page up to 6.9, by folio, and since
page_snapshot by a copy of both. /proc/kpagecgroup, by page up to 6.2 and then by folio.
"""
from .page import ALL_ONES
from .sparse import SECTION_FRAMES

# Bits that are copied under the same name. Their places are for user space and never move.
COPIED = {"locked": 0, "error": 1, "referenced": 2, "uptodate": 3, "dirty": 4, "lru": 5, "active": 6,
          "slab": 7, "writeback": 8, "reclaim": 9, "swapbacked": 14, "unevictable": 18, "reserved": 32,
          "mlocked": 33, "mappedtodisk": 34, "owner_2": 34, "private": 35, "private_2": 36, "owner_priv_1": 37,
          "arch_1": 38, "uncached": 39, "arch_2": 41, "arch_3": 42}
SLAB, BUDDY, MMAP, ANON, SWAPCACHE = 1 << 7, 1 << 10, 1 << 11, 1 << 12, 1 << 13
HEAD, TAIL, HUGE, HWPOISON, NOPAGE = 1 << 15, 1 << 16, 1 << 17, 1 << 19, 1 << 20
KSM, THP, OFFLINE, ZERO, IDLE, PGTABLE = 1 << 21, 1 << 22, 1 << 23, 1 << 24, 1 << 25, 1 << 26
HUGE_FRAMES = 512
ENTRIES = ("kpageflags", "kpagecount", "kpagecgroup")
OBJECTS, KMEM = 1, 2  # of memcg_data
ONLINE = 2  # CSS_ONLINE, of a cgroup's flags


class Kpage:
    """Makes the words of the three files."""

    def __init__(self, model):
        kernel, t = model.kernel, model.target
        self.sections, self.pages, flags = model.sections, model.pages, model.flags
        self.by_page = flags.bit("slab") != 0
        self.snapshot = t.has_type("struct page_snapshot")
        # The test for KSM was true for all that is anonymous, from folios on until links became masks.
        self.anon_is_ksm = not self.by_page and not self.pages.masks
        self.hole = 0 if t.constant("KPAGE_FLAGS") is not None else NOPAGE
        self.huge_zero = kernel.variable("huge_zero_pfn", otherwise=ALL_ONES)
        self.zero = self._zero_frame(kernel)
        self.kernel, self.charged = kernel, {0: 0}
        self.charge_of_page = not any(t.member("struct folio", name) for name in ("_nr_pages_mapped", "_large_mapcount"))
        self.user_through_objcg = t.member("struct obj_cgroup", "is_root") is not None
        self.thp = t.symbol("transparent_hugepage_flags") is not None
        self.end = -(-kernel.variable("max_pfn") // SECTION_FRAMES) * SECTION_FRAMES
        # A set: of two names for one flag a kernel can have both.
        self.copies = {(flags.bits[name], bit) for name, bit in COPIED.items() if name in flags.bits}
        self.copied = {}
        self.mask = sum({1 << bit for bit, _ in self.copies})
        for name in ("swapbacked", "hwpoison", "idle", "lru", "large_rmappable"):
            setattr(self, name, flags.bit(name))
        self.swapcache = self.swapbacked | flags.bit("swapcache")

    @staticmethod
    def _zero_frame(kernel):
        page = kernel.target.symbol("empty_zero_page")
        if page is not None:
            return kernel.phys(page) >> 12
        return kernel.variable("zero_page_pfn", otherwise=kernel.variable("zero_pfn", otherwise=ALL_ONES))

    def words(self, entry):
        """(first PFN, words) for runs of frames, all that the file has; None where struct pages are missing."""
        word = {"kpageflags": self._flags, "kpagecount": self._count, "kpagecgroup": self._cgroup}[entry]
        hole = self.hole if entry == "kpageflags" else 0
        for first in range(0, self.end, SECTION_FRAMES):
            words = [hole] * SECTION_FRAMES
            section = self.sections.by_number.get(first // SECTION_FRAMES)
            if section and section.online:
                for page in self.pages.walk(first, first + SECTION_FRAMES):
                    if not section.seen(page.pfn):
                        continue
                    words[page.pfn - first] = None if page.folio is None else word(page)
            yield first, words

    def _copy(self, flags):
        flags &= self.mask
        if flags not in self.copied:
            self.copied[flags] = sum((flags >> bit & 1) << to for bit, to in self.copies)
        return self.copied[flags]

    def _flags(self, page):
        folio = page.folio
        u = self._copy(page.flags if self.by_page else folio.flags)
        if not (self.by_page and folio.slab) and self.pages.mapped(folio):
            u |= MMAP
        if folio.anon:
            u |= ANON
            if self.anon_is_ksm or folio.mapping & 3 == 3:
                u |= KSM
        # A copy of a page goes by that page's own link, which a fake head has none of.
        tail = page.row[self.pages.f_link] & 1 if self.snapshot else page.tail
        u |= TAIL if tail else HEAD if folio.large else 0
        u |= self._kind_by_page(page) if self.by_page else self._kind_by_folio(page)
        if page.type == "buddy" or page.block == "buddy" and not folio.refcount:
            u |= BUDDY
        kind = folio.type if self.snapshot else page.type
        u |= OFFLINE if kind == "offline" else PGTABLE if kind == "table" else 0
        u |= SLAB if folio.slab else 0
        u |= IDLE if folio.flags & self.idle else 0
        u |= SWAPCACHE if folio.flags & self.swapcache == self.swapcache else 0
        poisoned = folio.flags if folio.hugetlb and not self.by_page else page.flags
        return u | (HWPOISON if poisoned & self.hwpoison else 0)

    def _kind_by_page(self, page):
        folio = page.folio
        if folio.hugetlb:
            return HUGE
        if not folio.large or not self.thp:
            return ZERO if page.pfn == self.zero else 0
        if folio.flags & self.lru or folio.anon:
            return THP
        return ZERO | THP if folio.head == self.huge_zero else 0

    def _kind_by_folio(self, page):
        folio = page.folio
        if folio.hugetlb:
            return HUGE
        if folio.large and len(folio.rows) > 1 and folio.rows[1][self.pages.f_flags] & self.large_rmappable:
            return THP
        # A copy knows its frame, a folio only its first one.
        pfn = page.pfn if self.snapshot else folio.head
        if self.huge_zero != ALL_ONES and pfn & -HUGE_FRAMES == self.huge_zero:
            return ZERO | THP
        return ZERO if pfn == self.zero else 0

    def _count(self, page):
        if self.by_page and (page.folio.slab or page.type):
            return 0
        return self.pages.mapcount(page) & ALL_ONES

    def _cgroup(self, page):
        memcg = self.kernel.target.offset("struct page", "memcg_data") // 8
        data = page.row[memcg] if self.charge_of_page else page.folio.rows[0][memcg]
        if data not in self.charged:
            self.charged[data] = self._inode(data)
        return self.charged[data]

    def _inode(self, data):
        """Of the first group from the charged one upwards that has not been removed; a slab is charged by the object."""
        k = self.kernel
        if data & OBJECTS or not data & ~7:
            return 0
        group = data & ~7
        if data & KMEM or self.user_through_objcg:
            group = k.member(group, "struct obj_cgroup", "memcg")
        css = group + k.target.offset("struct mem_cgroup", "css")
        while not k.member(css, "struct cgroup_subsys_state", "flags") & ONLINE:
            css = k.member(css, "struct cgroup_subsys_state", "parent")
        cgroup = k.member(css, "struct cgroup_subsys_state", "cgroup")
        return k.member(k.member(cgroup, "struct cgroup", "kn"), "struct kernfs_node", "id")
