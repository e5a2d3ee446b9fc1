# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's circular lists."""
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
