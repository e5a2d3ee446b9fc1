# SPDX-License-Identifier: GPL-2.0-or-later
"""How the story is written down: addresses, PFNs and words as hex strings, counts as numbers."""

from ..frames import ZONES

COUNTS = {"pid", "refcount", "mapcount", "order", "inode", "pages", "nr", "count", "vmas", "cpu",
          "list", "migratetype", "object_size", "objects", "inuse", "mlock_count", "pids",
          "processes", "swap_type", "level", "index_in_slab", "size", "nr_pages_mapped",
          "entire_mapcount", "large_mapcount", "threads", "batched_by"}


def plain(key, value):
    if isinstance(value, (list, tuple)):
        return [plain(key, v) for v in value]
    if isinstance(value, dict):
        return {k: plain(k, v) for k, v in value.items()}
    if isinstance(value, int) and not isinstance(value, bool) and key not in COUNTS:
        return hex(value)
    return value


def record(kernel, name, **facts):
    """A named thing of the story and what a reader must say of it."""
    entry = kernel.machine.story.setdefault(name, {})
    entry.update({key: plain(key, value) for key, value in facts.items()})


def record_page(kernel, name, pfn, **facts):
    """The same, with what any page has."""
    frames = kernel.frames
    zone = ZONES[frames.zone_of(pfn)][0]
    record(kernel, name, pfn=pfn, page=frames.address(pfn), phys=pfn << 12, zone=zone, **facts)


def mappings(maps):
    """Who maps a page, of (process, address, entry, level)."""
    return [{"pid": p.pid, "comm": p.comm, "vaddr": address, "entry": entry, "level": level}
            for p, address, entry, level in maps]
