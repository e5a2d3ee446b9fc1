# SPDX-License-Identifier: GPL-2.0-or-later
"""Where struct pages lie."""

from ..frames import DEVICE, PLUGGED_PFN, STRUCT_PAGE
from ..memory import PAGE
from .registry import WILD, damage, doctorx, explained, vmemx

NORMAL = 0x152800  # plugged frames of zone Normal, from 0x10000 on those of DMA32
DMA32 = 0x10000


def entry(kernel, pfn):
    """Where the page-table entry of a frame's struct page lies, in the page tables of the array."""
    return kernel.tables.slot(kernel.frames.address(pfn), 1)


def lead_to(kernel, pfn, phys):
    """The page of the array that has a frame's struct page is another physical one."""
    memory, at = kernel.machine.memory, entry(kernel, pfn)
    memory.put(at, memory.get(at) & 0xFFF | phys)


def place(kernel, pfn):
    return kernel.machine.vmemmap_phys[pfn * STRUCT_PAGE // PAGE] * PAGE


def found(fault, pfn, what):
    """A line of the findings."""
    return rf"^ *{fault} +{pfn:x} [0-9a-f]{{16}} {what}"


@damage("vmemmap-unmapped", "a page of the array of struct pages is mapped by no page table",
        doctorx(r"FAILED +vmemmap .*the same base; 64 of its struct pages are not mapped"),
        vmemx(found("not-mapped", DMA32, r"64 struct pages of PFN 0x10000 to 0x101ff \(section 2\) are mapped by no "
                                         r"page table")))
def unmapped(kernel):
    kernel.machine.memory.put(entry(kernel, DMA32 + 64), 0)


@damage("vmemmap-shared", "two pages of the array are one physical page, and no huge page's",
        doctorx(r"shared pages: +1$", status=0),
        vmemx(found("shared", DMA32 + 128, r"physical page 0x\w+ holds the struct pages of PFN 0x10000 and of PFN 0x10080")))
def shared(kernel):
    lead_to(kernel, DMA32 + 128, place(kernel, DMA32))


@damage("vmemmap-repeated", "pages of the array that follow upon each other are one physical page",
        doctorx(r"shared pages: +3$", status=0),
        vmemx(found("shared", NORMAL, r"the struct pages of PFN 0x152800 to 0x1528ff are one physical page, 0x\w+, 4 "
                                      r"times, and of no huge page that may share them")))
def repeated(kernel):
    for pfn in range(NORMAL + 64, NORMAL + 256, 64):
        lead_to(kernel, pfn, place(kernel, NORMAL))


@damage("vmemmap-swapped", "the struct pages of frames of DMA32 and of Normal have changed places",
        doctorx(r"extents: +13$", status=0),
        vmemx(found("wrong-zone", DMA32, r"PFN 0x10000: its struct page says node 0, zone number 2, whose frames these "
                                         r"are not"),
              found("wrong-zone", NORMAL, r"PFN 0x152800: its struct page says node 0, zone number 1, whose")))
def swapped(kernel):
    for i in range(0, 512, 64):
        lead_to(kernel, DMA32 + i, place(kernel, NORMAL + i))
        lead_to(kernel, NORMAL + i, place(kernel, DMA32 + i))


@damage("vmemmap-freed", "struct pages lie in memory that is free",
        doctorx(r"extents: +13$", status=0),
        vmemx(found("in-free-memory", PLUGGED_PFN, r"the struct page of PFN 0x9200 and those behind it lie in frame "
                                                   r"0x\w+, which is free")))
def freed(kernel):
    phys = next(b for b in kernel.node.free_blocks if b[1] == 8)[0] * PAGE
    memory = kernel.machine.memory
    memory.write(phys, memory.read(place(kernel, PLUGGED_PFN), PAGE))
    lead_to(kernel, PLUGGED_PFN, phys)


@damage("vmemmap-nowhere", "struct pages lie where no memory is",
        doctorx(r"extents: +13$", status=0),
        vmemx(found("no-memory", DMA32, r"the struct page of PFN 0x10000 and those behind it lie in frame "
                                        r"0x414141, which has no struct page itself")))
def nowhere(kernel):
    lead_to(kernel, DMA32, 0x414141 * PAGE)


@damage("vmemmap-link-wild", "the first page of a run of struct pages is a tail of nothing",
        vmemx(found("wrong-link", DMA32, r"PFN 0x10000: its struct page is a tail of 0x4141414141414140, which is none")))
def link(kernel):
    kernel.frames.page(DMA32)["compound_head"] = WILD | 1


@damage("section-map-word", "the map word of a section leads elsewhere than those of the others",
        doctorx(r"ok +vmemmap .*all but 1 of 8 sections' map words say the same base", status=0),
        vmemx(found("map-word", 0x150000, r"the map word of section 42 leads to 0x\w+, and vmemmap is at 0x\w+")),
        explained("{libc page 45}", r"^ +\d+ the same struct page +0 0 +#\d+ == #\d+: DOES NOT HOLD$"))
def map_word(kernel):
    m = kernel.machine
    section = m.object("mem_section", m.get(kernel.frames.root_array) + 42 * kernel.types.sizeof("mem_section"))
    section["section_mem_map"] += 1 << 30


@damage("altmap-wild", "the altmap of a device has frames that no machine has",
        vmemx(r"the altmap of 0x\w+ has frames that cannot be"))
def altmap(kernel):
    pgmap = kernel.frames.page(DEVICE[1][0])["pgmap"]
    kernel.machine.object("dev_pagemap", pgmap)["altmap.alloc"] = WILD


@damage("pgmaps-cycle", "the table of devices' memory leads back into itself: what is a device's is not known",
        doctorx(r"unknown +frames that the kernel looks at "),
        vmemx(r"unknown frames: +\d+", r"^ +18000 +18200 3 +unknown ", r"^ +28c00 +28e00 5 +unknown ",
              r"^vmemx: the xarray at 0x\w+ is broken"))
def pgmaps(kernel):
    m = kernel.machine
    head = m.object("xarray", m.image.by_name["pgmap_array"])
    node = head["xa_head"] & ~3
    m.object("xa_node", node)["parent"] = node
