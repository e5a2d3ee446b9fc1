# SPDX-License-Identifier: GPL-2.0-or-later
"""
What every mapping of every process has in its page tables, and by how many entries of all of them each frame is mapped:
counted here, and not taken from the frame's own count.
"""
from collections import Counter
from dataclasses import dataclass, field

from .maple import Maple
from .task import Tasks
from .user_entry import UserEntries
from .x86_64 import PAGE, PAGE_SHIFT

VMA, MM = "struct vm_area_struct", "struct mm_struct"
HUGETLB, PFNMAP = 0x400000, 0x400
MAPPED = {"mapped", "no access"}


@dataclass
class Mapping:
    """A VMA; entries: those in it, of which a huge one may begin before it."""
    vma: int
    start: int
    end: int
    flags: int
    pgoff: int
    file: int
    entries: list = field(default_factory=list)


class UserPages:
    """spaces: (task, mappings) of each address space; mapped: {PFN: entries that map it, of hugetlb address spaces}."""

    def __init__(self, kernel):
        self.kernel, self.maple, self.walker = kernel, Maple(kernel), UserEntries(kernel)
        self.tree = kernel.target.offset(MM, "mm_mt")
        self.mapped, self.spaces, seen = Counter(), [], set()
        for task in Tasks(kernel).processes():
            if task.mm not in seen:
                seen.add(task.mm)
                self.spaces.append((task, self._of(task.mm)))

    def leaders(self):
        """(PID, mappings) of those whose own files show them: a leader that has exited has none."""
        return [(task.pid, mappings) for task, mappings in self.spaces if task.pid == task.tgid]

    def _of(self, mm):
        found = [self._read(vma, first, last + 1) for first, last, vma in self.maple.entries(mm + self.tree)]
        ahead = iter(found)
        mapping = next(ahead, None)
        for entry in self.walker.entries(mm):
            while mapping and mapping.end <= entry.start:
                mapping = next(ahead, None)
            if not mapping or entry.last < mapping.start:
                continue
            mapping.entries.append(entry)
            if entry.state in MAPPED:
                self.mapped.update(range(entry.pfn, entry.pfn + entry.size // PAGE))
        return found

    def _read(self, vma, start, end):
        values = (self.kernel.member(vma, VMA, name) for name in ("vm_flags", "vm_pgoff", "vm_file"))
        return Mapping(vma, start, end, *values)


def pages_of(mapping, entry):
    """(address, its number in the entry) of each page of an entry that is in the mapping."""
    first, last = max(entry.start, mapping.start), min(entry.last + 1, mapping.end)
    return ((address, address - entry.start >> PAGE_SHIFT) for address in range(first, last, PAGE))
