# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc/allocinfo, by procx, where the kernel profiles allocations."""
import re

import compare
from real.check import raw_or_filtered
from real.procfile import NUMBER, procx

# Who reads the file has these while he does: the open file, what holds its place, and the text.
OF_READERS = re.compile(r"func:(alloc_empty_file|seq_open|seq_buf_alloc|proc_reg_open|allocinfo_start) $")
# Freed a while after those who captured have ended.
OF_THE_PAST = re.compile(r"^ +\d+ +\d+ kernel/(fork|pid|exit|cred|signal)\.c")
PAST_CALLS = 64


def is_profiled(dump, form):
    return raw_or_filtered(dump, form) and (dump.before / "allocinfo").exists()


def calls(line):
    return int(NUMBER.findall(line)[1])


def is_wrong(ours, one, other):
    if ours.split()[2:] != one.split()[2:]:
        return True
    low, high = sorted((calls(one), calls(other)))
    if OF_READERS.search(ours):
        return not low - 1 <= calls(ours) <= high
    if OF_THE_PAST.search(ours):
        return not low - PAST_CALLS <= calls(ours) <= high
    return one == other != ours or not low <= calls(ours) <= high


def allocinfo(dump, form):
    """Equal to the byte where nothing moved, but for what reading the file takes, and what is freed late."""
    result = procx(form, "allocinfo")
    if result.status:
        return f"ended with {result.status}: {result.err.strip()}"
    ours = result.out.splitlines()
    one, other = ((folder / "allocinfo").read_text().splitlines() for folder in compare.pair(dump.folder))
    if ours[:2] != one[:2] or not len(ours) == len(one) == len(other):
        return f"{len(ours)} lines, {len(one)} before and {len(other)} after; they begin with {ours[:2]}"
    wrong = [f"{mine!r}, before {a!r}, after {b!r}" for mine, a, b in zip(ours[2:], one[2:], other[2:]) if is_wrong(mine, a, b)]
    return "\n".join(wrong[:5]) or None


CHECKS = [("procx allocinfo", is_profiled, allocinfo)]
