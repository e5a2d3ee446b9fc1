# SPDX-License-Identifier: GPL-2.0-or-later
"""Every frame of the dump has exactly one class, few of them none that tells."""
from collections import Counter

from real.check import ask, raw_or_filtered


def classes(dump, form):
    """One class a frame, all frames of the dump, and less than 1 % of them unattributed."""
    count = Counter()
    for name, *rest in ask(form, "classes"):
        if name != "frame":
            count[name] += int(rest[0])
    frames = (dump.before / "kpageflags").stat().st_size // 8
    if sum(count.values()) != frames:
        return f"{sum(count.values())} frames have a class, and there are {frames}"
    if count["unattributed"] >= frames / 100:
        return f"{count['unattributed']} of {frames} frames are unattributed"
    missing = [name for name in ("free", "slab", "anon", "file", "shmem", "page-table", "vmalloc",
                                 "stack", "percpu", "reserved", "hugetlb", "ksm") if not count[name]]
    return f"no frame is of class {missing}" if missing else None


def runs(dump, form, question="runs"):
    """Each page is what the step of a walk in runs says that stands for it; most are not alone in theirs."""
    rows = ask(form, question)
    found = {row[0]: row[1:] for row in rows}
    if found["wrong"] != ["0"]:
        return f"{found['wrong'][0]} pages are not what their run is, first {rows[0]}"
    frames = (dump.before / "kpageflags").stat().st_size // 8
    return f"{found['steps'][0]} steps for {frames} frames" if int(found["steps"][0]) > frames / 2 else None


def word_runs(dump, form):
    """And has the words of its step in files of /proc."""
    return runs(dump, form, "word_runs")


CHECKS = [
    ("runs", raw_or_filtered, runs),
    ("runs of words", raw_or_filtered, word_runs),
    ("classes", raw_or_filtered, classes),
]
