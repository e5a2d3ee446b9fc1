# SPDX-License-Identifier: GPL-2.0-or-later
"""Allocation profiling: what pages and objects say of who allocated them sums to what each line of code counts."""
from real.check import ask, of_kind, raw_form

UNTIL_EQUAL = 0.95


def is_profiled(dump, form):
    return raw_form(dump, form) and (dump.before / "allocinfo").exists()


def explained(counted, pages, objects):
    """Of pages that are no folio the first one has the reference, and nothing how many they are: a power of two."""
    times = counted // pages if pages and not objects and not counted % pages else 0
    return times > 0 and not times & (times - 1)


def alloc_refs(_, form):
    lines = ask(form, "alloc_refs")
    tags = [(site, int(counted), int(pages), int(objects) + int(percpu))
            for site, counted, pages, objects, percpu in of_kind(lines, "tag")]
    used = [tag for tag in tags if any(tag[1:])]
    equal = [tag for tag in used if tag[1] == tag[2] + tag[3]]
    wrong = [f"{tag}" for tag in used if tag[1] != tag[2] + tag[3] and not explained(*tag[1:])]
    if len(equal) < UNTIL_EQUAL * len(used) or len(used) < 100:
        wrong.append(f"{len(equal)} of {len(used)} are equal")
    if not any(int(row[4]) for row in of_kind(lines, "tag")):
        wrong.append("per-CPU memory has no references")
    wrong += [f"{line[0]} references lead to no tag" for line in of_kind(lines, "lost") if line[0] != "0"]
    return "\n".join(wrong[:10]) or None


CHECKS = [("references to allocation tags", is_profiled, alloc_refs)]
