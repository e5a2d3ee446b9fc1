# SPDX-License-Identifier: GPL-2.0-or-later
"""
Struct pages, a memory section's at a time: read in bulk as rows of 64-bit words, and decoded into pages
and the folios that they belong to, by what this kernel's types have.
"""
import struct
from functools import lru_cache

from .sparse import SECTION_FRAMES
from .trouble import Absent, CannotRun
from .page_type import PageTypes

VMEMMAP_PAGE = 4096
SECTIONS_KEPT = 6
ORDER_MAX = 22
BLOCK_ORDERS = 11
BLOCKS = (None, "buddy", "guard")  # types of a first page that tell for its whole block, by number
MASK_LINK = 0xFFFFFFFF00000000  # no address of a struct page is as high, and no mask is lower
ALL_ONES = (1 << 64) - 1


def int32(value):
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


class Folio:
    """What a page belongs to; a page of its own is one of order 0. rows: its first struct pages."""
    __slots__ = ("head", "flags", "rows", "order", "large", "type", "hugetlb", "slab", "mapping", "anon", "bad_order",
                 "refcount", "any_mapped")


class Page:
    """
    A frame's struct page. row is None when it is not in the dump, and then only pfn, section and folio are
    there. folio is None when its first struct pages are not.
    """
    __slots__ = ("pfn", "row", "flags", "type", "block", "tail", "folio", "section")


class Block:
    """The decoded beginnings of a section: rows, the types that they say, and in which of BLOCKS each lies."""
    __slots__ = ("rows", "types", "inside")


