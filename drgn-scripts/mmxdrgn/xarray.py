# SPDX-License-Identifier: GPL-2.0-or-later
"""XArrays: tables that are indexed by a number, sparse, as trees."""


class XArray:
    """Reads one, from its root for each index."""

    def __init__(self, kernel, address):
        self.kernel, t = kernel, kernel.target
        self.head = kernel.member(address, "struct xarray", "xa_head")
        self.slots = t.offset("struct xa_node", "slots")
        self.fan = t.length("struct xa_node", "slots")

    def load(self, index):
        """The entry of an index, 0 where there is none."""
        entry, top = self.head, True
        while entry & 3 == 2 and entry > 4096:
            node = entry - 2
            at = index >> self.kernel.member(node, "struct xa_node", "shift")
            if top and at >= self.fan:
                return 0
            entry, top = self._slot(node, at % self.fan), False
            if entry & 3 == 2 and entry < 256:  # the same as a slot before it
                entry = self._slot(node, entry >> 2)
        return 0 if entry & 3 == 2 or top and index else entry

    def _slot(self, node, number):
        return self.kernel.number(node + self.slots + number * 8)
