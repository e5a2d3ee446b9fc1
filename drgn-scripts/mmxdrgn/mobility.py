# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether what is in a frame could be moved, or given up."""
from . import lru_batches
from .trouble import Absent

# In ascending order of what it takes: of several frames the largest counts.
FREE, MOVABLE, SHRINKABLE, HUGE, STUCK, HOLE = range(6)
GIGANTIC = 18
PIN = 1024  # what a pin adds to the references of a small folio
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
            return (HUGE if folio.order < GIGANTIC else STUCK), False
        if kind == "slab":
            return (SHRINKABLE if self.can_shrink(folio.rows[0][self.cache]) else STUCK), False
        return BY_CLASS.get(kind, STUCK), False

    def is_inaccessible(self, folio):
        """Memory of a confidential guest, which is never moved, and is unevictable."""
        if not self.inaccessible or not folio.flags & self.unevictable or not folio.mapping or folio.mapping & 3:
            return False
        try:
            return bool(self.kernel.number(folio.mapping + self.mapping_flags[0]) & self.inaccessible)
        except Absent:
            return False

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
