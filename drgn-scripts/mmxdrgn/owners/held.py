# SPDX-License-Identifier: GPL-2.0-or-later
"""What structures of the kernel lead to, as frames: a struct page stands for its folio, memory for its pages."""
from ..trouble import Absent
from ..x86_64 import PAGE_SHIFT
from . import pipe

PAGE = 1 << PAGE_SHIFT
DIRECT_MAP = 1 << 46  # no part of it that is longer has memory in it


class Held:
    """Asked by the modules beside this one, each of which knows one kind of holder."""

    def __init__(self, kernel, space, pages, tasks):
        self.kernel, self.target, self.pages = kernel, kernel.target, pages
        self.tasks = list(tasks)
        self.direct_map = space.start["direct map"]

    def page(self, address):
        pfn = self.pages.pfn_of(address)
        if pfn is not None:
            yield from self._folio(pfn)

    def memory(self, address, length=1):
        if not self.direct_map <= address < self.direct_map + DIRECT_MAP or not length:
            return
        first, last = address - self.direct_map >> PAGE_SHIFT, address - self.direct_map + length - 1 >> PAGE_SHIFT
        yield from self._folio(first)
        yield from range(first, last + 1)

    def _folio(self, pfn):
        for page in self.pages.walk(pfn, pfn + 1):
            folio = page.row is not None and page.folio
            yield from range(folio.head, folio.head + (1 << folio.order)) if folio and folio.large else (pfn,)

    def opened(self, symbol):
        """What open files are handles of that have these operations."""
        operations = self.target.symbol(symbol)
        if operations is None:
            return set()
        found = set()
        for file in pipe.files(self.kernel, self.tasks):
            try:
                if self.kernel.member(file, "struct file", "f_op") == operations:
                    found.add(self.kernel.member(file, "struct file", "private_data"))
            except Absent:
                continue
        return found - {0}

    def optional(self, address, struct, *names):
        """A member, 0 of a kernel that does not have it, or where it cannot be read."""
        try:
            return self.kernel.member(address, struct, *names) if self.target.member(struct, *names) else 0
        except Absent:
            return 0
