# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory sections: which frames have a struct page, by the kernel's own tables."""
from .trouble import Absent, CannotRun
from .x86_64 import PAGE_SHIFT
from .xarray import XArray

SECTION_BITS = 27
SECTION_FRAMES = 1 << SECTION_BITS - PAGE_SHIFT
SUBSECTION_FRAMES = 512
# Where they are not enumerated they were macros with these values.
MARKS = {"SECTION_HAS_MEM_MAP_BIT": 1, "SECTION_IS_ONLINE_BIT": 2, "SECTION_IS_EARLY_BIT": 3}


class Section:
    """A section that has struct pages: its frames' runs, and which subsections are there, whose, and online."""

    def __init__(self, number, online, runs, subsections, page_ext):
        self.number, self.online, self.runs, self.page_ext = number, online, runs, page_ext
        self.first, self.subsections = number * SECTION_FRAMES, subsections
        self.devices = 0  # subsections that are memory of a device, a bit each

    def _bit(self, pfn):
        return 1 << (pfn - self.first) // SUBSECTION_FRAMES

    def device(self, pfn):
        return bool(self.devices & self._bit(pfn))

    def seen(self, pfn):
        """Whether the kernel itself looks at the struct page of the frame."""
        return self.online and bool(self.subsections & ~self.devices & self._bit(pfn))


class Sections:
    """All of them, by number."""

    def __init__(self, kernel):
        self.kernel, self.target = kernel, kernel.target
        self.by_number = {section.number: section for section in self._find()}
        if not self.by_number:
            raise CannotRun("no memory section has struct pages")
        self._find_devices()

    def _find_devices(self):
        """Whom a driver made struct pages for, pgmap_array knows by frame."""
        at = self.target.symbol("pgmap_array")
        pgmaps = XArray(self.kernel, at) if at is not None else None
        for section in self.by_number.values() if pgmaps else ():
            for i in range(SECTION_FRAMES // SUBSECTION_FRAMES):
                if section.subsections >> i & 1 and pgmaps.load(section.first + i * SUBSECTION_FRAMES):
                    section.devices |= 1 << i

    def _find(self):
        t, k = self.target, self.kernel
        size = t.size("struct mem_section")
        has_map, online, early = (1 << (t.constant(name) if t.constant(name) is not None else bit)
                                  for name, bit in MARKS.items())
        a_root = 4096 // size
        map_at, usage_at = t.offset("struct mem_section", "section_mem_map"), t.offset("struct mem_section", "usage")
        ext = t.member("struct mem_section", "page_ext")
        for root, address in enumerate(self._roots(a_root)):
            if not address:
                continue
            data = k.read(address, a_root * size)
            for i in range(a_root):
                entry = data[i * size:(i + 1) * size]
                value = int.from_bytes(entry[map_at:map_at + 8], "little")
                if not value & has_map:
                    continue
                number = root * a_root + i
                usage = int.from_bytes(entry[usage_at:usage_at + 8], "little")
                subsections = self._subsections(usage)
                runs = self._whole(number) if value & early else self._parts(number, subsections)
                page_ext = int.from_bytes(entry[ext[0]:ext[0] + 8], "little") if ext else 0
                yield Section(number, bool(value & online), list(runs), subsections, page_ext)

    def _roots(self, a_root):
        """Addresses of the second level's arrays."""
        bits = int(self.kernel.vmcoreinfo.get("NUMBER(MAX_PHYSMEM_BITS)", 52 if self.kernel.levels == 5 else 46))
        count = (1 << bits - SECTION_BITS) // a_root
        table = self.kernel.variable("mem_section")
        return self.kernel.numbers(table, count) if table else ()

    @staticmethod
    def _whole(number):
        yield number * SECTION_FRAMES, (number + 1) * SECTION_FRAMES

    def _subsections(self, usage):
        return self.kernel.numbers(usage + self.target.offset("struct mem_section_usage", "subsection_map"), 1)[0]

    @staticmethod
    def _parts(number, bits):
        for i in range(SECTION_FRAMES // SUBSECTION_FRAMES):
            if bits >> i & 1:
                first = number * SECTION_FRAMES + i * SUBSECTION_FRAMES
                yield first, first + SUBSECTION_FRAMES

    def of(self, pfn):
        """The section of a frame that has a struct page, else None."""
        section = self.by_number.get(pfn // SECTION_FRAMES)
        return section if section and any(a <= pfn < b for a, b in section.runs) else None

    @property
    def runs(self):
        """[start, end) of frames that have a struct page, ascending, joined where they meet."""
        joined = []
        for number in sorted(self.by_number):
            for start, end in self.by_number[number].runs:
                if joined and joined[-1][1] == start:
                    joined[-1][1] = end
                else:
                    joined.append([start, end])
        return joined

    def page_ext_frames(self):
        """Frames in which the kernel keeps its extra data about each page."""
        size = self.kernel.variable("page_ext_size", otherwise=0)
        for section in self.by_number.values():
            if not size or not section.page_ext or section.page_ext & 1:
                continue
            start = section.page_ext + section.first * size
            try:
                first = self.kernel.phys(start) >> PAGE_SHIFT
                last = self.kernel.phys(start + SECTION_FRAMES * size - 1) >> PAGE_SHIFT
            except Absent:
                continue
            yield from range(first, last + 1)
