# SPDX-License-Identifier: GPL-2.0-or-later
"""Operands: which frames they name."""
from .task import Tasks
from .x86_64 import PAGE, PAGE_SHIFT
from .trouble import Absent, CannotRun


class Operands:
    """Turns operands into runs of frames. A range of addresses is of the pages behind them, one by one."""

    def __init__(self, model, physical=False, pid=None, decimal=False):
        self.model, self.physical, self.base = model, physical, 10 if decimal else 16
        self.root = self._root(pid) if pid is not None else None

    def _root(self, pid):
        kernel = self.model.kernel
        for task in Tasks(kernel).all():
            if task.pid == pid and task.mm:
                return kernel.phys(kernel.member(task.mm, "struct mm_struct", "pgd"))
        raise CannotRun(f"there is no process {pid} with memory of its own")

    def runs(self, text):
        """(start, end, the address of it when that is what was asked for) of frames, as many as it takes."""
        first, dash, last = text.partition("-")
        first = self._number(first)
        last = self._number(last) if dash else first
        if self.root is None and not first >> 63:
            shift = PAGE_SHIFT if self.physical else 0
            yield first >> shift, (last >> shift) + 1, None
            return
        # Struct pages lie closer together than pages.
        if self._struct_page(first) is not None:
            yield self._struct_page(first), (self._struct_page(last) or 0) + 1, None
            return
        for address in (first, *range((first | PAGE - 1) + 1, last + 1, PAGE)):
            try:
                pfn = self._behind(address)
            except Absent:
                continue
            yield pfn, pfn + 1, address

    def _number(self, text):
        try:
            return int(text, self.base)
        except ValueError:
            pass
        address = self.model.target.symbol(text)
        if address is None:
            raise CannotRun(f"{text} is no number of base {self.base}, and no symbol")
        return address

    def _struct_page(self, address):
        if self.root is not None:
            return None
        pfn = (address - self.model.pages.base) // self.model.pages.size
        return pfn if self.model.sections.of(pfn) else None

    def _behind(self, address):
        if self.root is None:
            return self.model.kernel.phys(address) >> PAGE_SHIFT
        for start, phys, _ in self.model.kernel.tables.leaves(self.root, address, address, user=True):
            return phys + (address - start) >> PAGE_SHIFT
        raise Absent(f"{address:#x} is not mapped")
