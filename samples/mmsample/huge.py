# SPDX-License-Identifier: GPL-2.0-or-later
"""
Much more memory for a machine whose story is told, in next to no room.

Each section has 2 MiB of struct pages, which the page tables take from one of a few physical pieces of that size:
all sections of a kind have the same struct pages. So the memory has no links of its own: free blocks are on no
list, and there is nothing of several pages, as tails would have to point to one head. All else is as it was: each
frame has a zone, a type, a mapping, and the counters have them all.
"""

import random
import struct
from collections import Counter

from .frames import CPUPID_SHIFT, GEN_SHIFT, NO_CPUPID, PAGEBLOCK_PAGES, SECTION_PAGES, STRUCT_PAGE, ZONE_SHIFT
from .kernel import KERNEL_PAGE, MIB2
from .memcg import GENERATIONS, MAX_SEQ, MIN_SEQ
from .memory import PAGE
from .pagetables import HUGE
from .story.resources import SYSRAM

START = 0x240000  # PFN: the gigabyte behind what the story has
NORMAL = 2
ORDER = 10
MOVABLE = 1
SECTION_BYTES = SECTION_PAGES * PAGE
SMALLEST = 4 * SECTION_BYTES
# What the sections behind the first one are, again and again: a machine that is in use.
CYCLE = ("anonymous", "page cache", "anonymous", "mixed", "free", "anonymous", "page cache", "mixed")


