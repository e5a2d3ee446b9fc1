# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that is not all there from boot on: a device's, plugged in, and the hole that a section from boot has."""
from .. import xarray
from ..frames import DEVICE, PLUGGED_VMEMMAP, SECTION_HOLE, UNONLINED
from .record import record_page

NOPAGE = 1 << 20


def tell(kernel):
    m = kernel.machine
    pgmap = kernel.slabs.allocate("kmalloc-64")
    pgmaps = m.image.place("pgmap_array", 16, 8, "bss")
    xarray.plant(kernel, pgmaps, {pfn: pgmap for run in DEVICE for pfn in range(*run)})
    for run in DEVICE:
        for pfn in range(*run):
            kernel.frames.page(pfn)["pgmap"] = pgmap
    record_page(kernel, "device memory beside RAM", DEVICE[0][1] - 1, kpageflags=NOPAGE, refcount=1)
    record_page(kernel, "device memory", DEVICE[1][0], kpageflags=NOPAGE, refcount=1)
    record_page(kernel, "hole of a section", SECTION_HOLE[0], kpageflags=NOPAGE, refcount=1)
    record_page(kernel, "never brought online", UNONLINED[0], kpageflags=NOPAGE)
    record_page(kernel, "vmemmap of plugged memory", PLUGGED_VMEMMAP, kpageflags=0, refcount=1)
    record_page(kernel, "more vmemmap of plugged memory", PLUGGED_VMEMMAP + 1, kpageflags=0, refcount=0)
