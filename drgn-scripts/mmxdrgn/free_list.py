# SPDX-License-Identifier: GPL-2.0-or-later
"""The free lists of the buddy allocator, of every zone that has memory."""
from .list import walk
from .trouble import Broken


class FreeZone:
    """blocks[order][type] as the lists have them, and nr_free[order] as the kernel counts."""

    def __init__(self, zone, blocks, nr_free):
        self.zone, self.blocks, self.nr_free = zone, blocks, nr_free
        self.walked = sum(n << order for order, types in enumerate(blocks) for n in types)


def free_zones(model):
    kernel, pages, t = model.kernel, model.pages, model.target
    area, areas = t.offset("struct zone", "free_area"), t.length("struct zone", "free_area")
    size, lists = t.size("struct free_area"), t.length("struct free_area", "free_list")
    head, count = t.offset("struct free_area", "free_list"), t.offset("struct free_area", "nr_free")
    link = t.offset("struct page", "buddy_list", "lru")
    for zone in model.zones:
        if not zone.present:
            continue
        at = [zone.address + area + order * size for order in range(areas)]
        blocks = [[count_blocks(kernel, pages, at[order] + head + 16 * kind, link, order) for kind in range(lists)]
                  for order in range(areas)]
        yield FreeZone(zone, blocks, [kernel.number(address + count) for address in at])


def count_blocks(kernel, pages, head, link, order):
    """How many blocks a list has, each of which must be one of its order."""
    n = 0
    for n, address in enumerate(walk(kernel, head, link), 1):
        pfn = pages.pfn_of(address)
        row = pfn is not None and pages.raw(pfn)
        if not row or pages.types.of(row[pages.f_type] >> pages.type_shift & 0xFFFFFFFF) != "buddy" or \
                row[pages.f_private] != order:
            raise Broken(f"list {head:#x}: {address:#x} is no free block of order {order}")
    return n


def isolated(model, zone):
    """Frames on lists of isolated blocks."""
    kind = model.target.constant("MIGRATE_ISOLATE")
    return sum(types[kind] << order for order, types in enumerate(zone.blocks)) if kind is not None else 0


def type_names(target):
    """By number, as the kernel's enumerators have them; of those that only mark a place there are no lists."""
    names = {value: name.removeprefix("MIGRATE_").lower() for name, value in target.enumerators("enum migratetype")
             if name.startswith("MIGRATE_") and name not in ("MIGRATE_PCPTYPES", "MIGRATE_TYPES")}
    return [names[i] for i in range(len(names))]
