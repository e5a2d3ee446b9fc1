# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree of resources."""
from real.check import ask, every_form


def resources(dump, form):
    """The tree is /proc/iomem; the innermost node at each one's first address is right."""
    found, lines = [], []
    for depth, first, last, name, path in ask(form, "resources"):
        found.append((int(depth), int(first, 16), int(last, 16), name, path))
        lines.append(f"{'  ' * int(depth)}{int(first, 16):08x}-{int(last, 16):08x} : {name}")
    if lines != (dump.before / "iomem").read_text().splitlines():
        return "the tree is not as iomem has it:\n" + "\n".join(lines)
    wrong = []
    for _, start, _, _, path in found:
        true = " > ".join(name for depth, first, last, name, _ in found if first <= start <= last)
        if path != true:
            wrong.append(f"{start:#x}: {path}, true is {true}")
    return "\n".join(wrong) or None


CHECKS = [
    ("resources", every_form, resources),
]
