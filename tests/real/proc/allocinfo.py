# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc/allocinfo, by procx, where the kernel profiles allocations."""
import compare
from real.check import raw_or_filtered
from real.procfile import NUMBER, procx

# Each capture opens files of /proc, maps and forks, and what it took is freed a while after: by RCU, and by caches. So
# some lines are the same before and after, and less in between: a few, and by a few allocations.
MOVED_CALLS, MOVED_LINES = 64, 0.01


def is_profiled(dump, form):
    return raw_or_filtered(dump, form) and (dump.before / "allocinfo").exists()


def calls(line):
    return int(NUMBER.findall(line)[1])


def allocinfo(dump, form):
    """Equal to the byte, but for a few lines that move while somebody looks."""
    result = procx(form, "allocinfo")
    if result.status:
        return f"ended with {result.status}: {result.err.strip()}"
    ours = result.out.splitlines()
    one, other = ((folder / "allocinfo").read_text().splitlines() for folder in compare.pair(dump.folder))
    if ours[:2] != one[:2] or not len(ours) == len(one) == len(other):
        return f"{len(ours)} lines, {len(one)} before and {len(other)} after; they begin with {ours[:2]}"
    wrong, moved = [], 0
    for mine, a, b in zip(ours[2:], one[2:], other[2:]):
        low, high = sorted((calls(a), calls(b)))
        moved += a == b != mine
        if mine.split()[2:] != a.split()[2:] or not low - MOVED_CALLS <= calls(mine) <= high:
            wrong.append(f"{mine!r}, before {a!r}, after {b!r}")
    if moved > MOVED_LINES * len(ours):
        wrong.append(f"{moved} lines that did not move are others")
    return "\n".join(wrong[:5]) or None


CHECKS = [("procx allocinfo", is_profiled, allocinfo)]
