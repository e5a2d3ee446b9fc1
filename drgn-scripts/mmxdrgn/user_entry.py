# SPDX-License-Identifier: GPL-2.0-or-later
"""
What entries of user page tables are. The types that are no swap areas' begin where the kernel's own array of areas
ends; how many of each kind there are follows from what is left of the 32.
"""
from dataclasses import dataclass

from .trouble import Absent
from .x86_64 import HUGE, PAGE, PAGE_SHIFT, PRESENT, PROTNONE

SPECIAL = 1 << 9
TYPES = 32
# By how many types are left above those of migration, lowest first: devices from 5.14 on, three of them since 6.15;
# markers; and up to 6.1 one for what could not be read back.
ABOVE = {1: ["marker"], 2: ["marker", "swap error"],
         4: ["device", "device", "device-exclusive", "marker"],
         5: ["device", "device", "device-exclusive", "device-exclusive", "marker"],
         6: ["device", "device", "device-exclusive", "device-exclusive", "marker", "swap error"]}
NAMED_FRAME = {"migration", "device", "device-exclusive", "hwpoison"}
STRAY = 0x60  # what some processors leave in an entry that is empty
MAX_PHYSMEM = {4: 46, 5: 52}


@dataclass(frozen=True)
class Entry:
    """An entry, or a gap, which has no size of its own; key: what all entries of a run have alike."""
    start: int
    last: int
    state: str
    size: int
    pfn: int
    key: tuple


class UserEntries:
    """Walks the user half of page tables."""

    def __init__(self, kernel):
        self.kernel, target = kernel, kernel.target
        areas = target.variable_type("swap_info").length
        kinds = ["swap"] * areas
        kinds += ["hwpoison"] * (target.constant("PG_hwpoison") is not None)
        kinds += ["migration"] * 3
        self.kinds = kinds + ABOVE[TYPES - len(kinds)]
        self.frames = (1 << MAX_PHYSMEM[kernel.levels] - PAGE_SHIFT) - 1
        self.zero = {kernel.variable(name, 8, None) for name in ("zero_pfn", "zero_page_pfn")} - {None}
        self.huge_zero = kernel.variable("huge_zero_pfn", 8, None)
        self.bare = ~kernel.tables.frame

    def _leaf(self, entry, level, shift, start):
        tables = self.kernel.tables
        present = entry & PRESENT
        pfn = ((entry if present else ~entry) & tables.frame) >> shift << shift >> PAGE_SHIFT
        zero = pfn in self.zero or level > 1 and pfn == self.huge_zero
        state = ("zero page" if zero else "special" if entry & SPECIAL else "mapped" if present else "no access")
        within = tables.frame & ~((1 << shift) - 1)
        return Entry(start, start + (1 << shift) - 1, state, 1 << shift, pfn, (state, level, entry & ~within))

    def _gone(self, entry, level, shift, start):
        kind, offset = entry >> 59, (~entry & (1 << 59) - 1) >> 9
        state = self.kinds[kind]
        pfn = offset & self.frames if state in NAMED_FRAME else None
        # Slots of swap that follow each other are a run; others only when they say the same.
        key = (state, level, kind, entry & 0x1ff, offset - (start >> PAGE_SHIFT)) if state == "swap" else \
            (state, level, entry)
        return Entry(start, start + (1 << shift) - 1, state, 1 << shift, pfn, key)

    def _table(self, table, level, base):
        shift = PAGE_SHIFT + 9 * (level - 1)
        top = level == self.kernel.levels
        for i, entry in enumerate(self.kernel.tables.table(table)[:256 if top else 512]):
            start = base | i << shift
            if not entry & ~STRAY:
                continue
            if level == 1 and entry & (PRESENT | PROTNONE) or 1 < level < 4 and entry & HUGE:
                yield self._leaf(entry, level, shift, start)
            elif not entry & PRESENT or level == 1:
                yield self._gone(entry, level, shift, start)
            else:
                yield from self._below(entry & self.kernel.tables.frame, level, start, shift)

    def _below(self, table, level, start, shift):
        try:
            yield from self._table(table, level - 1, start)
        except Absent:
            yield Entry(start, start + (1 << shift) - 1, "unreadable", 1 << shift, None, (start,))

    def entries(self, mm):
        """What is not empty, by address."""
        kernel = self.kernel
        yield from self._table(kernel.phys(kernel.member(mm, "struct mm_struct", "pgd")), kernel.levels, 0)

    def _with_gaps(self, mm):
        kernel, at = self.kernel, 0
        for entry in self.entries(mm):
            if entry.start > at:
                yield Entry(at, entry.start - 1, "empty", None, None, ("empty",))
            yield entry
            at = entry.last + 1
        end = 1 << PAGE_SHIFT + 9 * kernel.levels - 1
        if at < end:
            yield Entry(at, end - 1, "empty", None, None, ("empty",))

    def runs(self, mm):
        """(first address, last one, state, bytes of an entry, first frame) of what is alike and goes on."""
        run = None
        for entry in self._with_gaps(mm):
            if run and run.key == entry.key and (
                    run.state not in ("mapped", "no access", "zero page", "special")
                    or entry.pfn == run.pfn + (entry.start - run.start) // PAGE):
                run = Entry(run.start, entry.last, run.state, run.size, run.pfn, run.key)
                continue
            if run:
                yield run
            run = entry
        if run:
            yield run