class Pages:
    """All struct pages of a kernel."""

    def __init__(self, kernel, space, sections, flags):
        t = kernel.target
        self.kernel, self.sections, self.flags = kernel, sections, flags
        self.base, self.size = space.start["vmemmap"], t.size("struct page")
        if self.size % 8 or self.size > VMEMMAP_PAGE:
            raise CannotRun(f"struct page has {self.size} bytes")
        self.row = struct.Struct(f"<{self.size // 8}Q")
        self.types = PageTypes(t)
        self._find_words(t)
        self._find_folio(t)
        self.block = lru_cache(SECTIONS_KEPT)(self._load)
        self.folios = {}

    def _find_words(self, t):
        def word(*names):
            return t.offset("struct page", *names) // 8
        self.f_flags, self.f_mapping = word("flags"), word("mapping")
        self.f_link = word("compound_info", "compound_head")
        self.f_index, self.f_private = word("index", "__folio_index"), word("private")
        self.mapcount_at, self.refcount_at = t.offset("struct page", "_mapcount"), t.offset("struct page", "_refcount")
        self.f_type, self.type_shift = self.mapcount_at // 8, self.mapcount_at % 8 * 8
        self.masks = t.member("struct page", "compound_info") is not None

    def _find_folio(self, t):
        """Where a folio's own fields lie, in bytes from its first struct page."""
        def field(*names):
            found = t.member("struct folio", *names)
            return found and found[0]
        self.order_byte, self.dtor = field("_folio_order"), field("_folio_dtor")
        self.hugetlb_dtor = t.constant("HUGETLB_PAGE_DTOR")
        self.entire = t.offset("struct folio", "_entire_mapcount", "_compound_mapcount", "_total_mapcount")
        self.nr_mapped = field("_nr_pages_mapped", "_subpages_mapcount")
        self.large_mapcount = field("_large_mapcount")
        self.each_page_counts = self.nr_mapped is None and self.large_mapcount is None
        # Since 6.15 a kernel may be built to count a large folio's mappings only all together.
        self.may_count_together = any(t.member("struct folio", name) for name in ("_mm_ids", "_mm_id"))
        flags = self.flags
        self.head_bit, self.slab_bit = flags.bit("head"), flags.bit("slab")
        self.hugetlb_bit, self.double_map = flags.bit("hugetlb"), flags.bit("double_map")

    # Reading

    def address(self, pfn):
        return self.base + pfn * self.size

    def _rows(self, first, count):
        """Rows of struct pages; None for each that is not in the dump."""
        address, length = self.address(first), count * self.size
        try:
            return list(self.row.iter_unpack(self.kernel.read(address, length)))
        except Absent:
            if length <= VMEMMAP_PAGE or count == 1:
                return [None] * count
        rows, step = [], max(VMEMMAP_PAGE // self.size, 1)
        for at in range(0, count, step):
            rows += self._rows(first + at, min(step, count - at))
        return rows

    def _load(self, number):
        first = number * SECTION_FRAMES
        block = Block()
        block.rows = [None] * SECTION_FRAMES
        for start, end in self.sections.by_number[number].runs:
            block.rows[start - first:end - first] = self._rows(start, end - start)
        word, shift, type_of = self.f_type, self.type_shift, self.types.of
        block.types = [row and type_of(row[word] >> shift & 0xFFFFFFFF) for row in block.rows]
        block.inside = bytearray(SECTION_FRAMES)
        for at, kind in enumerate(block.types):
            if kind and kind in BLOCKS:
                order = block.rows[at][self.f_private]
                if order < BLOCK_ORDERS and not at & (1 << order) - 1:
                    block.inside[at:at + (1 << order)] = bytes((BLOCKS.index(kind),)) * (1 << order)
        return block

    def raw(self, pfn):
        """A frame's row, None when it has none."""
        if self.sections.of(pfn) is None:
            return None
        return self.block(pfn // SECTION_FRAMES).rows[pfn % SECTION_FRAMES]

    def pfn_of(self, address):
        """The frame of a struct page's address, None when it is no such address."""
        pfn, rest = divmod(address - self.base, self.size)
        return pfn if not rest and pfn >= 0 and self.sections.of(pfn) else None

    # Decoding

    def walk(self, start, end):
        """Pages of the frames [start, end) that have a struct page by the sections' tables."""
        for run_start, run_end in self.sections.runs:
            pfn, stop = max(start, run_start), min(end, run_end)
            while pfn < stop:
                number = pfn // SECTION_FRAMES
                section, block = self.sections.by_number[number], self.block(number)
                for pfn in range(pfn, min(stop, (number + 1) * SECTION_FRAMES)):
                    yield self._page(pfn, section, block)
                pfn += 1

    def page(self, pfn):
        """A frame's page, None when it has no struct page."""
        return next(self.walk(pfn, pfn + 1), None)

    def _page(self, pfn, section, block):
        page, at = Page(), pfn % SECTION_FRAMES
        page.pfn, page.section, page.row = pfn, section, block.rows[at]
        if page.row is None:
            page.folio = None
            return page
        page.flags, page.type, page.block = page.row[self.f_flags], block.types[at], BLOCKS[block.inside[at]]
        link = page.row[self.f_link]
        if not link & 1 and page.flags & self.head_bit:
            link = self._fake_head_link(pfn) or link
        page.tail = bool(link & 1)
        head = self._linked(pfn, link) if page.tail else pfn
        page.folio = self._folio(pfn, page.row, False) if head is None else self.folio(head)
        return page

    def _fake_head_link(self, pfn):
        """Up to 7.0 an optimised huge page's later struct pages repeat its first: the one behind knows."""
        address = self.address(pfn)
        if self.masks or address % VMEMMAP_PAGE:
            return 0
        after = self.raw(pfn + 1)
        link = after[self.f_link] if after else 0
        return link if link & 1 and link - 1 != address else 0

    def _linked(self, pfn, link):
        """The head that a tail's link leads to: an address, or since 7.1 a mask for its own address."""
        address = self.address(pfn) & link if self.masks and link >= MASK_LINK else link - 1
        head = self.pfn_of(address)
        return head if head is not None and head <= pfn else None

    def folio(self, head):
        """The folio whose first frame this is, None when its first struct pages are not in the dump."""
        if head not in self.folios:
            if len(self.folios) > 4096:
                self.folios.clear()
            row = self.raw(head)
            large = row and row[self.f_flags] & self.head_bit
            known = row and not (large and self.raw(head + 1) is None)
            self.folios[head] = self._folio(head, row, True) if known else None
        return self.folios[head]

    def _folio(self, head, row, whole):
        """whole: not for a page without a folio that can be found, which stands for itself alone."""
        folio = Folio()
        folio.head, folio.flags, folio.order, folio.bad_order, folio.any_mapped = head, row[self.f_flags], 0, False, None
        folio.rows = (row,)
        folio.large = whole and bool(folio.flags & self.head_bit)
        if folio.large:
            self._find_order(folio)
        folio.type = self.types.of(row[self.f_type] >> self.type_shift & 0xFFFFFFFF)
        folio.mapping = row[self.f_mapping]
        folio.anon = bool(folio.mapping & 1)
        folio.refcount = self.int_of(folio, self.refcount_at)
        folio.slab = bool(folio.flags & self.slab_bit) if self.slab_bit else folio.type == "slab"
        folio.hugetlb = self._is_hugetlb(folio)
        return folio

    def _find_order(self, folio):
        second, third = self.raw(folio.head + 1), self.raw(folio.head + 2)
        folio.rows = (folio.rows[0], second, third or (0,) * len(second))
        order = second[self.f_flags] & 0xFF if self.order_byte is None else self.byte_of(folio, self.order_byte)
        if 0 < order <= ORDER_MAX and not folio.head & (1 << order) - 1:
            folio.order = order
        else:
            folio.bad_order = True

    def byte_of(self, folio, at):
        """A byte of a folio, by its offset."""
        row, at = divmod(at, self.size)
        return folio.rows[row][at // 8] >> at % 8 * 8 & 0xFF

    def int_of(self, folio, at):
        """A signed 32-bit field of a folio, by its offset in bytes."""
        row, at = divmod(at, self.size)
        return int32(folio.rows[row][at // 8] >> at % 8 * 8)

    def _is_hugetlb(self, folio):
        if "hugetlb" in self.types.known:
            return folio.type == "hugetlb"
        if not folio.large or len(folio.rows) < 2:
            return False
        if self.hugetlb_bit:
            return bool(folio.rows[1][self.f_flags] & self.hugetlb_bit)
        if self.dtor is not None and self.hugetlb_dtor is not None:
            return self.byte_of(folio, self.dtor) == self.hugetlb_dtor
        return False

    def heads_block(self, row):
        """Whether a row is the first of a block."""
        return self.types.of(row[self.f_type] >> self.type_shift & 0xFFFFFFFF) in BLOCKS[1:]

    # Counts

    def own_mapcount(self, row):
        return int32(row[self.f_type] >> self.type_shift) + 1

    def mapcount(self, page):
        """How many entries of user page tables map this very page."""
        own = 0 if page.type else self.own_mapcount(page.row)
        folio = page.folio
        if not folio.large or len(folio.rows) < 2:
            return own
        entire = self.int_of(folio, self.entire) + 1
        if self._counts_together(folio, entire):
            separate = self.int_of(folio, self.large_mapcount) + 1 - entire
            return max(entire + (separate + (1 << folio.order) // 2 >> folio.order), 1)
        if not self.each_page_counts:
            return own + entire
        # 6.1: in a file's folio each page counts the whole mappings, too; an anonymous one's pages count
        # once too much while there are mappings of both kinds.
        if not folio.anon and not folio.hugetlb:
            return own
        return own + entire - bool(folio.rows[1][self.f_flags] & self.double_map)

    def _counts_together(self, folio, entire):
        """Whether the folio has mappings of single pages, and none of its pages counts any."""
        return self.may_count_together and not folio.hugetlb and \
            self.int_of(folio, self.large_mapcount) + 1 > entire and not self._any_page_mapped(folio)

    def _any_page_mapped(self, folio):
        if folio.any_mapped is None:
            rows = (self.raw(pfn) for pfn in range(folio.head, folio.head + (1 << folio.order)))
            folio.any_mapped = any(row and self.own_mapcount(row) > 0 for row in rows)
        return folio.any_mapped

    def mapped(self, folio):
        """Whether user page tables map any page of the folio."""
        if not folio.large or len(folio.rows) < 2:
            return self.own_mapcount(folio.rows[0]) > 0
        if self.large_mapcount is not None:
            return self.int_of(folio, self.large_mapcount) >= 0
        if self.int_of(folio, self.entire) >= 0:
            return True
        if self.nr_mapped is not None:
            return self.int_of(folio, self.nr_mapped) > 0
        return not folio.hugetlb and self._any_page_mapped(folio)
