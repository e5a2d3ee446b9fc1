# SPDX-License-Identifier: GPL-2.0-or-later
"""Page frames: which exist, what their struct pages hold, and who takes them."""

import struct

from .memory import PAGE

SECTION_PAGES = 32768
SUBSECTION_PAGES = 512
PAGEBLOCK_PAGES = 512
STRUCT_PAGE = 64

# System RAM as [first, end) PFNs. All but the first section came by hot-plug: only those
# subsections have struct pages, so a machine of 9 GiB of addresses takes a few MiB.
RAM = ((0x0, 0xA0), (0x100, 0x2A00), (0x2C00, 0x8000), (0x9200, 0x9400), (0x10000, 0x10200), (0x11000, 0x11200),
       (0x12000, 0x12200), (0x13000, 0x13200), (0x152800, 0x152C00), (0x17DA00, 0x17DC00),
       (0x23DE00, 0x23E800))
FIRMWARE_HOLE = (0xA0, 0x100)
SECTION_HOLE = (0x2A00, 0x2C00)  # a subsection that is no memory, in a section from boot
# Memory of a device: beside RAM in a section, and in one of its own.
DEVICE = ((0x14000, 0x14200), (0x18000, 0x18200))
# The second one's struct pages lie in itself, behind that many frames.
ALTMAP_RESERVE = 0x180
# What a dump has: RAM, and the struct pages that a device's memory holds itself.
ALTMAP = (DEVICE[1][0] + ALTMAP_RESERVE, DEVICE[1][0] + ALTMAP_RESERVE + SUBSECTION_PAGES * STRUCT_PAGE // PAGE)
DUMPED = tuple(sorted((*RAM, ALTMAP)))
# Plugged in and never brought online: whoever had the memory of its struct pages before left it as it is.
UNONLINED = (0x28C00, 0x28E00)
LEFT_OVER = b"\x5A"

ZONES = (("DMA", 0, 0x1000), ("DMA32", 0x1000, 0x100000), ("Normal", 0x100000, 0x23E800),
         ("Movable", 0, 0), ("Device", DEVICE[0][0], DEVICE[-1][1]))
DEVICE_ZONE = 4

# Where kernel memory of a kind is taken from, as [first, end) PFNs.
POOLS = {"kernel": (0x1200, 0x2000), "stacks": (0x2200, 0x2800), "user": (0x5200, 0x5A00),
         "memblock": (0x6800, 0x7800)}
VMEMMAP_PFN = 0x7800  # backs section 0's struct pages
# Struct pages of plugged memory, in what the page allocator gave: one block that is not compound.
PLUGGED_PFN, PLUGGED_VMEMMAP = 0x9200, 0x2C08

# Bits 54-63 are the node (NODES_SHIFT 10), 51-53 the zone, 40-50 the last CPU and PID.
NODE_SHIFT, ZONE_SHIFT, CPUPID_SHIFT, GEN_SHIFT = 54, 51, 40, 37
NO_CPUPID = 0x7FF

# The bit that a type clears in page_type, before types became a byte.
OLD_TYPES = {"buddy": 0x80, "offline": 0x100, "table": 0x200, "guard": 0x400}

# What tells a kind of large folio: a flag of the second page (6.6 on), or there the destructor.
LARGE = {"compound": ("", "COMPOUND_PAGE_DTOR"), "thp": ("large_rmappable", "TRANSHUGE_PAGE_DTOR"),
         "hugetlb": ("hugetlb", "HUGETLB_PAGE_DTOR")}


class Frames:
    def __init__(self, machine):
        self.machine = machine
        self.types = machine.types
        self.kind = {}  # PFN -> what it is used for; free frames are not in it
        self.boot_pages = {}  # PFN -> kind of what memblock gave out
        self.boot_next = POOLS["memblock"][0] * PAGE
        self.next = {pool: first for pool, (first, _) in POOLS.items()}
        self._section_zero()
        for first, end in (*RAM, *DEVICE, UNONLINED):
            for pfn in range(first, end, SUBSECTION_PAGES):
                if pfn >= SECTION_PAGES:
                    self._subsection(pfn)
        self._mem_sections()
        for pfn in (*range(*FIRMWARE_HOLE), *range(*SECTION_HOLE)):
            self.reserve(pfn, "hole")
        for first, end in DEVICE:
            for pfn in range(first, end):
                self.reserve(pfn, "device")
        for i in range(SUBSECTION_PAGES * STRUCT_PAGE // PAGE):
            self.take(PLUGGED_VMEMMAP + i, "plugged vmemmap", _refcount=int(not i))
            self.machine.memory.write(machine.vmemmap_phys[UNONLINED[0] * STRUCT_PAGE // PAGE + i] * PAGE,
                                      LEFT_OVER * PAGE)
        for pfn in machine.image.pfns():
            self.reserve(pfn, "kernel image")
        for pfn in range(VMEMMAP_PFN, VMEMMAP_PFN + 512):
            self.reserve(pfn, "vmemmap")

    # Struct pages.

    def _section_zero(self):
        for page in range(SECTION_PAGES * STRUCT_PAGE // PAGE):
            self.machine.vmemmap_phys[page] = VMEMMAP_PFN + page
            self._fresh_page(page)

    def _subsection(self, pfn):
        pages = SUBSECTION_PAGES * STRUCT_PAGE // PAGE
        if pfn == PLUGGED_PFN:
            backing = PLUGGED_VMEMMAP
        elif pfn == DEVICE[1][0]:
            backing = pfn + ALTMAP_RESERVE
        else:
            backing = self.memblock(pages * PAGE, PAGE, "vmemmap") // PAGE
        first = pfn * STRUCT_PAGE // PAGE
        for i in range(pages):
            self.machine.vmemmap_phys[first + i] = backing + i
            self._fresh_page(first + i)

    def _fresh_page(self, page):
        """One page of struct pages that nobody has used yet."""
        zone = self.zone_of(page * (PAGE // STRUCT_PAGE))
        flags = zone << ZONE_SHIFT | NO_CPUPID << CPUPID_SHIFT
        fresh = struct.pack("<Q40xiiQ", flags, -1, 0, 0)
        backing = self.machine.vmemmap_phys[page] * PAGE
        self.machine.memory.write(backing, fresh * (PAGE // STRUCT_PAGE))

    def zone_of(self, pfn):
        if any(first <= pfn < end for first, end in DEVICE):
            return DEVICE_ZONE
        for number, (_, first, end) in enumerate(ZONES):
            if first <= pfn < end:
                return number
        raise ValueError(f"PFN {pfn:#x} is in no zone")

    def address(self, pfn):
        return self.machine.release.vmemmap + pfn * STRUCT_PAGE

    def page(self, pfn):
        return self.machine.object("page", self.address(pfn))

    def table(self, pfn):
        """What a page table's struct page is to the kernel: since 6.6 a struct of its own."""
        kind = "ptdesc" if "struct ptdesc" in self.types.compounds else "page"
        return self.machine.object(kind, self.address(pfn))

    def flag_bits(self, names):
        bits = 0
        for name in names:
            bits |= 1 << self.types.enumerator(f"PG_{name}")
        return bits

    def set_flags(self, pfn, *names):
        self.page(pfn)["flags"] |= self.flag_bits(names)

    def set_type(self, pfn, name):
        if self.types.has_enumerator(f"PGTY_{name}"):
            value = self.types.enumerator(f"PGTY_{name}") << 24
        else:
            value = 0xFFFFFFFF & ~OLD_TYPES[name]
        self.page(pfn)["page_type"] = value

    def byte_types(self):
        """Does this kernel keep page types in the top byte (6.12 and later)?"""
        return self.types.has_enumerator("PGTY_buddy")

    # Taking frames.

    def ram(self):
        for first, end in RAM:
            yield from range(first, end)

    def take(self, pfn, kind, **members):
        """A frame in use: one reference and no mapping, unless told otherwise."""
        if pfn in self.kind:
            raise ValueError(f"PFN {pfn:#x} is taken twice: {self.kind[pfn]}, {kind}")
        self.kind[pfn] = kind
        page = self.page(pfn)
        page["_refcount"] = 1
        return page.set(**members)

    def reserve(self, pfn, kind):
        self.take(pfn, f"reserved: {kind}")
        self.set_flags(pfn, "reserved")

    def allocate(self, pool, kind, order=0):
        """The first PFN of a naturally aligned block out of a pool."""
        count = 1 << order
        pfn = -(-self.next[pool] // count) * count
        self.next[pool] = pfn + count
        if self.next[pool] > POOLS[pool][1]:
            raise ValueError(f"pool {pool} is empty")
        for tail in range(pfn + 1, pfn + count):
            self.take(tail, kind, _refcount=0)
        self.take(pfn, kind)
        return pfn

    def next_free(self, pool):
        """A PFN of a pool, for the caller to take."""
        self.next[pool] += 1
        return self.next[pool] - 1

    def memblock(self, size, align=64, kind="memblock"):
        """The physical address of memory from before the page allocator, zeroed and reserved."""
        at = -(-self.boot_next // align) * align
        self.boot_next = at + size
        if at + size > POOLS["memblock"][1] * PAGE:
            raise ValueError("memblock is empty")
        self.machine.memory.touch(at, size)
        for pfn in range(at // PAGE, -(-(at + size) // PAGE)):
            self.boot_pages.setdefault(pfn, kind)
        return at

    def finish(self):
        """Memblock's pages are reserved; known only when nothing more can be asked of it."""
        for pfn, kind in self.boot_pages.items():
            self.reserve(pfn, kind)

    def compound(self, pfn, order, kind="compound"):
        """Make a head and its tails of 2^order frames that are taken already."""
        head = self.page(pfn)
        self.set_flags(pfn, "head")
        poison = 0xDEAD000000000400
        for tail in range(pfn + 1, pfn + (1 << order)):
            self.page(tail).set(compound_head=head.address | 1, mapping=poison, private=0,
                                _refcount=0)
        folio = self.machine.object("folio", head.address)
        flag, dtor = LARGE[kind]
        if self.types.has("folio", "_folio_order"):
            folio.set(_folio_order=order, _folio_dtor=self.types.enumerator(dtor))
        else:
            flags = [flag] if self.types.has_enumerator(f"PG_{flag}") else []
            folio["_flags_1"] = folio["_flags_1"] & ~0xFF | order | self.flag_bits(flags)
        folio["_folio_nr_pages"] = 1 << order
        folio["_pincount"] = 0
        self.count_mappings(folio, 0, 0, 0)
        if order > 1 and (kind == "thp" or self.types.has("folio", "_large_mapcount")):
            self._deferred_list(pfn, folio)
        return folio

    def count_mappings(self, folio, entire, pages, every):
        """How often a large folio is mapped as a whole, how many of its pages are, and by how many entries."""
        which = self.types.which
        folio[which("folio", "_entire_mapcount", "_compound_mapcount")] = entire - 1
        folio[which("folio", "_nr_pages_mapped", "_subpages_mapcount")] = pages
        folio.set_known(_large_mapcount=every - 1)

    def _deferred_list(self, pfn, folio):
        """The folio's own since 6.3, before that its third page's."""
        if self.types.has("folio", "_deferred_list"):
            self.machine.list_init(folio.at("_deferred_list"))
        else:
            self.machine.list_init(self.page(pfn + 2).at("deferred_list"))

    # Sparse memory.

    def _mem_sections(self):
        m = self.machine
        per_root = PAGE // self.types.sizeof("mem_section")
        roots = (1 << 46 - 27) // per_root
        self.root_array = m.direct(self.memblock(roots * 8, PAGE))
        self.root_count = roots
        root = m.direct(self.memblock(PAGE, PAGE))
        m.put(self.root_array, root)
        m.image.variable("mem_section", self.root_array, part="bss")
        self.usage = {}
        self.present = {pfn // SUBSECTION_PAGES for pfn in self.ram()}
        self.present |= {pfn // SUBSECTION_PAGES for run in (*DEVICE, UNONLINED) for pfn in range(*run)}
        for number in sorted({subsection * SUBSECTION_PAGES // SECTION_PAGES for subsection in self.present}):
            address = root + number * self.types.sizeof("mem_section")
            self._mem_section(m.object("mem_section", address), number)

    def _mem_section(self, section, number):
        m = self.machine
        ram = {first // SECTION_PAGES for first, _ in RAM}
        bits = ["MARKED_PRESENT", "HAS_MEM_MAP"] + (["IS_ONLINE"] if number in ram else [])
        bits += ["IS_EARLY"] if not number else []
        bits += ["TAINT_ZONE_DEVICE"] if number in {first // SECTION_PAGES for first, _ in DEVICE} else []
        flags = sum(1 << self.types.enumerator(f"SECTION_{b}_BIT") for b in bits)
        blocks = SECTION_PAGES // PAGEBLOCK_PAGES
        size = self.types.sizeof("mem_section_usage") + blocks * 4 // 8
        usage = m.object("mem_section_usage", m.direct(self.memblock(size)))
        first = number * SECTION_PAGES // SUBSECTION_PAGES
        usage["subsection_map[0]"] = sum(1 << i for i in range(SECTION_PAGES // SUBSECTION_PAGES)
                                         if first + i in self.present)
        section["section_mem_map"] = m.release.vmemmap | flags
        section["usage"] = usage
        self.usage[number] = usage

    def set_migratetype(self, pfn, migratetype):
        """The type of the pageblock around a frame: four bits of the section's bitmap."""
        usage = self.usage[pfn // SECTION_PAGES]
        bit = pfn % SECTION_PAGES // PAGEBLOCK_PAGES * 4
        at = usage.at("pageblock_flags") + bit // 8
        old = self.machine.get(at, 1)
        self.machine.put(at, old & ~(7 << bit % 8) | migratetype << bit % 8, 1)

    def migratetype(self, pfn):
        usage = self.usage[pfn // SECTION_PAGES]
        bit = pfn % SECTION_PAGES // PAGEBLOCK_PAGES * 4
        return self.machine.get(usage.at("pageblock_flags") + bit // 8, 1) >> bit % 8 & 7
