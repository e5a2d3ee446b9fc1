# SPDX-License-Identifier: GPL-2.0-or-later
"""What a confidential guest has not accepted yet: blocks of the largest order, on a list of each zone."""
from ..list import walk


def order(target):
    """Of each block; there is a free list for every order."""
    return target.length("struct zone", "free_area") - 1


def frames(kernel, zones, pages):
    t = kernel.target
    if not t.member("struct zone", "unaccepted_pages"):
        return
    head, link = t.offset("struct zone", "unaccepted_pages"), t.offset("struct page", "lru")
    for zone in zones:
        for address in walk(kernel, zone.address + head, link):
            pfn = pages.pfn_of(address)
            if pfn is not None:
                yield from range(pfn, pfn + (1 << order(t)))
