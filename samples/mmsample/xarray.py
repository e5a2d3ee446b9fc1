# SPDX-License-Identifier: GPL-2.0-or-later
"""XArrays, as the page cache keeps its folios in."""

LOCK_IRQ, ACCOUNT = 1, 32
NODE = 2  # low bits that mark a pointer to a node


def plant(kernel, xarray, entries, orders=None):
    """Fill the struct xarray at @xarray with {index: entry}; orders has those that stand for several indexes."""
    machine = kernel.machine
    array = machine.object("xarray", xarray)
    array["xa_flags"] = LOCK_IRQ | ACCOUNT
    if not entries:
        return
    orders = orders or {}
    if list(entries) == [0] and not orders:
        array["xa_head"] = entries[0]
        return
    bits = machine.types.stride("xa_node", "slots")[1].bit_length() - 1
    shift = 0
    while max(index + (1 << orders.get(index, 0)) - 1 for index in entries) >> shift + bits:
        shift += bits
    placed = {index: (entry, orders.get(index, 0)) for index, entry in entries.items()}
    array["xa_head"] = _node(kernel, array, placed, bits, shift, 0, 0) | NODE


def _node(kernel, array, entries, bits, shift, parent, offset):
    """The address of a node over (entry, order) whose indexes count from its own start."""
    node = kernel.slabs.object("radix_tree_node")
    node.set(shift=shift, offset=offset, parent=parent, array=array)
    kernel.machine.list_init(node.at("private_list"))
    slots = {}
    for index, entry in entries.items():
        slots.setdefault(index >> shift, {})[index & (1 << shift) - 1] = entry
    used = 0
    for slot, inside in slots.items():
        entry, order = inside.get(0, (0, 0))
        if order >= shift:
            used += _span(node, slot, entry, order - shift)
        else:
            used += 1
            node[f"slots[{slot}]"] = _node(kernel, array, inside, bits, shift - bits, node.address, slot) | NODE
    node["count"] = used
    node["nr_values"] = sum(1 for e, _ in entries.values() if e & 1) if not shift else 0
    return node.address


def _span(node, slot, entry, order):
    """An entry in so many slots: behind the first lead to it what the others hold. How many they are."""
    node[f"slots[{slot}]"] = entry
    for other in range(slot + 1, slot + (1 << order)):
        node[f"slots[{other}]"] = slot << 2 | NODE
    return 1 << order
