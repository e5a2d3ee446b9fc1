# SPDX-License-Identifier: GPL-2.0-or-later
"""
Files of /proc that are text, as procx has them, held against the guest's captures: a line that is the same
before and after is the same in between, to the byte; a number that moved lies between.
"""
import re

import compare
from real.check import MMX, run

NUMBER = re.compile(r"-?\d+")


def shape(line):
    """A line without its numbers, and without the spaces that make room for them."""
    return NUMBER.sub("#", re.sub(r" *(-?\d)", r" \1", line))


def between(ours, one, other, churn):
    """Whether each number is between what it was and what it became, or as near to that as @churn says."""
    numbers = [list(map(int, NUMBER.findall(line))) for line in (ours, one, other)]
    return all(min(a, b) - churn <= n <= max(a, b) + churn for n, a, b in zip(*numbers, strict=True))


def wrong_line(ours, one, other, churn):
    if one == other:
        return ours != one and not (churn and shape(ours) == shape(one) and between(ours, one, other, churn))
    if shape(ours) != shape(one) and shape(ours) != shape(other):
        return True
    return not between(ours, one, other, churn)


def compare_texts(ours, one, other, churn_of=lambda line: 0):
    """What is wrong, in a line or more, or None. Lines that may move by themselves have a churn."""
    ours, one, other = (text.splitlines(keepends=True) for text in (ours, one, other))
    if len(ours) != len(one) or len(one) != len(other):
        return f"{len(ours)} lines, {len(one)} before and {len(other)} after"
    wrong = [f"{mine.rstrip()!r}, before {a.rstrip()!r}, after {b.rstrip()!r}"
             for mine, a, b in zip(ours, one, other) if wrong_line(mine, a, b, churn_of(a))]
    return "\n".join(wrong[:5]) or None


def procx(form, entry):
    return run(MMX, "-c", form, "procx", entry)


def as_captured(dump, form, entry, churn_of=lambda line: 0):
    result = procx(form, entry)
    if result.status:
        return f"procx {entry} ended with {result.status}: {result.err.strip()}"
    one, other = ((folder / entry).read_text(errors="surrogateescape") for folder in compare.pair(dump.folder))
    return compare_texts(result.out, one, other, churn_of)
