# SPDX-License-Identifier: GPL-2.0-or-later
"""Swap areas: what the kernel counts of each of their pages, and the entries that name them."""
from collections import Counter
from functools import cached_property

from .list import walk
from .task import Tasks
from .user_entry import UserEntries
from .x86_64 import PAGE, PAGE_SHIFT
from .xarray import XArray

AREA = "struct swap_info_struct"
BAD, SHMEM, HAS_CACHE, CONTINUED = 0x3F, 0xBF, 0x40, 0x80
DIGITS = 63, 128  # the bases of the map's first digit, and of those on other pages
TABLE_BAD, TABLE_COUNT, TABLE_MORE = (1 << 64) - 8, 60, 15
KIND = 58  # where an entry has the number of its area in a page cache


class Area:
    """One in use. pages: {page: count} of those in use, which may be 0; bad: how many are marked as bad."""

    def __init__(self, swap, number, address):
        self.kernel, self.pages_kept, self.number, self.address = swap.kernel, swap.page_structs, number, address
        self.bad, self.pages = 0, {}
        self.max = self.member("max")
        if self.kernel.target.member(AREA, "swap_map"):
            self._read_map()
        else:
            self._read_tables()

    def member(self, name):
        return self.kernel.member(self.address, AREA, name)

    def _read_map(self):
        start = self.member("swap_map")
        for page, byte in enumerate(self.kernel.read(start, self.max)):
            count = byte & ~HAS_CACHE
            if count == BAD:
                self.bad += 1
            elif byte:
                self.pages[page] = 1 if count == SHMEM else self._whole(start + page, count)
        # The table has what is cached and not counted; the map of those has no mark any more since 7.0.
        if self.kernel.target.has_type("struct swap_table"):
            for page, word in self._words():
                if word and not word & 1 and page not in self.pages and word != TABLE_BAD:
                    self.pages[page] = 0

    def _whole(self, address, count):
        """A count that goes on: its digits stand at the same place of pages on a list of the map's page."""
        digits, base = count & ~CONTINUED, DIGITS[0]
        if count & CONTINUED:
            kernel, lru = self.kernel, self.kernel.target.offset("struct page", "lru")
            head = self.pages_kept.address(kernel.phys(address) >> PAGE_SHIFT) + lru
            for page in walk(kernel, head, lru):
                frame = self.pages_kept.pfn(page)
                byte = kernel.target.read((frame << PAGE_SHIFT) + address % PAGE, 1)[0]
                digits, base = digits + (byte & ~CONTINUED) * base, base * DIGITS[1]
                if not byte & CONTINUED:
                    break
        return digits

    def _words(self):
        t = self.kernel.target
        slots, size = t.length("struct swap_table", "entries"), t.size("struct swap_cluster_info")
        for cluster in range(-(-self.max // slots)):
            at = self.member("cluster_info") + cluster * size
            table = self.kernel.member(at, "struct swap_cluster_info", "table")
            if table:
                for nth, word in enumerate(self.kernel.numbers(table, slots)):
                    yield cluster * slots + nth, word

    def _read_tables(self):
        t = self.kernel.target
        slots, size = t.length("struct swap_table", "entries"), t.size("struct swap_cluster_info")
        for page, word in self._words():
            if page >= self.max or not word:
                continue
            if word == TABLE_BAD:
                self.bad += 1
                continue
            count = word >> TABLE_COUNT
            if count == TABLE_MORE:
                at = self.member("cluster_info") + page // slots * size
                more = self.kernel.member(at, "struct swap_cluster_info", "extend_table")
                count = self.kernel.number(more + page % slots * 4, 4)
            self.pages[page] = count


class PageStructs:
    """Struct pages by frame, and back."""

    def __init__(self, model):
        self.base, self.size = model.pages.base, model.pages.size

    def address(self, pfn):
        return self.base + pfn * self.size

    def pfn(self, address):
        return (address - self.base) // self.size


class Swap:
    """All areas, and who has their pages."""

    def __init__(self, model):
        self.kernel, self.page_structs = model.kernel, PageStructs(model)
        table = self.kernel.target.symbol("swap_info")
        numbers = range(self.kernel.variable("nr_swapfiles", 4, 0) if table else 0)
        areas = ((number, self.kernel.number(table + number * 8)) for number in numbers)
        self.areas = [Area(self, number, address) for number, address in areas
                      if self.kernel.member(address, AREA, "swap_file")]

    @cached_property
    def processes(self):
        """{PID: Counter of (area, page)}, of each address space the first."""
        found, seen, entries = {}, set(), UserEntries(self.kernel)
        for task in Tasks(self.kernel).processes():
            if task.mm in seen:
                continue
            seen.add(task.mm)
            pages = Counter()
            for run in entries.runs(task.mm):
                if run.state == "swap":
                    first = run.key[4] + (run.start >> PAGE_SHIFT)
                    pages.update((run.key[2], first + i) for i in range((run.last + 1 - run.start) // PAGE))
            if pages:
                found[task.tgid] = pages
        return found

    @cached_property
    def shmem(self):
        """{address_space: Counter of (area, page)}."""
        kernel, found = self.kernel, {}
        t, info = kernel.target, "struct shmem_inode_info"
        head = t.symbol("shmem_swaplist")
        for address in walk(kernel, head, t.offset(info, "swaplist")) if head else ():
            inode = address + t.offset(info, "vfs_inode")
            mapping = inode + t.offset("struct inode", "i_data")
            cache = XArray(kernel, mapping + t.offset("struct address_space", "i_pages"))
            pages = Counter()
            for index in range(-(-kernel.member(inode, "struct inode", "i_size") // PAGE)):
                entry = cache.load(index)
                if entry & 1:
                    pages[entry >> 1 + KIND, entry >> 1 & (1 << KIND) - 1] += 1
            if pages:
                found[mapping] = pages
        return found
