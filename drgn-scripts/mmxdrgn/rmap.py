# SPDX-License-Identifier: GPL-2.0-or-later
"""
The reverse map, the other way round: all page tables are walked, and what each entry holds is collected by
frame; mmx goes from the frame through trees.
"""
from collections import defaultdict

from .task import Tasks
from .trouble import Absent
from .x86_64 import HUGE, PAGE, PAGE_SHIFT, PRESENT, PROTNONE

SPECIAL = 1 << 9
USER_ENTRIES = 256  # of a root


class Walk:
    """Entries of one address space, those that the kernel counts: (address, PFN, level, entry, its own address)."""

    def __init__(self, kernel, special):
        self.kernel, self.tables, self.special = kernel, kernel.tables, special

    def entries(self, table, level, base=0):
        shift = PAGE_SHIFT + 9 * (level - 1)
        try:
            entries = self.tables.table(table)
        except Absent:
            return
        for i, entry in enumerate(entries[:USER_ENTRIES] if level == self.tables.levels else entries):
            if not entry:
                continue
            address = base | i << shift
            leaf = level == 1 or level < 4 and entry & HUGE
            present = entry & PRESENT or leaf and (level > 1 or entry & PROTNONE)
            if not present:
                continue
            if not leaf:
                yield from self.entries(entry & self.tables.frame, level - 1, address)
            elif not entry & SPECIAL and not (level > 1 and entry & self.special):
                frame = (entry if entry & PRESENT else ~entry) & self.tables.frame
                yield address, frame >> shift << shift - PAGE_SHIFT, level, entry, table + 8 * i


class Rmap:
    """{PFN: [(PID, address, entry, level)]}, and for each frame how many different entries that are."""

    def __init__(self, model):
        self.model, self.kernel = model, model.kernel
        self.entries, self.places = defaultdict(list), defaultdict(set)
        zero = self._zeros()
        walk = Walk(self.kernel, self._devmap())
        for task in Tasks(self.kernel).processes():
            root = self.kernel.phys(self.kernel.member(task.mm, "struct mm_struct", "pgd"))
            for address, pfn, level, entry, at in walk.entries(root, self.kernel.levels):
                if pfn in zero:
                    continue
                for i in range(1 << 9 * (level - 1)):
                    self.entries[pfn + i].append((task.tgid, address + i * PAGE, entry, level))
                    self.places[pfn + i].add(at)

    def _zeros(self):
        """The pages of zeros; an entry of the small one is special, where nothing else tells."""
        return {value for name in ("huge_zero_pfn", "zero_pfn", "zero_page_pfn")
                if (value := self.kernel.variable(name, 8, None)) is not None}

    def _devmap(self):
        """The bit of huge entries whose pages are nobody's."""
        return 1 << (57 if self.kernel.target.symbol("arch_check_zapped_pte") else 58)

    def of(self, pfn):
        return sorted(self.entries.get(pfn, ())), len(self.places.get(pfn, ()))
