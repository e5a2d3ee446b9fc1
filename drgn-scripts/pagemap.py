#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The words of every process's pagemap that are not 0, as `mmx --json procx PID/pagemap` has them, computed with drgn:
[address, pages, word, bits that are not told]. Told is not what a release makes of huge entries and of what is neither there
nor in swap. The processes come first, so that both can be asked at the same time.
"""
import sys

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.user_pages import HUGETLB, MAPPED, PFNMAP, UserPages, pages_of
from mmxdrgn.x86_64 import PAGE, PAGE_SHIFT

SOFT_DIRTY, EXCLUSIVE, UFFD_WP, FILE, SWAP, THERE = (1 << bit for bit in (55, 56, 57, 61, 62, 63))
PTE_SOFT_DIRTY, PTE_UFFD_WP = 1 << 11, 1 << 10  # of an entry of what is there
GONE_SOFT_DIRTY, GONE_UFFD_WP = 1 << 1, 1 << 2  # and of what is not
EVERYTHING = (1 << 64) - 1
VM_SOFT_DIRTY = 27  # the bit's number up to 7.0


class Words:
    def __init__(self, model):
        self.kernel, self.pages = model.kernel, model.pages
        self.user = UserPages(model.kernel)
        t = model.target
        self.soft_dirty = 1 << (t.constant("VMA_SOFTDIRTY_BIT") or VM_SOFT_DIRTY)
        self.shares_tables = t.member("struct folio", "_large_mapcount") is None

    def of(self, mapping):
        """[address, pages, word, what is not told of it] of each page that has an entry, and of what is between."""
        always, at = SOFT_DIRTY if mapping.flags & self.soft_dirty else 0, mapping.start
        for entry in () if mapping.flags & PFNMAP else mapping.entries:
            for address, nth in pages_of(mapping, entry):
                if always and address > at:
                    yield [word(at), address - at >> PAGE_SHIFT, word(always), word(0)]
                value, untold = self._word(mapping, entry, nth)
                yield [word(address), 1, word(value | always), word(untold)]
                at = address + PAGE
        if always and mapping.end > at:
            yield [word(at), mapping.end - at >> PAGE_SHIFT, word(always), word(0)]

    def _word(self, mapping, entry, nth):
        hugetlb, level = mapping.flags & HUGETLB, entry.key[1] if entry.state != "unreadable" else 0
        if entry.state == "swap" and not hugetlb:
            _, _, kind, bits, distance = entry.key
            value = SWAP | (distance + (entry.start >> PAGE_SHIFT) + nth << 5 | kind) & SOFT_DIRTY - 1
            return value | SOFT_DIRTY * bool(bits & GONE_SOFT_DIRTY) | UFFD_WP * bool(bits & GONE_UFFD_WP), 0
        if entry.state not in MAPPED | {"zero page", "special"}:
            return 0, EVERYTHING
        bits, untold = entry.key[2], 0
        value = THERE | entry.pfn + nth | UFFD_WP * bool(bits & PTE_UFFD_WP)
        value |= SOFT_DIRTY * bool(bits & PTE_SOFT_DIRTY and not hugetlb)
        if level > 1 and not hugetlb:
            untold = FILE | EXCLUSIVE
        elif hugetlb and self.shares_tables and self.user.mapped[entry.pfn] > 1:
            untold = EXCLUSIVE
        page = entry.state in MAPPED and self.pages.page(entry.pfn + nth)
        if page:
            value |= FILE * (not page.folio.anon) | EXCLUSIVE * (self.user.mapped[entry.pfn + nth] == 1)
        return value, untold


def rows(words):
    for pid, mappings in words.user.leaders():
        yield {"pid": pid, "words": [row for mapping in mappings for row in words.of(mapping)]}


def answer(model, _):
    words = Words(model)
    answers.write("mmx.pagemap/1", pids=[pid for pid, _ in words.user.leaders()], processes=rows(words))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