class StructPages:
    """The struct pages of a section, one behind the other, and what the kernel counts of them."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.types = kernel.types
        self.data = bytearray()
        self.counts = Counter()
        self.zone_counts = Counter()
        self.free_blocks = Counter()  # by order
        self.classes = Counter()

    def __len__(self):
        return len(self.data) // STRUCT_PAGE

    def left(self):
        return SECTION_PAGES - len(self)

    def _add(self, names=(), n=1, kind="page", flags=0, **members):
        """@n pages that are alike, with flags by name and others."""
        page = bytearray(STRUCT_PAGE)
        flags |= NORMAL << ZONE_SHIFT | NO_CPUPID << CPUPID_SHIFT | self.kernel.frames.flag_bits(names)
        self._put(page, "page", flags=flags, _mapcount=-1)
        self._put(page, kind, **members)
        self.data += page * n

    def _put(self, page, kind, **members):
        for path, value in members.items():
            where = self.types.find(kind, path)
            size = (where.bit + where.bits + 7) // 8 if where.bits else where.size
            mask = (1 << (where.bits or size * 8)) - 1 << where.bit
            old = int.from_bytes(page[where.offset:where.offset + size], "little")
            new = old & ~mask | value << where.bit & mask
            page[where.offset:where.offset + size] = new.to_bytes(size, "little")

    def _type(self, name):
        return self.types.enumerator(f"PGTY_{name}") << 24

    def add_reserved(self, n):
        self._add(("reserved",), n, _refcount=1)
        self.classes["reserved"] += n

    def add_free(self, order):
        self._add(page_type=self._type("buddy"), private=order)
        self._add(n=(1 << order) - 1)
        self.free_blocks[order] += 1
        self.classes["free"] += 1 << order

    def add_anonymous(self, mapping, index, n, young):
        self._add_on_lru("ANON", ("uptodate", "lru", "swapbacked"), n, young, index, mapping=mapping, _mapcount=0)
        self.counts["NR_ANON_MAPPED"] += n
        self.classes["anon"] += n

    def add_cached(self, mapping, index, n, young):
        self._add_on_lru("FILE", ("uptodate", "lru"), n, young, index, mapping=mapping)
        self.counts["NR_FILE_PAGES"] += n
        self.classes["file"] += n

    def _add_on_lru(self, kind, names, n, young, index, **members):
        generation = (MAX_SEQ if young else MIN_SEQ) % GENERATIONS + 1 << GEN_SHIFT
        for i in range(n):
            self._add(names, flags=generation, index=index + i, _refcount=1, **members)
        lru = f"{'ACTIVE' if young else 'INACTIVE'}_{kind}"
        self.counts[f"NR_{lru}"] += n
        self.zone_counts[f"NR_ZONE_{lru}"] += n

    def add_slabs(self, cache, objects, n):
        """Slabs of a page each, all of whose objects are in use."""
        self._add(n=n, kind="slab", slab_cache=cache, objects=objects, inuse=objects, __page_type=self._type("slab"),
                  __page_refcount=0)
        self.counts["NR_SLAB_UNRECLAIMABLE_B"] += n
        self.classes["slab"] += n


class Huge:
    def __init__(self, kernel, size):
        if size < SMALLEST or size % SECTION_BYTES:
            raise ValueError(f"the size is a multiple of {SECTION_BYTES >> 20} MiB, from {SMALLEST >> 20} MiB on")
        self.kernel = kernel
        self.machine = kernel.machine
        self.types = kernel.types
        self.sections = size // SECTION_BYTES
        self.end = START + self.sections * SECTION_PAGES
        self.dice = random.Random(614)
        self.next = START  # frame of what memory is needed to tell of all that
        kernel.tables.new_table = lambda level: self.take(1) * PAGE

    def segment(self, holes):
        """[first, last) of what is in the dump, and where the memory ends; of most of it nothing was written."""
        return START, self.end if holes else self.next, self.end

    def take(self, pages):
        """Frames of the first section, which are reserved."""
        pfn = self.next
        self.next += pages
        self.machine.memory.touch(pfn * PAGE, pages * PAGE)
        return pfn

    def extend(self):
        made = {kind: self._struct_pages(kind) for kind in dict.fromkeys(CYCLE)}
        backing = {kind: self._back(pages) for kind, pages in made.items()}
        kinds = ["first"] + [CYCLE[i % len(CYCLE)] for i in range(self.sections - 1)]
        backing["first"] = self._room_for_struct_pages()
        self._direct_map()
        self._vmemmap(kinds, backing)
        self._sections()
        self._resource()
        made["first"] = self._first_section()
        self.machine.memory.write(backing["first"] * PAGE, bytes(made["first"].data))
        self._count(Counter(kinds), made)

    # Struct pages.

    def _struct_pages(self, kind):
        pages = StructPages(self.kernel)
        fill = {"free": self._free, "anonymous": self._anonymous, "page cache": self._cached, "mixed": self._mixed}
        while pages.left():
            fill[kind](pages)
        assert not pages.left()
        return pages

    def _some(self, pages, most):
        return min(self.dice.randint(1, most), pages.left())

    def _free(self, pages):
        pages.add_free(ORDER)

    def _anonymous(self, pages, most=64):
        anon_vma = self.dice.choice(self.kernel.anon_vmas)
        pages.add_anonymous(anon_vma.mapping, self.dice.randrange(1 << 20), self._some(pages, most),
                            self.dice.random() < 0.5)

    def _cached(self, pages, most=256):
        inode = self.dice.choice(self.kernel.file_systems[0].inodes)
        pages.add_cached(inode.mapping.address, self.dice.randrange(1 << 20), self._some(pages, most),
                         self.dice.random() < 0.5)

    def _slabs(self, pages):
        cache = self.machine.get(self.machine.image.by_name["kmalloc_64"])
        pages.add_slabs(cache, PAGE // 64, self._some(pages, 8))

    def _mixed(self, pages):
        """Little of each, and small free blocks where they may lie."""
        at = len(pages)
        order = min(at & -at, 16).bit_length() - 1 if at else 4
        if self.dice.random() < 0.3 and 1 << order <= pages.left():
            pages.add_free(order)
        else:
            self.dice.choice((self._slabs, lambda p: self._anonymous(p, 4), lambda p: self._cached(p, 8)))(pages)

    def _room_for_struct_pages(self):
        """A large page of memory, which the direct map and vmemmap map by one entry."""
        self.next = -(-self.next // PAGEBLOCK_PAGES) * PAGEBLOCK_PAGES
        return self.take(MIB2 // PAGE)

    def _back(self, pages):
        pfn = self._room_for_struct_pages()
        self.machine.memory.write(pfn * PAGE, bytes(pages.data))
        return pfn

    def _first_section(self):
        """Nothing is taken from it from here on."""
        used = self.next - START
        pages = StructPages(self.kernel)
        pages.add_reserved(used)
        assert pages.left() >= 0
        order = 0
        while pages.left():
            while order < ORDER and len(pages) % (2 << order) == 0 and 2 << order <= pages.left():
                order += 1
            while len(pages) % (1 << order) or 1 << order > pages.left():
                order -= 1
            pages.add_free(order)
        return pages

    # Tables.

    def _direct_map(self):
        for phys in range(START * PAGE, self.end * PAGE, 1 << 30):
            self.kernel.tables.map(self.machine.direct(phys), phys | KERNEL_PAGE | HUGE, 3)

    def _vmemmap(self, kinds, backing):
        address = self.kernel.frames.address(START)
        for i, kind in enumerate(kinds):
            self.kernel.tables.map(address + i * MIB2, backing[kind] * PAGE | KERNEL_PAGE | HUGE, 2)

    def _sections(self):
        """All of them from boot, with a map of pageblocks for those that can be moved and one for the others."""
        m, frames = self.machine, self.kernel.frames
        bits = ("MARKED_PRESENT", "HAS_MEM_MAP", "IS_ONLINE", "IS_EARLY")
        flags = sum(1 << self.types.enumerator(f"SECTION_{b}_BIT") for b in bits)
        size = self.types.sizeof("mem_section_usage") + SECTION_PAGES // PAGEBLOCK_PAGES * 4 // 8
        usages = m.direct(self.take(1) * PAGE)
        for i, migratetype in enumerate((0, MOVABLE)):
            usage = m.object("mem_section_usage", usages + i * size)
            usage["subsection_map[0]"] = (1 << 64) - 1
            m.write(usage.at("pageblock_flags"), bytes([migratetype * 0x11] * (SECTION_PAGES // PAGEBLOCK_PAGES // 2)))
        each = self.types.sizeof("mem_section")
        per_root = PAGE // each
        for i in range(self.sections):
            number = START // SECTION_PAGES + i
            at = frames.root_array + number // per_root * 8
            if number // per_root >= frames.root_count:
                raise ValueError("there is no room for so many sections")
            root = m.get(at)
            if not root:
                root = m.direct(self.take(1) * PAGE)
                m.put(at, root)
            movable = i and CYCLE[(i - 1) % len(CYCLE)] != "mixed"
            section = m.object("mem_section", root + number % per_root * each)
            section.set(section_mem_map=m.release.vmemmap | flags, usage=usages + size * bool(movable))

    def _resource(self):
        """Firmware told of it as of the System RAM before it, which is the last one."""
        m = self.machine
        last = m.object("resource", m.object("resource", m.image.by_name["iomem_resource"])["child"])
        while last["sibling"]:
            last = m.object("resource", last["sibling"])
        last["sibling"] = m.object("resource", m.direct(self.take(1) * PAGE)).set(
            start=START * PAGE, end=self.end * PAGE - 1, name=last["name"], flags=last["flags"], parent=last["parent"])

    # Counters.

    def _count(self, sections, made):
        kernel, m = self.kernel, self.machine
        zone, pgdat = kernel.node.zones[NORMAL], kernel.node.pgdat
        classes = Counter()
        for kind, n in sections.items():
            pages = made[kind]
            kernel.counts.update({item: n * value for item, value in pages.counts.items()})
            kernel.zone_counts.update({(NORMAL, item): n * value for item, value in pages.zone_counts.items()})
            classes.update({name: n * value for name, value in pages.classes.items()})
            for order, blocks in pages.free_blocks.items():
                zone[f"free_area[{order}].nr_free"] += n * blocks
        frames = self.sections * SECTION_PAGES
        zone.set(spanned_pages=self.end - zone["zone_start_pfn"],
                 present_pages=zone["present_pages"] + frames,
                 managed_pages=zone["managed_pages"] + frames - classes["reserved"])
        zone[f"vm_stat[{self.types.enumerator('NR_FREE_PAGES')}]"] += classes["free"]
        pgdat.set(node_spanned_pages=self.end, node_present_pages=pgdat["node_present_pages"] + frames)
        self._memory_resource()["end"] = self.end * PAGE - 1
        m.put(m.image.by_name["max_pfn"], self.end)
        m.put(m.image.by_name["high_memory"], m.direct(self.end * PAGE))
        self._count_slabs(classes["slab"])
        kernel.write_counters()
        m.story["terabytes"] = {"start": START, "frames": frames, "classes": classes}

    def _memory_resource(self):
        """The last range of memory that the resource tree has: what follows is behind it, and a gap has no struct pages."""
        m = self.machine
        at, last = m.object("resource", m.image.by_name["iomem_resource"])["child"], None
        while at:
            resource = m.object("resource", at)
            last = resource if resource["flags"] == SYSRAM else last
            at = resource["sibling"]
        return last

    def _count_slabs(self, slabs):
        cache = self.machine.object("kmem_cache", self.machine.get(self.machine.image.by_name["kmalloc_64"]))
        node = self.machine.object("kmem_cache_node", cache["node[0]"])
        node["nr_slabs"] += slabs
        node["total_objects"] += slabs * (PAGE // 64)
