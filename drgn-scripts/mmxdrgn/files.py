# SPDX-License-Identifier: GPL-2.0-or-later
"""
What page caches hold, by the inodes of all file systems: each entry of a mapping's tree, in order, with as many pages
as the tree has it at. Nothing is taken from what a folio says of its own size.
"""
from .list import walk
from .trouble import Broken

NODE, VALUE, SIBLINGS = 2, 1, 256  # of an entry: what it ends in; numbers of slots are below that
DEPTH = 12
SHADOW, SWAP, DAX_FLAG = "shadows", "swapped", 1 << 13


class Files:
    def __init__(self, kernel, pages):
        self.kernel, self.pages = kernel, pages
        t = kernel.target
        self.data = t.offset("struct inode", "i_data")
        self.tree = t.offset("struct address_space", "i_pages") + t.offset("struct xarray", "xa_head")
        self.slots, self.fan = t.offset("struct xa_node", "slots"), t.length("struct xa_node", "slots")
        self.areas = t.offset("struct address_space", "i_mmap")
        self.bit = pages.flags.bit
        self.shmem = t.symbol("shmem_aops")

    def supers(self):
        offset = self.kernel.target.offset("struct super_block", "s_list")
        return walk(self.kernel, self.kernel.need_symbol("super_blocks"), offset)

    def inodes(self, block):
        t = self.kernel.target
        return walk(self.kernel, block + t.offset("struct super_block", "s_inodes"),
                    t.offset("struct inode", "i_sb_list"))

    def fs(self, block):
        k = self.kernel
        kind = k.member(block, "struct super_block", "s_type")
        return k.text(k.member(kind, "struct file_system_type", "name"), 64)

    # The tree.

    def entries(self, mapping):
        """(first index, indices, entry) of each entry."""
        head = self.kernel.number(mapping + self.tree)
        if head & 3 == NODE and head > 4096:
            yield from self._node(head - NODE, 0, DEPTH)
        elif head:
            yield 0, 1, head

    def _node(self, node, base, depth):
        if not depth:
            raise Broken(f"the xarray node at {node:#x} is deeper than any")
        shift = self.kernel.member(node, "struct xa_node", "shift")
        slots = self.kernel.numbers(node + self.slots, self.fan)
        at = 0
        while at < self.fan:
            entry, end = slots[at], at + 1
            while end < self.fan and slots[end] & 3 == NODE and slots[end] < SIBLINGS:
                end += 1
            if entry & 3 == NODE and entry > 4096:
                yield from self._node(entry - NODE, base + (at << shift), depth - 1)
            elif entry and entry & 3 != NODE:
                yield base + (at << shift), (end - at) << shift, entry
            at = end

    def _count_areas(self, node, depth=64):
        if not node or not depth:
            return 0
        left, right = (self.kernel.member(node, "struct rb_node", name) for name in ("rb_left", "rb_right"))
        return 1 + self._count_areas(left, depth - 1) + self._count_areas(right, depth - 1)

    # Sums.

    def contents(self, inode, mapping, fs):
        """What of a file is in memory, as `mmx --json filex` has it."""
        k = self.kernel
        dax = k.member(inode, "struct inode", "i_flags") & DAX_FLAG
        values = "dax" if dax else SWAP if k.member(mapping, "struct address_space", "a_ops") == self.shmem else SHADOW
        sums = dict.fromkeys(("cached", "folios", "dirty", "writeback", "not_uptodate", SHADOW, SWAP), 0)
        large = self._huge_pages(inode, fs)
        for _, span, entry in self.entries(mapping):
            if entry & VALUE:
                if values in sums:
                    sums[values] += span
                continue
            pfn = self.pages.pfn_of(entry)
            row = self.pages.raw(pfn) if pfn is not None else None
            if row is None:
                continue
            flags, pages = row[self.pages.f_flags], max(span, large)
            sums["cached"] += pages
            sums["folios"] += 1
            sums["dirty"] += pages * bool(flags & self.bit("dirty"))
            sums["writeback"] += pages * bool(flags & self.bit("writeback"))
            sums["not_uptodate"] += pages * (not flags & self.bit("uptodate"))
        return {**sums, "size": k.member(inode, "struct inode", "i_size"),
                "counted": k.member(mapping, "struct address_space", "nrpages")}

    def _huge_pages(self, inode, fs):
        """Pages that an entry of hugetlbfs stands for; 1 of all others."""
        if fs != "hugetlbfs":
            return 1
        return 1 << self.kernel.member(inode, "struct inode", "i_blkbits") - 12

    def all(self):
        """A row for each file that has something in memory."""
        k = self.kernel
        for block in self.supers():
            fs = self.fs(block)
            for inode in self.inodes(block):
                mapping = inode + self.data
                if not k.member(mapping, "struct address_space", "nrpages"):
                    continue
                yield {"inode": hex(inode), "mapping": hex(mapping), "fs": fs,
                       "ino": k.member(inode, "struct inode", "i_ino"),
                       "contents": self.contents(inode, mapping, fs),
                       "areas": self._count_areas(k.number(mapping + self.areas))}
