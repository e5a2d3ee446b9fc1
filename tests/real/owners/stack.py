# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel stacks."""
import re

import compare
from real.check import ask, every_form


def threads(folder):
    """Threads that have a stack: a zombie has given its own away."""
    alive = set()
    for process in folder.glob("[0-9]*"):
        ids = {int(tid) for tid in (process / "threads").read_text().split()}
        if re.search(r"^State:\s*[ZX]", (process / "status").read_text(), re.M):
            ids.discard(int(process.name))
        alive |= ids
    return alive


def stacks(dump, form):
    """Every thread that the guest lists has a stack that its vmalloc area agrees about."""
    rows = [row for row in ask(form, "stacks") if row[0] != "0"]
    found = {int(row[0]): row for row in rows}
    capture = [threads(folder) for folder in compare.pair(dump.folder)]
    missing = (capture[0] & capture[1]) - set(found)
    # Other tasks are such as came and went between the captures.
    extra = set(found) - (capture[0] | capture[1])
    odd = [row for row in rows if int(row[3], 16) - int(row[2], 16) != 16384 or row[5] != "4"
           or not row[4].startswith(("kernel_clone", "copy_process", "dup_task_struct"))]
    if missing or len(extra) > 2 or odd or len(rows) < 40:
        return f"{len(rows)} stacks; without one {sorted(missing)}, unheard of {sorted(extra)}, odd {odd[:3]}"
    return None


CHECKS = [
    ("kernel stacks", every_form, stacks),
]
