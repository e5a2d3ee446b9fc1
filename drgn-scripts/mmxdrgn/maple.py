# SPDX-License-Identifier: GPL-2.0-or-later
"""Maple trees: sorted ranges, as the VMAs of an address space are."""
from .trouble import Broken

NODE, TYPE_SHIFT, TYPE_MASK = 256, 3, 15
LEVELS = 31
END = (1 << 64) - 1


def is_node(word):
    return word & 3 == 2 and word > 4096


class Maple:
    """Reads nodes; what stands in them is told by their type."""

    def __init__(self, kernel):
        self.kernel, t = kernel, kernel.target
        self.root = t.offset("struct maple_tree", "ma_root")
        ranges, gaps = "struct maple_range_64", "struct maple_arange_64"
        self.shapes = {
            t.constant("maple_leaf_64"): (ranges, True), t.constant("maple_range_64"): (ranges, False),
            t.constant("maple_arange_64"): (gaps, False)}
        self.at = {shape: (t.offset(shape, "pivot") // 8, t.length(shape, "pivot"), t.offset(shape, "slot") // 8)
                   for shape in (ranges, gaps)}

    def entries(self, tree):
        """(first, last, entry) of each range that is not empty, in order."""
        root = self.kernel.number(tree + self.root)
        if is_node(root):
            yield from self._below(root, 0, END, LEVELS)
        elif root:
            yield 0, 0, root

    def _below(self, word, first, last, levels):
        kind = word >> TYPE_SHIFT & TYPE_MASK
        if kind not in self.shapes or not levels:
            raise Broken(f"{word:#x} is no node of a maple tree")
        shape, leaf = self.shapes[kind]
        words = self.kernel.numbers(word & -NODE, NODE // 8)
        pivot_at, pivots, slot_at = self.at[shape]
        for i in range(pivots + 1):
            # A pivot of 0 behind the first one is where the node's own end stands.
            pivot = words[pivot_at + i] if i < pivots else last
            end = last if not pivot and i else min(pivot, last)
            entry = words[slot_at + i]
            if leaf and entry and entry & 3 != 2:
                yield first, end, entry
            elif not leaf and entry:
                yield from self._below(entry, first, end, levels - 1)
            if end >= last:
                return
            first = end + 1
