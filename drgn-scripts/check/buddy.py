# SPDX-License-Identifier: GPL-2.0-or-later
"""Free memory: the free lists of every zone, and what could be had in one piece."""
from .compare import ABSENT, Difference, differing


def rows(zones):
    """{(zone, order or None): row}; None is the zone itself."""
    found = {}
    for zone in zones:
        name = f"node {zone['node']} {zone['zone']}"
        found[name, None] = {key: value for key, value in zone.items() if key != "orders"}
        found |= {(name, order["order"]): order for order in zone["orders"]}
    return found


def differences(voices, count):
    with voices.mmx("buddyx") as answer:
        mmx = answer.whole()
    with voices.drgn("buddy.py") as answer:
        drgn = rows(answer.whole()["zones"])
    for finding in mmx["findings"]:  # the scripts have none: they give up
        yield Difference("finding", finding["address"], finding["what"], ABSENT)
    mmx = rows(mmx["zones"])
    for key in sorted(mmx.keys() | drgn.keys(), key=str):
        where = key[0] if key[1] is None else f"{key[0]} order {key[1]}"
        if key not in mmx or key not in drgn:
            yield Difference("zones", where, key in mmx, key in drgn)
            continue
        count(len(drgn[key]))
        for field, a, b in differing(mmx[key], drgn[key]):
            yield Difference(field, where, a, b)
        for field in drgn[key].keys() - mmx[key].keys():
            yield Difference(field, where, ABSENT, drgn[key][field])
