# SPDX-License-Identifier: GPL-2.0-or-later
"""
A machine of terabytes as a dump that is sparse on disk: a sample whose memory goes on far above its own. All
sections of that memory share the struct pages of one, page tables lead to them, and its contents are a hole.
"""
import struct

from mmsample import elf, machine
from mmsample.frames import CPUPID_SHIFT, NO_CPUPID, SECTION_PAGES, STRUCT_PAGE, ZONE_SHIFT
from mmsample.memory import PAGE
from mmsample.pagetables import HUGE, NX, PRESENT, WRITE

TIB = 1 << 40
START = TIB // PAGE  # the first frame
NORMAL = 2  # its zone
FRESH = struct.pack("<Q40xiiQ", NORMAL << ZONE_SHIFT | NO_CPUPID << CPUPID_SHIFT, -1, 0, 0)


class Far:
    """That memory, of so many TiB; what describes it lies at its beginning."""

    def __init__(self, kernel, tib):
        self.kernel, self.machine = kernel, kernel.machine
        self.end = START + tib * TIB // PAGE
        self.next = START
        self.sections = range(START // SECTION_PAGES, self.end // SECTION_PAGES)

    def take(self, pages=1):
        """Frames in a row, present and empty."""
        first, self.next = self.next, self.next + pages
        self.machine.memory.touch(first * PAGE, pages * PAGE)
        return first * PAGE

    def struct_pages(self):
        """Those of the first section again, in another zone; folios of several pages are none here."""
        align = -self.next % 512
        self.next += align
        pages, head = self.take(512), 1 << self.kernel.types.enumerator("PG_head")
        for pfn in range(SECTION_PAGES):
            page = self.machine.memory.read(self.machine.phys(self.kernel.frames.address(pfn)), STRUCT_PAGE)
            flags, link = struct.unpack_from("<QQ", page)
            if flags & head or link & 1:
                page = FRESH
            flags, = struct.unpack_from("<Q", page)
            page = struct.pack("<Q", flags & ~(7 << ZONE_SHIFT) | NORMAL << ZONE_SHIFT) + page[8:]
            self.machine.memory.write(pages + pfn * STRUCT_PAGE, page)
        return pages

    def map_struct_pages(self, pages):
        """An entry of the level above a page's for each section: 2 MiB of struct pages."""
        tables = self.kernel.tables
        tables.new_table = lambda level: self.take()
        for section in self.sections:
            tables.map(self.kernel.frames.address(section * SECTION_PAGES), pages | PRESENT | WRITE | HUGE | NX, 2)

    def describe_sections(self):
        m, frames = self.machine, self.kernel.frames
        size = frames.types.sizeof("mem_section")
        usage = m.direct(self.take())
        m.object("mem_section_usage", usage)["subsection_map[0]"] = (1 << 64) - 1
        flags = m.get(m.get(frames.root_array) + max(frames.usage) * size) & PAGE - 1
        for section in self.sections:
            root, nth = divmod(section, PAGE // size)
            if not m.get(frames.root_array + 8 * root):
                m.put(frames.root_array + 8 * root, m.direct(self.take()))
            described = m.object("mem_section", m.get(frames.root_array + 8 * root) + nth * size)
            described["section_mem_map"] = m.release.vmemmap | flags
            described["usage"] = usage

    def grow_zone(self):
        zone, node = self.kernel.node.zones[NORMAL], self.kernel.node.pgdat
        zone["present_pages"] += self.end - START
        zone["spanned_pages"] = self.end - zone["zone_start_pfn"]
        node["node_spanned_pages"] = self.end
        self.machine.put(self.machine.image.by_name["max_pfn"], self.end)


def make(kernel, tib):
    machine.DIRECT_MAP_SIZE = 64 * TIB  # as a kernel has it; the samples need no more than their own memory
    far = Far(kernel, tib)
    far.map_struct_pages(far.struct_pages())
    far.describe_sections()
    far.grow_zone()
    return far


def write(far, out, cpus):
    """As elf.write(), and one segment more, of which only the beginning is written."""
    told = far.machine
    loads = [(first * PAGE, last - first, (stop - first) * PAGE) for first, last, stop in elf.segments(told)]
    loads.append((START * PAGE, far.end - START, (far.end - START) * PAGE))
    notes = elf.notes(told, cpus)
    at = -(-(64 + 56 * (len(loads) + 1) + len(notes)) // PAGE) * PAGE
    out.write(struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 4, elf.EM_X86_64, 1, 0, 64, 0,
                          0, 64, 56, len(loads) + 1, 0, 0, 0))
    out.write(struct.pack("<IIQQQQQQ", elf.PT_NOTE, 0, 64 + 56 * (len(loads) + 1), 0, 0, len(notes), len(notes), 0))
    places = []
    for phys, pages, size in loads:
        out.write(struct.pack("<IIQQQQQQ", elf.PT_LOAD, 7, at, told.direct(phys), phys, pages * PAGE, size, PAGE))
        places.append((at, phys, pages))
        at += pages * PAGE
    out.write(notes)
    for at, phys, pages in places:
        for pfn in range(phys // PAGE, min(phys // PAGE + pages, far.next)):
            out.seek(at + pfn * PAGE - phys)
            out.write(told.memory.pages[pfn])
    out.truncate(places[-1][0] + places[-1][2] * PAGE)
