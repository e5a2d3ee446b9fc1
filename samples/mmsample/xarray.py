# SPDX-License-Identifier: GPL-2.0-or-later
"""XArrays, as the page cache keeps its folios in."""

LOCK_IRQ, ACCOUNT = 1, 32
NODE = 2  # low bits that mark a pointer to a node


def plant(kernel, xarray, entries):
    """Fill the struct xarray at @xarray with {index: entry}."""
    machine = kernel.machine
    array = machine.object("xarray", xarray)
    array["xa_flags"] = LOCK_IRQ | ACCOUNT
    if not entries:
        return
    if list(entries) == [0]:
        array["xa_head"] = entries[0]
        return
    bits = machine.types.stride("xa_node", "slots")[1].bit_length() - 1
    shift = 0
    while max(entries) >> shift + bits:
        shift += bits
    array["xa_head"] = _node(kernel, array, entries, bits, shift, 0, 0) | NODE


def _node(kernel, array, entries, bits, shift, parent, offset):
    """The address of a node over entries whose indexes count from its own start."""
    node = kernel.slabs.object("radix_tree_node")
    node.set(shift=shift, offset=offset, parent=parent, array=array)
    kernel.machine.list_init(node.at("private_list"))
    slots = {}
    for index, entry in entries.items():
        slots.setdefault(index >> shift, {})[index & (1 << shift) - 1] = entry
    for slot, inside in slots.items():
        if shift:
            value = _node(kernel, array, inside, bits, shift - bits, node.address, slot) | NODE
        else:
            value = inside[0]
        node[f"slots[{slot}]"] = value
    node["count"] = len(slots)
    node["nr_values"] = sum(1 for e in entries.values() if e & 1) if not shift else 0
    return node.address
