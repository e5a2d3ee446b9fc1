# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel stack of every task."""
from .compare import ABSENT, Difference, differing


def differences(voices, count):
    with voices.mmx("stackx") as answer:
        mmx = answer.whole()
    with voices.drgn("stack.py") as answer:
        drgn = answer.whole()
    for total in ("tasks", "bytes", "gone"):
        if mmx[total] != drgn[total]:
            yield Difference(total, "", mmx[total], drgn[total])
    count(len(drgn["stacks"]))
    known = {row["start"]: row for row in mmx["stacks"]}
    for row in drgn["stacks"]:
        where = f"stack {row['start']} of {row['pid']}"
        if row["start"] not in known:
            yield Difference("stack", where, ABSENT, row["comm"])
            continue
        for field, one, other in differing(known[row["start"]], row):
            yield Difference(field, where, one, other)
