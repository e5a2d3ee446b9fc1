# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's lists."""
from .trouble import Absent, Broken

LONGEST = 1 << 24


def walk(kernel, head, offset, most=LONGEST):
    """Addresses of the structs on a list whose list_head lies at that offset in each."""
    before, node = head, kernel.number(head)
    for _ in range(most):
        if node == head:
            return
        try:
            after, back = kernel.numbers(node, 2)
        except Absent:
            raise Broken(f"list {head:#x}: {node:#x} behind {before:#x} is not readable") from None
        if back != before:
            raise Broken(f"list {head:#x}: {node:#x} does not point back to {before:#x}")
        yield node - offset
        before, node = node, after
    raise Broken(f"list {head:#x} has no end after {most} entries")


def walk_forward(kernel, head, offset, most=LONGEST):
    """The same of a list that only leads forward, each node to the next; the last one leads to NULL."""
    node = kernel.number(head)
    for _ in range(most):
        if not node:
            return
        yield node - offset
        node = kernel.number(node)
    raise Broken(f"list {head:#x} has no end after {most} entries")
