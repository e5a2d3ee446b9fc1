#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
What every mapping of every process has in memory and in swap, as `mmx procx PID/smaps` and PID/numa_maps have it, computed
with drgn. Shares follow from how many entries of all page tables map a page, and of swap how many name it. A mapping with
entries that are neither there nor in swap is not told of. The processes come first.
"""
import sys
from collections import Counter

from mmxdrgn import answers, script
from mmxdrgn.answers import word
from mmxdrgn.files import Files
from mmxdrgn.swap import Swap
from mmxdrgn.user_pages import HUGETLB, MAPPED, PFNMAP, UserPages, pages_of
from mmxdrgn.x86_64 import PAGE, PAGE_SHIFT

LOCKED = 0x2000
ACCESSED, DIRTY, SAVED_DIRTY = 1 << 5, 1 << 6, 1 << 58  # of an entry
SHARE = 12
KSM = 3
KIB = ("Rss", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced", "Anonymous", "KSM", "LazyFree",
       "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb", "Swap")
SHARES = "Pss", "Pss_Dirty", "SwapPss", "Locked"


class Smaps:
    def __init__(self, model):
        self.kernel, self.pages = model.kernel, model.pages
        self.user, swap, self.files = UserPages(model.kernel), Swap(model), Files(model.kernel, model.pages)
        self.bit = model.flags.bit
        self.node_shift, self.node_width = model.flags.fields["node"]
        # What may not be written keeps that it was elsewhere, since 6.6.
        self.dirty = DIRTY | SAVED_DIRTY * (model.target.symbol("arch_check_zapped_pte") is not None)
        self.named = sum((sum(found.values(), Counter()) for found in (swap.processes, swap.shmem)), Counter())
        self.swapped = {}

    def of(self, mapping):
        sums = Counter()
        if not mapping.flags & PFNMAP:
            if any(entry.state not in MAPPED | {"swap", "zero page", "special"} for entry in mapping.entries):
                return None
            for entry in mapping.entries:
                self._add(sums, mapping, entry)
        if mapping.file:
            sums["Swap"] += PAGE * self._in_swap(mapping)
        return {name: sums[name] // 1024 for name in KIB} | {name: (sums[name] >> SHARE) // 1024 for name in SHARES} | \
            {name: number for name, number in sums.items() if name not in KIB + SHARES}

    def _add(self, sums, mapping, entry):
        if entry.state == "swap" and not mapping.flags & HUGETLB:
            for address, nth in pages_of(mapping, entry):
                slot = entry.key[2], entry.key[4] + (address >> PAGE_SHIFT)
                sums["Swap"] += PAGE
                sums["SwapPss"] += (PAGE << SHARE) // max(self.named[slot], 1)
        elif entry.state in MAPPED and self.pages.raw(entry.pfn):
            self._add_mapped(sums, mapping, entry)

    def _add_mapped(self, sums, mapping, entry):
        folio, bits = self.pages.page(entry.pfn).folio, entry.key[2]
        dirty = bool(bits & self.dirty) or bool(folio.flags & self.bit("dirty"))
        pages = list(pages_of(mapping, entry))
        self._add_node(sums, folio, dirty, 1 if mapping.flags & HUGETLB else len(pages))
        if mapping.flags & HUGETLB:
            several = self.user.mapped[entry.pfn] > 1
            sums["Shared_Hugetlb" if several else "Private_Hugetlb"] += entry.size
            return
        for _, nth in pages:
            self._add_page(sums, mapping, entry.pfn + nth, dirty)
        size = len(pages) * PAGE
        sums["Rss"] += size
        if bits & ACCESSED or folio.flags & (self.bit("young") | self.bit("referenced")):
            sums["Referenced"] += size
        if folio.anon:
            sums["Anonymous"] += size
            sums["KSM"] += size * (folio.mapping & 3 == KSM)
            sums["LazyFree"] += size * (not folio.flags & self.bit("swapbacked") and not dirty)
        if entry.size > PAGE:
            sums["AnonHugePages" if folio.anon else
                 "ShmemPmdMapped" if folio.flags & self.bit("swapbacked") else "FilePmdMapped"] += size

    def _add_page(self, sums, mapping, pfn, dirty):
        mapped = self.user.mapped[pfn]
        share = (PAGE << SHARE) // max(mapped, 1)
        sums[f"{'Shared' if mapped > 1 else 'Private'}_{'Dirty' if dirty else 'Clean'}"] += PAGE
        sums["Pss"] += share
        sums["Pss_Dirty"] += share * dirty
        sums["Locked"] += share * bool(mapping.flags & LOCKED)

    def _add_node(self, sums, folio, dirty, pages):
        if folio.flags & self.bit("reserved"):
            return
        sums[f"N{folio.flags >> self.node_shift & (1 << self.node_width) - 1}"] += pages
        sums["anon"] += pages * folio.anon
        sums["dirty"] += pages * dirty

    def _in_swap(self, mapping):
        """Pages of shared memory that are in swap behind what has no entry here."""
        cache = self.kernel.member(mapping.file, "struct file", "f_mapping")
        if cache not in self.swapped:
            shmem = self.kernel.member(cache, "struct address_space", "a_ops") == self.files.shmem
            self.swapped[cache] = {first + i for first, span, entry in self.files.entries(cache) if entry & 1
                                   for i in range(span)} if shmem else set()
        if not self.swapped[cache]:
            return 0
        here = {mapping.pgoff + (address - mapping.start >> PAGE_SHIFT) for entry in mapping.entries
                for address, _ in pages_of(mapping, entry)}
        last = mapping.pgoff + (mapping.end - mapping.start >> PAGE_SHIFT)
        return sum(mapping.pgoff <= index < last and index not in here for index in self.swapped[cache])


def rows(smaps):
    for pid, mappings in smaps.user.leaders():
        yield {"pid": pid, "mappings": {word(mapping.start): smaps.of(mapping) for mapping in mappings}}


def answer(model, _):
    smaps = Smaps(model)
    answers.write("mmx.smaps/1", pids=[pid for pid, _ in smaps.user.leaders()], processes=rows(smaps))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
