# SPDX-License-Identifier: GPL-2.0-or-later
"""Maple trees of address spaces: leaves of ranges, and a node above them when there are many."""

LEAF_64, ARANGE_64 = 1, 3
MAY_HOLD_NULL, ROOT = 0x04, 0x02
FLAGS_ALLOC_RANGE, FLAGS_USE_RCU, FLAGS_LOCK_EXTERN = 0x01, 0x02, 0x300
HEIGHT_SHIFT = 2
PER_LEAF = 12  # of 16 slots, as a tree that has seen splits
END = (1 << 64) - 1


def ranges(vmas):
    """(first, last, vma or 0) covering all addresses, of (start, end, vma) in order."""
    at = 0
    for start, end, vma in vmas:
        if start > at:
            yield at, start - 1, 0
        yield start, end - 1, vma
        at = end
    yield at, END, 0


def encoded(node, kind):
    return node | kind << 3 | MAY_HOLD_NULL


def fill(machine, layout, node, entries, parent):
    """Pivots, slots, and the index of the last slot; the last slot ends where the node does."""
    node = machine.object(layout, node)
    node["parent"] = parent
    pivots = machine.types.stride(layout, "pivot")[1]
    for i, (_, last, value) in enumerate(entries):
        node[f"slot[{i}]"] = value
        if i < pivots:
            node[f"pivot[{i}]"] = last
    node["meta.end"] = len(entries) - 1
    return node


def plant(kernel, tree, vmas):
    """Fill the struct maple_tree at @tree; returns the addresses of its nodes, root first."""
    machine = kernel.machine
    entries = list(ranges(vmas))
    leaves = [entries[i:i + PER_LEAF] for i in range(0, len(entries), PER_LEAF)]
    tree = machine.object("maple_tree", tree)
    root = kernel.slabs.allocate("maple_node")
    nodes = [root]
    if len(leaves) == 1:
        fill(machine, "maple_range_64", root, leaves[0], tree.address | 1)
        kind = LEAF_64
    else:
        kind = ARANGE_64
        above = []
        for slot, leaf in enumerate(leaves):
            address = kernel.slabs.allocate("maple_node")
            nodes.append(address)
            fill(machine, "maple_range_64", address, leaf, root | slot << 3 | 0x6)
            above.append((leaf[0][0], leaf[-1][1], encoded(address, LEAF_64)))
        top = fill(machine, "maple_arange_64", root, above, tree.address | 1)
        gaps = [max([last - first + 1 for first, last, vma in leaf if not vma] or [0])
                for leaf in leaves]
        for i, gap in enumerate(gaps):
            top[f"gap[{i}]"] = gap
        top["meta.gap"] = gaps.index(max(gaps))
    height = 1 + (len(leaves) > 1)
    tree["ma_flags"] = (FLAGS_ALLOC_RANGE | FLAGS_USE_RCU | FLAGS_LOCK_EXTERN
                        | height << HEIGHT_SHIFT)
    tree["ma_root"] = encoded(root, kind) | ROOT
    return nodes
