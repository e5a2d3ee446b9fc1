# SPDX-License-Identifier: GPL-2.0-or-later
"""vmalloc areas: address, guard page, pages, caller."""

from dataclasses import dataclass

from . import rbtree
from .memory import PAGE
from .pagetables import ACCESSED, DIRTY, GLOBAL, NX, PRESENT, WRITE

VM_ALLOC, VM_MAP = 0x02, 0x04
KERNEL_PAGE = PRESENT | WRITE | ACCESSED | DIRTY | GLOBAL | NX


@dataclass
class Area:
    address: int
    object: object
    pfns: list


class Vmalloc:
    def __init__(self, kernel):
        self.kernel = kernel
        self.next = kernel.machine.release.vmalloc
        self.nodes = []
        m = kernel.machine
        if m.types.has("vmap_node", "busy"):
            self._vmap_nodes()
        else:
            self.list = m.image.place("vmap_area_list", 16)
            self.root = m.image.place("vmap_area_root", 8)
        m.list_init(self.list)
        self._pointers()

    def _pointers(self):
        """What decides how the kernel prints addresses to people: hashed, with a secret."""
        image = self.kernel.machine.image
        image.variable("kptr_restrict", 0, 4)
        image.variable("no_hash_pointers", 0, 1)
        image.variable("filled_random_ptr_key", 1, 1)
        image.blob("ptr_key", bytes(range(16)), part="data")

    def _vmap_nodes(self):
        """6.9 and later spread the areas over nodes; here there is one."""
        m = self.kernel.machine
        node = m.object("vmap_node", self.kernel.slabs.allocate("kmalloc-64"))
        m.image.variable("vmap_nodes", node.address)
        m.image.variable("nr_vmap_nodes", 1, 4)
        m.image.variable("vmap_zone_size", 1, 4)
        self.list = node.at("busy.head")
        self.root = node.at("busy.root")

    def allocate(self, pages, caller, kind, pool="stacks"):
        """An area of vmalloc(), with pages of its own."""
        return self._area([self.kernel.frames.allocate(pool, kind) for _ in range(pages)], caller, VM_ALLOC)

    def borrow(self, pfns, caller):
        """An area of vmap(), which keeps no list of the pages: only the page tables have them."""
        return self._area(pfns, caller, VM_MAP)

    def _area(self, pfns, caller, flags):
        m, slabs = self.kernel.machine, self.kernel.slabs
        address = self.next
        pages = len(pfns)
        self.next += (pages + 1) * PAGE
        vector = slabs.allocate("kmalloc-64") if flags == VM_ALLOC else 0
        for i, pfn in enumerate(pfns):
            if vector:
                m.put(vector + 8 * i, self.kernel.frames.address(pfn))
            self.kernel.tables.map(address + i * PAGE, pfn * PAGE | KERNEL_PAGE)
        vm = m.object("vm_struct", slabs.allocate("kmalloc-64"))
        vm.set(addr=address, size=(pages + 1) * PAGE, flags=flags, pages=vector,
               nr_pages=pages if vector else 0, caller=m.image.by_name[caller] + 0x1C)
        area = slabs.object("vmap_area")
        area.set(va_start=address, va_end=address + (pages + 1) * PAGE, vm=vm)
        m.list_add_tail(area.at("list"), self.list)
        self.nodes.append((area.at("rb_node"), address, 0, None))
        return Area(address, vm, pfns)

    def finish(self):
        tree = rbtree.Tree(self.kernel.machine, self.nodes)
        self.kernel.machine.put(self.root, tree.root)
