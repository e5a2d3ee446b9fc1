# SPDX-License-Identifier: GPL-2.0-or-later
"""Swap: areas, what is counted of their pages and how many entries name them, and who has what there."""
from .compare import Difference, differing

KEYS = {"areas": "area", "more": "area", "processes": "pid", "shmem": "mapping"}


def rows(document):
    found = {(kind, row[key]): row for kind, key in KEYS.items() for row in document.get(kind, ())}
    return found | {("finding", row["area"], row["offset"]): row
                    for row in document.get("findings", ()) if row["kind"] == "count"}


def differences(voices, count):
    with voices.mmx("swapx") as answer:
        mmx = rows(answer.whole())
    with voices.drgn("swap.py") as answer:
        drgn = rows(answer.whole())
    for key in sorted(mmx.keys() | drgn.keys(), key=str):
        where = " ".join(map(str, key))
        if key not in mmx or key not in drgn:
            yield Difference("there is one", where, key in mmx, key in drgn)
            continue
        count(len(drgn[key]))
        for field, a, b in differing(mmx[key], drgn[key]):
            yield Difference(field, where, a, b)
