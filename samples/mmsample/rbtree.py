# SPDX-License-Identifier: GPL-2.0-or-later
"""Red-black trees, built in one go from sorted nodes: balanced, with only the last level red."""

BLACK = 1


class Tree:
    """@nodes: (address of rb_node, first, last, address of subtree_last or None) in order."""

    def __init__(self, machine, nodes):
        self.machine = machine
        self.nodes = nodes
        self.red_depth = (len(nodes) + 1).bit_length() - 1
        self.parent = machine.types.offset("rb_node", "__rb_parent_color")
        self.left = machine.types.offset("rb_node", "rb_left")
        self.right = machine.types.offset("rb_node", "rb_right")
        self.root = self._build(0, len(nodes), 0, 0)[0]
        self.first = nodes[0][0] if nodes else 0

    def _build(self, start, end, parent, depth):
        """(address of the subtree's top, greatest last in it)."""
        if start == end:
            return 0, -1
        middle = (start + end) // 2
        node, _, last, subtree_at = self.nodes[middle]
        left, left_last = self._build(start, middle, node, depth + 1)
        right, right_last = self._build(middle + 1, end, node, depth + 1)
        colour = 0 if depth >= self.red_depth else BLACK
        self.machine.put(node + self.parent, parent | colour)
        self.machine.put(node + self.left, left)
        self.machine.put(node + self.right, right)
        greatest = max(last, left_last, right_last)
        if subtree_at is not None:
            self.machine.put(subtree_at, greatest)
        return node, greatest


def plant(machine, cached_root, nodes):
    """Build a tree below an rb_root_cached."""
    tree = Tree(machine, sorted(nodes, key=lambda n: n[1]))
    root = machine.object("rb_root_cached", cached_root)
    root["rb_root.rb_node"] = tree.root
    root["rb_leftmost"] = tree.first
