# SPDX-License-Identifier: GPL-2.0-or-later
"""
The type of a page, which shares a word with its mapcount. Three encodings so far: a bit that is cleared
under a base of set ones, up to 6.10 and again with another base in 6.11; and the top byte since 6.12.
"""
NAMES = ("buddy", "offline", "table", "guard", "hugetlb", "slab", "zsmalloc", "unaccepted", "large_kmalloc",
         "netpp")
# Before there was an enum these were macros. Hugetlb and slab joined late: see _macros().
MACROS = {"buddy": 0x80, "offline": 0x100, "table": 0x200, "guard": 0x400, "hugetlb": 0x800, "slab": 0x1000}
OLD_BASE, BASE_6_11 = 0xF0000000, 0x80000000


class PageTypes:
    """known: name to code, of the types that this kernel has."""

    def __init__(self, target):
        new = {name: target.constant("PGTY_" + name) for name in NAMES}
        mid = {name: target.constant("PG_" + name) for name in ("buddy", "offline")}
        self.by_byte = new["buddy"] is not None
        if self.by_byte:
            self.known = {name: code for name, code in new.items() if code is not None}
            self.limit = target.constant("PGTY_mapcount_underflow") << 24
        elif mid["buddy"] is not None:
            self.known = {name: target.constant("PG_" + name) for name in NAMES
                          if target.constant("PG_" + name) is not None}
            self.base, self.limit = BASE_6_11, 0xFFFF0000
        else:
            self.known = self._macros(target)
            self.base, self.limit = OLD_BASE, 0xFFFFFF80
        self.seen = {}

    @staticmethod
    def _macros(target):
        """Hugetlb and slab are types where nothing else tells them."""
        known = dict(MACROS)
        if target.constant("PG_slab") is not None:
            del known["slab"]
        if target.constant("PG_hugetlb") is not None or target.constant("HUGETLB_PAGE_DTOR") is not None:
            del known["hugetlb"]
        return known

    def of(self, word):
        """The type's name, None when the word is a mapcount, "?" when it is a type that is not known here."""
        if word < 0x80000000 or word >= self.limit:
            return None
        kind = self.seen.get(word)
        if kind is None:
            if len(self.seen) > 65536:
                self.seen.clear()
            kind = self.seen[word] = self._find(word)
        return kind

    def _find(self, word):
        for name, code in self.known.items():
            if self.by_byte and word >> 24 == code or \
                    not self.by_byte and word & (self.base | code) == self.base:
                return name
        return "?"
