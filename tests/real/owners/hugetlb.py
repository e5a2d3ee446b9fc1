# SPDX-License-Identifier: GPL-2.0-or-later
"""Pools of huge pages, their free lists, and each huge page."""
import re

from real.check import ask, differences, every_form, of_kind


def meminfo(folder, node):
    """name: value of the lines about huge pages, of one node."""
    text = (folder / f"node{node}/meminfo").read_text()
    return {name: int(value) for name, value in re.findall(r"(HugePages_\w+):\s+(\d+)", text)}


def huge_pages(dump, form):
    """Pools and their nodes as meminfo has them, the free lists, and each huge page's own words."""
    lines = ask(form, "hugetlb")
    shared = (dump.folder / "before/hugetlb_optimize_vmemmap").read_text().strip() == "1"
    pages = [(int(order), int(node), state, listed, flags.split())
             for _, order, node, state, listed, flags, _, _ in of_kind(lines, "page")]
    pairs = [("troubled pages", [line for line in of_kind(lines, "page") if line[6:] != ["0", "present"]], [])]
    for node, order, total, free, surplus, listed, trouble in of_kind(lines, "node"):
        here = [page for page in pages if page[:2] == (int(order), int(node))]
        where = f"node {node} order {order}: "
        pairs += [
            (where + "trouble", trouble, ""),
            (where + "huge pages found", len(here), int(total)),
            (where + "free ones", sum(page[2] == "free" for page in here), int(free)),
            (where + "on the free list", sum(page[3] == "listed" for page in here), int(listed)),
            (where + "free and listed disagree", [p for p in here if (p[2] == "free") != (p[3] == "listed")], []),
            (where + "optimised ones", sum("vmemmap_optimized" in page[4] for page in here),
             len(here) if shared else 0)]
        if order == "9":
            true = meminfo(dump.before, node)
            pairs.append((where + "total, free, surplus", [int(total), int(free), int(surplus)],
                          [true[f"HugePages_{name}"] for name in ("Total", "Free", "Surp")]))
    if not pages:
        return "no huge page was found"
    return differences(pairs)


CHECKS = [
    ("huge pages", every_form, huge_pages),
]
