# SPDX-License-Identifier: GPL-2.0-or-later
"""An area of vmap(): what it maps is a user's pinned memory, a file's page, and a page of a driver's."""

from ..memory import PAGE
from .anonymous import PINNED_PFN
from .record import record, record_page
from .shared import LOG_PFN

DRIVER_PFN = 0x5B14


def tell(kernel):
    kernel.frames.take(DRIVER_PFN, "kernel allocation")
    record_page(kernel, "driver's page under vmap", DRIVER_PFN, refcount=1)
    names = {"pinned": PINNED_PFN, "page cache, unmapped": LOG_PFN, "driver's page under vmap": DRIVER_PFN}
    area = kernel.vmalloc.borrow(list(names.values()), "ksys_mmap_pgoff")
    for nth, name in enumerate(names):
        record(kernel, name, vmap_at=area.address + nth * PAGE)
