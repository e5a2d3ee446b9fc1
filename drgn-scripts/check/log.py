# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's log, message by message."""
from .compare import ABSENT, Difference, differing, merge


def differences(voices, count):
    with voices.mmx("logx") as answer:
        mmx = answer.whole()
    with voices.drgn("log.py") as answer:
        drgn = answer.whole()
    for total in ("unfinished", "lost"):
        if mmx[total] != drgn[total]:
            yield Difference(total, "", mmx[total], drgn[total])
    count(len(drgn["messages"]))
    for a, b in merge(iter(mmx["messages"]), iter(drgn["messages"]), lambda row: row["seq"]):
        where = f"message {(a or b)['seq']}"
        if a is None or b is None:
            yield Difference("message", where, a["text"] if a else ABSENT, b["text"] if b else ABSENT)
            continue
        for field, one, other in differing(a, b):
            yield Difference(field, where, one, other)
        for field in a.keys() ^ b.keys():
            yield Difference(field, where, a.get(field, ABSENT), b.get(field, ABSENT))
