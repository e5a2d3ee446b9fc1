# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of /proc's files, one a frame."""
from mmxdrgn.kpage import ENTRIES

from .compare import ABSENT, Difference


def differences(voices, count):
    for entry in ENTRIES:
        with voices.mmx("procx", entry) as mmx, voices.drgn("proc.py", "--json", entry) as drgn:
            for start, frames, a, b in align(runs(mmx), runs(drgn)):
                count(frames)
                if a != b:
                    where = f"PFN {start:#x}" + (f", {frames} frames" if frames > 1 else "")
                    yield Difference(entry, where, a or ABSENT, b or ABSENT)


def runs(answer):
    """(first PFN, PFN behind the last, word)"""
    for row in answer.rows("runs"):
        start = int(row["pfn"], 16)
        # Why a word is absent depends on who reads the dump.
        yield start, start + row["frames"], "absent" if isinstance(row["value"], dict) else row["value"]


def align(mmx, drgn):
    """(first PFN, frames, a word, the other) of each stretch in which neither changes; None where one ends."""
    at, a, b = 0, next(mmx, None), next(drgn, None)
    while a or b:
        end = min(run[1] for run in (a, b) if run)
        yield at, end - at, a and a[2], b and b[2]
        at = end
        a = next(mmx, None) if a and a[1] == end else a
        b = next(drgn, None) if b and b[1] == end else b
