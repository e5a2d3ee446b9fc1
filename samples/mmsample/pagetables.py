# SPDX-License-Identifier: GPL-2.0-or-later
"""x86_64 page tables of four levels: 4 is the PML4, 1 holds the entries of 4 KiB pages."""

PRESENT, WRITE, USER, ACCESSED, DIRTY, HUGE, GLOBAL = 1, 2, 4, 0x20, 0x40, 0x80, 0x100
NX = 1 << 63
KERNEL_TABLE = PRESENT | WRITE | ACCESSED | DIRTY
USER_TABLE = KERNEL_TABLE | USER
FRAME = 0x000FFFFFFFFFF000


def index(address, level):
    return address >> 12 + 9 * (level - 1) & 511


class PageTable:
    """One tree of tables. @new_table(level) gives the physical address of an empty table."""

    def __init__(self, memory, root, new_table, link=USER_TABLE):
        self.memory = memory
        self.root = root
        self.new_table = new_table
        self.link = link
        self.tables = 1
        memory.touch(root, 4096)

    def slot(self, address, level):
        """Physical address of the entry at that level, tables above it made as needed."""
        table = self.root
        for at in range(4, level, -1):
            entry = table + 8 * index(address, at)
            value = self.memory.get(entry)
            if not value & PRESENT:
                value = self._attach(entry, self.new_table(at - 1))
            table = value & FRAME
        return table + 8 * index(address, level)

    def _attach(self, entry, table):
        self.memory.touch(table, 4096)
        self.memory.put(entry, table | self.link)
        self.tables += 1
        return table | self.link

    def attach(self, address, level, table):
        """Put a table of that level at a chosen physical address."""
        self._attach(self.slot(address, level + 1), table)

    def map(self, address, entry, level=1):
        self.memory.put(self.slot(address, level), entry)
