#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The anon_vmas that processes' VMAs lead to, as `mmx --json anonx` has it, computed with drgn. The operands are where
a page of it may be; of one that no VMA's new pages go to, its address.
"""
import sys
from collections import Counter

from mmxdrgn import answers, script, tree
from mmxdrgn.answers import word
from mmxdrgn.tree import ANON
from mmxdrgn.x86_64 import PAGE_SHIFT

FEW = 32  # of a family whose trees are shown: all processes of a program are of a few families


class Families:
    """Anon_vmas by their address, and what VMAs and each other say of them."""

    def __init__(self, kernel, areas):
        self.kernel, self.found = kernel, {}
        for area in areas.all:
            for anon_vma in (area.anon_vma, *area.chains.values()):
                self._meet(anon_vma)
        self.active = Counter(area.anon_vma for area in areas.all)
        self.children = Counter(parent for _, parent in self.found.values())
        self.by_root = {}
        for anon_vma, (root, _) in self.found.items():
            self.by_root.setdefault(root, []).append(anon_vma)

    def _meet(self, anon_vma):
        """One that no VMA leads to any more is a parent or a root."""
        if anon_vma and anon_vma not in self.found:
            root, parent = self.found[anon_vma] = tuple(self.kernel.member(anon_vma, ANON, name)
                                                        for name in ("root", "parent"))
            self._meet(root)
            self._meet(parent)

    def row(self, anon_vma, areas):
        root, parent = self.found[anon_vma]
        counts = {name: self.kernel.member(anon_vma, ANON, name) for name in ("num_children", "num_active_vmas")}
        wrong = counts["num_children"] != self.children[anon_vma] or counts["num_active_vmas"] != self.active[anon_vma]
        return {"anon_vma": word(anon_vma)[2:], "parent": word(parent)[2:] if anon_vma != root else None, **counts,
                "refcount": self.kernel.member(anon_vma, ANON, "refcount.counter"), "areas": areas, "wrong": wrong}


def rows(model):
    areas = tree.Areas(model.kernel)
    trees, families = tree.Trees(areas), Families(model.kernel, areas)
    nodes = {anon_vma: trees.of_anon(anon_vma) for anon_vma in families.found}
    first, in_chains = {}, {}
    for area in areas.all:
        first.setdefault(area.anon_vma, area)
        for anon_vma in area.chains.values():
            in_chains.setdefault(anon_vma, []).append(area)
    for root, members in sorted(families.by_root.items()):
        family = {"family": [families.row(member, len(nodes[member])) for member in members]}
        for anon_vma in members[:FEW]:
            row = {"anon_vma": word(anon_vma), "root": word(root), "wrong": tree.faults(nodes[anon_vma]),
                   "tree": tree.rows(nodes[anon_vma]), **family}
            family = {}  # the same for all of its members
            yield row | asked(anon_vma, first.get(anon_vma), in_chains.get(anon_vma, ()))


def asked(anon_vma, area, mapped):
    """How to ask for it: for a page in the middle of an area whose new pages go to it, where there is one."""
    if not area:
        return {"operands": [f"{anon_vma:x}"], "matches": []}
    within = area.end - area.start >> PAGE_SHIFT + 1
    return {"operands": ["-u", area.pid, f"{area.start + (within << PAGE_SHIFT):x}"],
            "matches": tree.matches(mapped, True, area.anon_pgoff + within)}


def answer(model, _):
    answers.write("mmx.anon/1", anon_vmas=rows(model))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
