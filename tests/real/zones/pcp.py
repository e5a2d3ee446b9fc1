# SPDX-License-Identifier: GPL-2.0-or-later
"""The free lists of CPUs."""
from real.check import ask, every_form
from real.guest import texts


def pageset_counts(text):
    """{(node, zone, cpu): count} of a zoneinfo."""
    counts, zone, cpu = {}, None, None
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["Node"]:
            zone = int(words[1].rstrip(",")), words[3]
        elif words[:1] == ["cpu:"]:
            cpu = int(words[1])
        elif words[:1] == ["count:"]:
            counts[zone + (cpu,)] = int(words[1])
    return counts


def pcp(dump, form):
    """Lists hold what they are counted to, free pages of the zone; and zoneinfo says the same counts."""
    rows = [row[1:] for row in ask(form, "pcp") if row[0] == "set"]
    wrong = [row for row in rows if row[3] != row[4] or row[5] != "0"]
    if wrong:
        return f"counted, found and not free pages: {wrong}"
    found = {(int(node), zone, int(cpu)): int(count) for node, zone, cpu, count, *_ in rows}
    before, after = (pageset_counts(text) for text in texts(dump, "zoneinfo"))
    if not set(before) <= set(found) or not before:
        return f"CPUs and zones: {sorted(found)} and in zoneinfo {sorted(before)}"
    # A count comes down to 0 by itself whenever a CPU is idle: twice 0 is no proof of it in between.
    lines = [f"{key}: {found[key]}, zoneinfo says {before[key]}" for key in before
             if before[key] == after[key] != 0 and found[key] != before[key]
             and dump.manifest["bracket"] == "around"]
    return "\n".join(lines) or None


CHECKS = [
    ("per-CPU free lists", every_form, pcp),
]
