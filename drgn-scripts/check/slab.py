# SPDX-License-Identifier: GPL-2.0-or-later
"""Slab caches, how they are made, and the slabs of the largest, each with how many objects are allocated."""
from .compare import ABSENT, Difference, differing


def rows(document):
    """{(kind, name, its number among those of that name): row}"""
    found = {}
    for kind in ("caches", "made"):
        seen = {}
        for row in document[kind]:
            seen[row["cache"]] = number = seen.get(row["cache"], -1) + 1
            found[kind, row["cache"], number] = row
    return found


def of_slabs(slabs):
    return {("slab", slab["address"], 0): slab for slab in slabs}


def compare(mmx, drgn, count):
    for key in sorted(mmx.keys() | drgn.keys(), key=str):
        where = " ".join(map(str, key[:2]))
        if key not in mmx or key not in drgn:
            yield Difference("there is one", where, key in mmx, key in drgn)
            continue
        count(len(drgn[key]))
        for field, a, b in differing(mmx[key], drgn[key]):
            yield Difference(field, where, a, b)
        for field in drgn[key].keys() - mmx[key].keys():
            yield Difference(field, where, ABSENT, drgn[key][field])


def differences(voices, count):
    with voices.mmx("slabx") as answer:
        mmx = answer.whole()
    with voices.drgn("slab.py") as answer:
        drgn = answer.whole()
    for finding in mmx.get("findings", ()):  # the scripts have none: they give up
        yield Difference("finding", finding["address"], finding["what"], ABSENT)
    yield from compare(rows(mmx), rows(drgn), count)
    for cache in drgn["largest"]:
        with voices.mmx("slabx", cache["address"]) as answer:
            yield from compare(of_slabs(answer.whole()["slabs"]), of_slabs(cache["slabs"]), count)
