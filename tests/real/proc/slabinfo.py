# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc/slabinfo, by procx."""
import re

import compare
from real.check import MMX, between, every_form, run

# A dying kernel allocates until its crash kernel starts, after its last capture; the caches that it may do so
# in are those of its tasks, files and messages, and the numbers of any may have moved by a slab or two.
LINES_MOVED_WHILE_DYING = 10


def numbers(line):
    return [int(n) for n in re.findall(r"(?<= )\d+(?= |$)", line)]


def words(line):
    return re.sub(r"(?<= )\d+(?= |$)", "#", line).split()


def fits(line, before, after):
    """A line that did not move is the same; of one that moved each number lies between."""
    if before == after:
        return line == before
    return words(line) == words(before) and all(between(*trio) for trio in zip(*map(numbers, (line, before, after))))


def slabinfo(dump, form):
    result = run(MMX, "-c", form, "procx", "slabinfo")
    if result.status:
        return f"procx ended with {result.status}: {result.err.strip()}"
    before, after = ((folder / "slabinfo").read_text().splitlines() for folder in compare.pair(dump.folder))
    found = result.out.splitlines()
    if len({len(before), len(after), len(found)}) > 1:
        return f"{len(found)} lines, captured {len(before)} and {len(after)}"
    wrong = [f"{line!r}, captured {was!r} and {then!r}" for line, was, then in zip(found, before, after)
             if not fits(line, was, then)]
    if found[:2] != before[:2] or len(wrong) > (LINES_MOVED_WHILE_DYING if dump.manifest["bracket"] != "around" else 0):
        return "\n".join([f"{len(wrong)} lines differ"] + wrong)
    return None


CHECKS = [("procx slabinfo", every_form, slabinfo)]
