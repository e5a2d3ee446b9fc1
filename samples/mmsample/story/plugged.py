# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that is not all there from boot on: a device's, plugged in, and the hole that a section from boot has."""
from .. import xarray
from ..frames import (ALTMAP_RESERVE, DEVICE, PLUGGED_PFN, PLUGGED_VMEMMAP, SECTION_HOLE, SECTION_PAGES, STRUCT_PAGE,
                      UNONLINED)
from ..memory import PAGE
from .record import record_page

NOPAGE = 1 << 20


def device(kernel, first, end):
    """A device that has frames as memory: its dev_pagemap, which their struct pages lead to."""
    m = kernel.machine
    pgmap = m.direct(kernel.frames.memblock(kernel.types.sizeof("dev_pagemap")))
    for pfn in range(first, end):
        kernel.frames.page(pfn)["pgmap"] = pgmap
    return pgmap


def blocks(kernel):
    """Blocks of plugged memory, a section each."""
    m = kernel.machine
    numbers = [pfn // SECTION_PAGES for pfn in (PLUGGED_PFN, UNONLINED[0])]
    address = {nr: m.direct(kernel.frames.memblock(kernel.types.sizeof("memory_block"))) for nr in numbers}
    for nr in numbers:
        m.object("memory_block", address[nr]).set(start_section_nr=nr, nid=0)
    xarray.plant(kernel, m.image.place("memory_blocks", 16, 8, "bss"), address)


def tell(kernel):
    m = kernel.machine
    pgmaps = [device(kernel, *run) for run in DEVICE]
    first, end = DEVICE[1]
    m.object("vmem_altmap", m.object("dev_pagemap", pgmaps[1]).set(flags=1).at("altmap")).set(
        base_pfn=first, end_pfn=end - 1, reserve=ALTMAP_RESERVE, free=end - first - ALTMAP_RESERVE,
        alloc=(end - first) * STRUCT_PAGE // PAGE)
    array = m.image.place("pgmap_array", 16, 8, "bss")
    xarray.plant(kernel, array, {pfn: pgmap for run, pgmap in zip(DEVICE, pgmaps) for pfn in range(*run)})
    blocks(kernel)
    record_page(kernel, "device memory beside RAM", DEVICE[0][1] - 1, kpageflags=NOPAGE, refcount=1)
    record_page(kernel, "device memory", DEVICE[1][0], kpageflags=NOPAGE, refcount=1)
    record_page(kernel, "hole of a section", SECTION_HOLE[0], kpageflags=NOPAGE, refcount=1)
    record_page(kernel, "never brought online", UNONLINED[0], kpageflags=NOPAGE)
    record_page(kernel, "vmemmap of plugged memory", PLUGGED_VMEMMAP, kpageflags=0, refcount=1)
    record_page(kernel, "more vmemmap of plugged memory", PLUGGED_VMEMMAP + 1, kpageflags=0, refcount=0)
