# SPDX-License-Identifier: GPL-2.0-or-later
"""Of every page, what buddyx takes it for is what pagex says of moving it."""
from real.check import ask, of_kind, raw_or_filtered

# What is moved is no page of users that is in the way; what waits for somebody may be either.
AGREE = {"yes": {"free", "movable", "huge"}, "no": {"shrinkable", "stuck", "hole"},
         "later": {"movable", "huge", "stuck"}, "unknown": {"movable", "huge", "stuck"}}


def agree(_, form):
    lines = of_kind(ask(form, "fates"), "fate")
    # A page of 1 GiB can be moved, and is what larger blocks would be made of.
    wrong = [f"{line}" for line in lines
             if line[1] not in AGREE[line[2]] and not (line[0], line[1], line[2]) == ("hugetlb", "stuck", "yes")]
    seen = {(line[1], line[2]) for line in lines}
    wrong += [f"none is {pair}" for pair in (("free", "yes"), ("movable", "yes"), ("stuck", "no"), ("stuck", "later")) if pair not in seen]
    return "\n".join(wrong) or None


CHECKS = [("pagex and buddyx agree on what moves", raw_or_filtered, agree)]
