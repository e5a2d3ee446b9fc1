# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc/vmallocinfo, by procx: with hashed addresses, symbols, nodes, and areas that wait to be purged."""
from collections import Counter

import compare
from real.check import MMX, every_form, run

# A dying kernel may start a thread or two, each with a stack, and flush what it had freed.
LINES_MOVED_WHILE_DYING = 10


def vmallocinfo(dump, form):
    result = run(MMX, "-c", form, "procx", "vmallocinfo")
    if result.status:
        return f"procx ended with {result.status}: {result.err.strip()}"
    before, after = ((folder / "vmallocinfo").read_text().splitlines() for folder in compare.pair(dump.folder))
    found = result.out.splitlines()
    if before == after == found:
        return None
    # Lines of areas that were there all the time must be there, in their order; others, in one of the captures.
    steady, moved = Counter(before) & Counter(after), Counter(before) | Counter(after)
    missing, made_up = steady - Counter(found), Counter(found) - moved
    wrong = [f"missing: {line}" for line in missing] + [f"in no capture: {line}" for line in made_up]
    if [line for line in found if line in steady] != [line for line in before if line in steady and line in found]:
        return "the lines stand in another order"
    allowed = LINES_MOVED_WHILE_DYING if dump.manifest["bracket"] != "around" else 0
    return "\n".join([f"{len(wrong)} lines differ"] + wrong) if len(wrong) > allowed else None


CHECKS = [("procx vmallocinfo", every_form, vmallocinfo)]
