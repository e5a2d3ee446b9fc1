# SPDX-License-Identifier: GPL-2.0-or-later
"""Blocks of each type in each zone."""
import re

from real.check import ask, every_form
from real.guest import texts


def block_counts(text):
    """{(node, zone, type): blocks} of a pagetypeinfo, and the order."""
    counts, types = {}, []
    for line in text.splitlines():
        words = line.replace(",", " ").split()
        if line.startswith("Number of blocks type"):
            types = [word.lower() for word in words[4:]]
        elif line.startswith("Number of") or line.startswith("Free pages") or not words:
            types = []
        elif types and words[0] == "Node":
            for name, count in zip(types, words[4:]):
                counts[(int(words[1]), words[3], name)] = int(count)
    return counts, re.search(r"Page block order: (\d+)", text)[1]


def pageblocks(dump, form):
    """Blocks of each type in each zone, against pagetypeinfo's table."""
    rows = ask(form, "pageblocks")
    found = {(int(row[0]), row[1], row[2]): int(row[3]) for row in rows if len(row) == 4}
    (before, order), (after, _) = (block_counts(text) for text in texts(dump, "pagetypeinfo"))
    if rows[0] != ["order", order]:
        return f"{rows[0]}, pagetypeinfo says {order}"
    names = {name for _, _, name in before}
    if len(names) < 4 or names | {"unknown"} != {name for _, _, name in found}:
        return f"types {sorted(names)} are in pagetypeinfo, {sorted({key[2] for key in found})} were found"
    lines = [f"{key}: {count}, pagetypeinfo says {before.get(key, 0)}" for key, count in found.items()
             if count != before.get(key, 0) and before.get(key, 0) == after.get(key, 0)]
    return "\n".join(lines) or None


CHECKS = [
    ("pageblocks", every_form, pageblocks),
]
