# SPDX-License-Identifier: GPL-2.0-or-later
"""
x86_64 page tables, walked here: drgn 0.0.22 cannot translate on QEMU's dumps. A table is read once
and kept for a while.
"""
import struct
from functools import lru_cache

from .trouble import Absent, Broken

PAGE_SHIFT = 12
PAGE = 1 << PAGE_SHIFT
TABLE = struct.Struct("<512Q")
PRESENT, HUGE, PROTNONE = 1, 1 << 7, 1 << 8
FRAME = 0x000FFFFFFFFFF000
TABLES_KEPT = 8192
TABLES_A_WALK = 1 << 20  # more than that in one address space lead back to themselves


class Tables:
    """Reads page tables. clear: bits of an entry that are encryption's."""

    def __init__(self, target, levels, clear=0):
        self.levels = levels
        self.frame, self.left = FRAME & ~clear, 0
        self.table = lru_cache(TABLES_KEPT)(lambda phys: TABLE.unpack(target.read(phys, PAGE)))

    def leaf(self, root, address):
        """(physical address, bytes from there to the end of what the entry maps)."""
        table = root
        for level in range(self.levels, 0, -1):
            shift = PAGE_SHIFT + 9 * (level - 1)
            entry = self.table(table)[address >> shift & 511]
            if not entry & PRESENT:
                raise Absent(f"{address:#x} is not mapped")
            if level == 1 or entry & HUGE:
                within = address & (1 << shift) - 1
                return (entry & self.frame) >> shift << shift | within, (1 << shift) - within
            table = entry & self.frame
        raise Absent(f"{address:#x} is not mapped")

    def leaves(self, root, first, last, user=False):
        """
        (address, physical address, bytes) of each entry that maps part of [first, last]. With user, those
        count as well that no access is allowed through: the frame in them is inverted.
        """
        self.left = TABLES_A_WALK
        yield from self._leaves(root, self.levels, 0, first, last, user)

    def _leaves(self, table, level, base, first, last, user):
        self.left -= 1
        if self.left < 0:
            raise Broken(f"the page tables at {table:#x} are more than memory holds")
        shift = PAGE_SHIFT + 9 * (level - 1)
        try:
            entries = self.table(table)
        except Absent:
            return
        for i, entry in enumerate(entries):
            if not entry:
                continue
            address = base | i << shift
            if level == self.levels and i >= 256:
                address |= ~((1 << shift + 9) - 1) & (1 << 64) - 1
            if address > last or address + (1 << shift) - 1 < first:
                continue
            if not entry & PRESENT:
                if not user or not entry & PROTNONE or level > 1 and not entry & HUGE:
                    continue
                entry = ~entry & self.frame | HUGE
            if level == 1 or entry & HUGE and level < 4:
                yield address, (entry & self.frame) >> shift << shift, 1 << shift
            elif level > 1:
                yield from self._leaves(entry & self.frame, level - 1, address, first, last, user)

    def below(self, root, seen):
        """Physical addresses of the tables under a root and of the root itself, but for those seen before."""
        pending = [(root, self.levels)]
        while pending:
            table, level = pending.pop()
            if table in seen:
                continue
            seen.add(table)
            yield table
            if level == 1:
                continue
            try:
                entries = self.table(table)
            except Absent:
                continue
            pending += [(entry & self.frame, level - 1) for entry in entries
                        if entry & PRESENT and not (entry & HUGE and level < 4)]
