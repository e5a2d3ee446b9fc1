# SPDX-License-Identifier: GPL-2.0-or-later
"""anon_vmas: who was forked off whom with all counts, every node of their trees, and who may have a page."""
from . import trees


def members(rows, parent):
    """A family as a list, each with its parent."""
    for row in rows:
        yield {**row, "parent": parent, "wrong": "wrong" in row}
        yield from members(row.get("children", ()), row["anon_vma"])


def whole(document):
    return {**trees.of_tree(document), "family": members(document.get("family", ()), None)}


def differences(voices, count):
    yield from trees.compared(voices, count, "anonx", "anon.py", "anon_vmas", whole)
