# SPDX-License-Identifier: GPL-2.0-or-later
"""Free pages that no free block has: on the per-CPU lists of each zone, and on its list of those that wait."""
from ..list import walk, walk_forward

LOW_ORDERS = 4  # orders that have a list for each migratetype; the lists behind those are of huge pages
HUGE_ORDER = 9


def waiting(kernel, zones, pages):
    """Freed where the zone's lock could not be taken: each has its order in its private word."""
    t = kernel.target
    if not t.member("struct zone", "trylock_free_pages"):
        return
    head, link = t.offset("struct zone", "trylock_free_pages"), t.offset("struct page", "pcp_llist")
    for zone in zones:
        for address in walk_forward(kernel, zone.address + head, link):
            pfn = pages.pfn_of(address)
            if pfn is not None:
                yield from range(pfn, pfn + (1 << kernel.member(address, "struct page", "private")))


def frames(kernel, zones, pages):
    yield from waiting(kernel, zones, pages)
    t = kernel.target
    types = t.constant("MIGRATE_PCPTYPES")
    lists, link = t.offset("struct per_cpu_pages", "lists"), t.offset("struct page", "pcp_list", "lru")
    for zone in zones:
        if not zone.present:  # that of devices shares the lists that were there at boot
            continue
        pointer = kernel.member(zone.address, "struct zone", "per_cpu_pageset")
        for offset in kernel.cpus.values():
            first = (pointer + offset & (1 << 64) - 1) + lists
            for i in range(t.length("struct per_cpu_pages", "lists")):
                order = i // types if i < types * LOW_ORDERS else HUGE_ORDER
                for address in walk(kernel, first + 16 * i, link):
                    pfn = pages.pfn_of(address)
                    if pfn is not None:
                        yield from range(pfn, pfn + (1 << order))
