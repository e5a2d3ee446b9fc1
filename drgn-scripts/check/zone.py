# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones: spans, watermarks, free blocks, reserves, what CPUs keep, zone lists, and all counters."""
from .compare import ABSENT, Difference, differing

# What tells the rows of a table from each other.
KEYS = {"zones": ("node", "zone"), "marks": ("node", "zone"), "lists": ("node", "zone"),
        "cpus": ("node", "zone", "cpu"), "zonelists": ("node", "list"), "counters": ("node", "zone", "counter")}


def rows(document, table):
    return {tuple(row[key] for key in KEYS[table]): row for row in document[table]}


def compare(table, mmx, drgn, count):
    for key in sorted(mmx.keys() | drgn.keys(), key=str):
        where = " ".join(map(str, key))
        if key not in mmx or key not in drgn:
            yield Difference(table, where, key in mmx, key in drgn)
            continue
        count(len(drgn[key]))
        for field, a, b in differing(mmx[key], drgn[key]):
            yield Difference(f"{table}.{field}", where, a, b)
        for field in drgn[key].keys() - mmx[key].keys():
            yield Difference(f"{table}.{field}", where, ABSENT, drgn[key][field])


def differences(voices, count):
    with voices.mmx("zonex", "-v") as answer:
        mmx = answer.whole()
    with voices.drgn("zone.py") as answer:
        drgn = answer.whole()
    for finding in mmx.get("findings", ()):  # the scripts have none
        yield Difference("finding", f"{finding['node']} {finding['zone']}", finding["what"], ABSENT)
    for table in KEYS:
        yield from compare(table, rows(mmx, table), rows(drgn, table), count)
    for field, a, b in differing(mmx["by_zone"], drgn["by_zone"], "by_zone"):
        yield Difference(field, "", a, b)
