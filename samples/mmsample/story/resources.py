# SPDX-License-Identifier: GPL-2.0-or-later
"""The resource tree: what firmware and kernel know of each physical range."""

from ..frames import FIRMWARE_HOLE, RAM
from ..image import PARTS, PART_SIZE, PHYS
from ..memory import PAGE

MEM, SYSRAM = 0x200, 0x01000200
KERNEL_PARTS = ("Kernel code", "Kernel rodata", "Kernel data", "Kernel bss")


def tell(kernel):
    m = kernel.machine
    root = m.image.object("iomem_resource", "resource")
    root.set(start=0, end=(1 << 46) - 1, name=m.image.string("PCI mem"), flags=MEM)
    ranges = [(first, end, "System RAM", SYSRAM) for first, end in RAM]
    ranges.append((*FIRMWARE_HOLE, "Reserved", MEM))
    children = []
    for first, end, name, flags in sorted(ranges):
        children.append(_resource(kernel, first * PAGE, end * PAGE, name, flags, root))
        if first * PAGE <= PHYS < end * PAGE:
            _chain(children[-1], [
                _resource(kernel, PHYS + PARTS[part] * PART_SIZE,
                          PHYS + (PARTS[part] + 1) * PART_SIZE, name, SYSRAM, children[-1])
                for part, name in zip(PARTS, KERNEL_PARTS)])
    _chain(root, children)


def _resource(kernel, start, end, name, flags, parent):
    m = kernel.machine
    resource = m.object("resource", kernel.slabs.allocate("kmalloc-64"))
    return resource.set(start=start, end=end - 1, name=m.image.string(name), flags=flags,
                        parent=parent)


def _chain(parent, children):
    parent["child"] = children[0]
    for one, after in zip(children, children[1:]):
        one["sibling"] = after
