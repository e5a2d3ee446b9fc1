# SPDX-License-Identifier: GPL-2.0-or-later
"""
Where struct pages lie: a page of the array at a time, by the page tables; the node of every frame by what its struct
page's flags say, or its memory block where it is offline.
"""
from .sparse import SECTION_FRAMES, SUBSECTION_FRAMES
from .trouble import Absent
from .x86_64 import PAGE, PAGE_SHIFT
from .xarray import XArray

ALTMAP_VALID = 1  # of dev_pagemap.flags


class Run:
    """Frames that are alike: state, whether since boot, node; where their struct pages lie."""

    def __init__(self, first, end, key):
        self.first, self.end, self.key = first, end, key
        self.places, self.nodes, self.own, self.pages = set(), set(), [], 0
        self.elsewhere = 0

    def join(self, other):
        self.end = other.end
        self.places |= other.places
        self.nodes |= other.nodes
        self.own += other.own
        self.pages += other.pages
        self.elsewhere += other.elsewhere


def one(values, several):
    return next(iter(values)) if len(values) == 1 else several


class Memmap:
    def __init__(self, model):
        self.kernel, self.pages, self.sections, self.flags = model.kernel, model.pages, model.sections, model.flags
        self.early = self._early()
        self.blocks, self.altmaps = {}, {}  # memory blocks by section; frames of altmaps
        self._find_blocks()
        self._find_devices()
        self.runs = self._find_runs()

    def _early(self):
        """Sections in which every frame has a struct page, whatever their subsections say, are those from boot."""
        t, k = self.kernel.target, self.kernel
        bit = t.constant("SECTION_IS_EARLY_BIT")
        size, found = t.size("struct mem_section"), set()
        a_root = 4096 // size
        at, table = t.offset("struct mem_section", "section_mem_map"), k.variable("mem_section")
        for number in self.sections.by_number:
            root = k.number(table + number // a_root * 8)
            if k.number(root + number % a_root * size + at) >> (3 if bit is None else bit) & 1:
                found.add(number)
        return found

    def _find_blocks(self):
        k, t = self.kernel, self.kernel.target
        at = t.symbol("memory_blocks")
        if at is None:
            return
        blocks, each = XArray(k, at), k.variable("sections_per_block", 4)
        for number in self.sections.by_number:
            block = blocks.load(number // each)
            if not block:
                continue
            self.blocks[number] = k.member(block, "struct memory_block", "nid")
            first = k.member(block, "struct memory_block", "start_section_nr") * SECTION_FRAMES
            if t.member("struct memory_block", "altmap"):
                self._add_altmap(k.member(block, "struct memory_block", "altmap"))
            elif t.member("struct memory_block", "nr_vmemmap_pages"):
                self._add(first, k.member(block, "struct memory_block", "nr_vmemmap_pages"))

    def _find_devices(self):
        k, t = self.kernel, self.kernel.target
        at = t.symbol("pgmap_array")
        for section in self.sections.by_number.values() if at is not None else ():
            for i in range(SECTION_FRAMES // SUBSECTION_FRAMES):
                if section.devices >> i & 1:
                    pgmap = XArray(k, at).load(section.first + i * SUBSECTION_FRAMES)
                    if k.member(pgmap, "struct dev_pagemap", "flags") & ALTMAP_VALID:
                        self._add_altmap(pgmap + t.offset("struct dev_pagemap", "altmap"))

    def _add_altmap(self, altmap):
        if altmap:
            base, reserve, align, alloc = (self.kernel.member(altmap, "struct vmem_altmap", name)
                                           for name in ("base_pfn", "reserve", "align", "alloc"))
            self._add(base + reserve, align + alloc)

    def _add(self, first, frames):
        self.altmaps.update((pfn, True) for pfn in range(first, first + frames))

    def _state(self, section, pfn):
        present = section.subsections >> (pfn - section.first) // SUBSECTION_FRAMES & 1
        if not present:
            return "hole"
        if section.device(pfn):
            return "device"
        return "online" if section.online else "offline"

    def _node(self, pfn):
        """By the flags of its struct page, but that of an offline frame may hold anything."""
        section = self.sections.of(pfn)
        if section is None:
            return None
        if self._state(section, pfn) == "offline":
            return self.blocks.get(section.number)
        row = self.pages.raw(pfn)
        return None if row is None else self.flags.field("node", row[0])

    def _place(self, pfn):
        if pfn in self.altmaps:
            return "self"
        row = self.pages.raw(pfn)
        if row is None:
            return "unknown"
        return "boot" if row[0] & self.flags.bit("reserved") else "allocated"

    def _is_tail(self, va):
        """Whether the struct page at an address says that it is one."""
        return bool(self.kernel.number(va + self.kernel.target.offset("struct page", "compound_info", "compound_head"))
                    & 1)

    def _part(self, section, first, before):
        """The struct pages of a subsection; @before is where the page of the array before them lies."""
        state, end = self._state(section, first), first + SUBSECTION_FRAMES
        node = one({self._node(first), self._node(end - 1)}, None)
        run = Run(first, end, (state, section.number in self.early, node))
        start = self.pages.address(first)
        va = [va for va in range(start, start + SUBSECTION_FRAMES * self.pages.size, PAGE)]
        where = [before] + [self._phys(one_va) for one_va in va] + [self._phys(va[-1] + PAGE)]
        for i, address in enumerate(va, 1):
            phys = where[i]
            if phys is None:
                continue
            frame = phys >> PAGE_SHIFT
            run.pages += 1
            run.places.add(self._place(frame))
            run.nodes.add(self._node(frame))
            # Of those that are one page the first has it, unless all of them are tails.
            shares = phys == where[i - 1] or phys == where[i + 1] and self._is_tail(address)
            if not shares:
                run.own.append(phys)
                run.elsewhere += None not in (node, self._node(frame)) and node != self._node(frame)
        return run, where[-2]

    def _phys(self, address):
        try:
            return self.kernel.phys(address)
        except Absent:
            return None

    def _find_runs(self):
        found = []
        for number in sorted(self.sections.by_number):
            section, inside, before = self.sections.by_number[number], [], None
            for start, end in section.runs:
                for first in range(start, end, SUBSECTION_FRAMES):
                    run, before = self._part(section, first, before)
                    if inside and inside[-1].end == first and inside[-1].key == run.key:
                        inside[-1].join(run)
                    else:
                        inside.append(run)
            for run in inside:
                last = found[-1] if found else None
                if last and last.end == run.first and (last.key, last.places, last.nodes) == (run.key, run.places,
                                                                                              run.nodes):
                    last.join(run)
                else:
                    found.append(run)
        return found

    def frames_of(self, state):
        return sum(run.end - run.first for run in self.runs if run.key[0] == state)
