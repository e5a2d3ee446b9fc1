# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what is in a frame could be moved, or given up."""
from . import lru_batches
from .trouble import Absent

# In ascending order of what it takes: of several frames the largest counts.
FREE, MOVABLE, SHRINKABLE, HUGE, STUCK, HOLE = range(6)
GIGANTIC = 18
PIN = 1024  # what a pin adds to the references of a small folio
REFUSING = ("secretmem_migrate_folio", "kvm_gmem_migrate_folio")  # functions that are there to refuse
USERS = {"anon", "ksm", "file", "shmem", "swap-cache"}
BY_CLASS = {"free": FREE, "free-pcp": FREE, "unaccepted": FREE, "movable": MOVABLE, "zsmalloc": MOVABLE,
            "balloon": MOVABLE, "guard": MOVABLE, "missing": MOVABLE, "device": HOLE}


class Mobility:
    """Tells it of pages."""

    def __init__(self, model):
        t = model.target
        self.kernel, self.pages, self.classes = model.kernel, model.pages, model.classes
        flags = model.flags
        self.dirty = flags.bit("dirty") | flags.bit("writeback") | flags.bit("unevictable")
        self.unevictable = flags.bit("unevictable")
        self.mapping_flags = t.member("struct address_space", "flags")
        bit = t.constant("AS_INACCESSIBLE")
        self.inaccessible = 1 << (t.constant("AS_UNMOVABLE") if bit is None else bit) \
            if bit is not None or t.constant("AS_UNMOVABLE") is not None else 0
        self.a_ops = t.offset("struct address_space", "a_ops")
        move = t.member("struct address_space_operations", "migrate_folio")
        self.move = move[0] if move else 0
        self.refusing = {t.symbol(name) for name in REFUSING} - {None} if move else set()
        self.migratable, self.freed = (t.constant(f"HPG_{name}") for name in ("migratable", "freed"))
        # Up to 6.6 the page cache had a huge page once, and this function converted its index.
        self.counts_huge_pages = t.symbol("hugetlb_basepage_index") is not None
        self.lru, self.private = flags.bit("lru"), flags.bit("private")
        self.in_swap = flags.bit("swapbacked") | flags.bit("swapcache")
        pins = t.member("struct folio", "_pincount")
        self.pincount = pins and pins[0]
        self.cache = t.offset("struct slab", "slab_cache") // 8
        self.cache_flags = t.member("struct kmem_cache", "flags")
        bit = t.constant("_SLAB_RECLAIM_ACCOUNT")
        self.shrinks = 1 << bit if bit is not None else 0 if t.constant("_SLAB_PANIC") is not None else 0x20000
        self.caches, self.folios = {}, {}
        self.batches = lru_batches.references(model)

    def of(self, page):
        """(mobility, whether it is page cache that can be dropped)."""
        folio = page.folio
        if page.row is None or not page.section.seen(page.pfn):
            return HOLE, False
        kind = self.classes.of(page)
        if kind in USERS:
            if self.is_held(folio, kind) or self.is_inaccessible(folio):
                return STUCK, False
            return MOVABLE, kind == "file" and folio.flags & (self.lru | self.dirty) == self.lru
        if kind == "hugetlb":
            return (HUGE if folio.order < GIGANTIC and not self.is_held_huge(folio) else STUCK), False
        if kind == "slab":
            return (SHRINKABLE if self.can_shrink(folio.rows[0][self.cache]) else STUCK), False
        return BY_CLASS.get(kind, STUCK), False

    def is_inaccessible(self, folio):
        """Memory of a confidential guest and secret memory, which are never moved, and are unevictable."""
        if not folio.flags & self.unevictable or not folio.mapping or folio.mapping & 3:
            return False
        try:
            if self.inaccessible and self.kernel.number(folio.mapping + self.mapping_flags[0]) & self.inaccessible:
                return True
            return self.kernel.number(self.kernel.number(folio.mapping + self.a_ops) + self.move) in self.refusing
        except Absent:
            return False

    def is_held_huge(self, folio):
        """A huge page that is pinned, or not to be migrated, or that somebody holds beyond its users."""
        bits = folio.rows[0][self.pages.f_private]
        if self.migratable is not None and not bits >> self.migratable & 1:
            return self.freed is None or not bits >> self.freed & 1
        cached = (1 if self.counts_huge_pages else 1 << folio.order) if folio.mapping and not folio.mapping & 3 else 0
        pins = self.pages.int_of(folio, self.pincount) if self.pincount is not None else 0
        counter = self.pages.entire if self.pages.large_mapcount is None else self.pages.large_mapcount
        return pins != 0 or folio.refcount - self.pages.int_of(folio, counter) - 1 - cached > 0

    def can_shrink(self, cache):
        if cache not in self.caches:
            try:
                offset, kind = self.cache_flags
                self.caches[cache] = bool(self.kernel.number(cache + offset, kind.size) & self.shrinks)
            except Absent:
                self.caches[cache] = False
        return self.caches[cache]

    def is_held(self, folio, kind):
        """Whether it has more references than its users and caches have, and one in passing; or cannot be taken."""
        key = folio.head, kind
        if key not in self.folios:
            if len(self.folios) > 4096:
                self.folios.clear()
            self.folios[key] = self._is_held(folio, kind)
        return self.folios[key]

    def _is_held(self, folio, kind):
        frames = 1 << folio.order
        left = folio.refcount - self.mappings(folio)
        if kind in ("file", "shmem"):
            left -= (frames if folio.mapping else 0) + bool(folio.flags & self.private)
        if folio.flags & self.in_swap == self.in_swap:
            left -= frames
        pins = self.pages.int_of(folio, self.pincount) if folio.large and self.pincount is not None else 0
        if not folio.large and left >= PIN:
            return True
        left -= pins
        if not folio.flags & self.lru:  # whoever took it from there has a reference; secret memory was never there
            return pins != 0 or left == 0 or left - self.batches[folio.head] > 1
        return pins != 0 or left > self.batches[folio.head]

    def mappings(self, folio):
        """Entries that map any of it, large ones once."""
        pages = self.pages
        if not folio.large or len(folio.rows) < 2:
            return pages.own_mapcount(folio.rows[0]) if not folio.type else 0
        if pages.large_mapcount is not None:
            return pages.int_of(folio, pages.large_mapcount) + 1
        frames, entire = 1 << folio.order, pages.int_of(folio, pages.entire) + 1
        single = sum(pages.own_mapcount(pages.raw(pfn)) for pfn in range(folio.head, folio.head + frames))
        if not pages.each_page_counts:
            return entire + single
        if not folio.anon:  # 6.1: each page counts the mappings of the whole
            return entire + single - entire * frames
        return entire + single - frames * bool(folio.rows[1][pages.f_flags] & pages.double_map)
