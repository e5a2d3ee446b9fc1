# SPDX-License-Identifier: GPL-2.0-or-later
"""
What vmalloc(), vmap() and the loader of modules mapped: all that the page tables map in the address
ranges for it. A device's memory, which ioremap() maps there, has no struct page or a reserved one;
an ioremap() of anything else is nobody's use of it, so such areas are left out. vmap() borrows what it
maps, unless it was told to put the pages in the end.
"""
from ..list import walk
from ..x86_64 import PAGE_SHIFT

VM_IOREMAP, OWNS = 1, 2 | 0x200
NODES_MAX = 1 << 16


def frames(kernel, space):
    """(frame, whether the area that maps it owns it)."""
    skipped, lent = [], []
    for start, end, flags in areas(kernel):
        if flags & VM_IOREMAP:
            skipped.append((start, end))
        elif not flags & OWNS:
            lent.append((start, end))
    for first, last in space.mapped_page_by_page:
        for address, phys, size in kernel.tables.leaves(kernel.root, first, last):
            if not any(start <= address < end for start, end in skipped):
                owned = not any(start <= address < end for start, end in lent)
                yield from ((pfn, owned) for pfn in range(phys >> PAGE_SHIFT, phys + size >> PAGE_SHIFT))


def areas(kernel):
    """Start, end and flags of every area that has a vm_struct."""
    link, vm_at = kernel.target.offset("struct vmap_area", "list"), kernel.target.offset("struct vmap_area", "vm")
    for head in area_lists(kernel):
        for area in walk(kernel, head, link):
            vm = kernel.number(area + vm_at)
            if vm:
                start = kernel.member(vm, "struct vm_struct", "addr")
                yield (start, start + kernel.member(vm, "struct vm_struct", "size"),
                       kernel.member(vm, "struct vm_struct", "flags"))


def area_lists(kernel):
    """Heads of the lists of areas: one, or since 6.9 one in each of a number of nodes."""
    t = kernel.target
    one = t.symbol("vmap_area_list")
    if one is not None:
        return [one]
    first, size = kernel.variable("vmap_nodes"), t.size("struct vmap_node")
    busy = t.offset("struct vmap_node", "busy.head")
    return [first + i * size + busy for i in range(min(kernel.variable("nr_vmap_nodes", 4), NODES_MAX))]
