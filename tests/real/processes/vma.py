# SPDX-License-Identifier: GPL-2.0-or-later
"""VMAs of processes."""
import re

import compare
from real.check import ask, every_form, verdict
from real.guest import read, steady


def told(folder, pid):
    """Lines of maps, with the path of those only that have a file: the others' names are no paths."""
    rows = []
    for line in read(folder, pid, "maps").splitlines():
        start, end, perms, offset, dev, inode, path = re.match(
            r"(\w+)-(\w+) (\S+) (\w+) (\S+) (\d+)\s*(.*)", line).groups()
        if path != "[vsyscall]":
            start, end, offset = (f"{int(number, 16):x}" for number in (start, end, offset))
            rows.append([start, end, perms, offset, dev, inode,
                         "" if path.startswith("[") else path.replace("\t", "\\011")])
    return rows


def vmas(dump, form):
    """Every line of maps, of each address space by the first process that has it."""
    found, faults, compared = {}, [], 0
    for pid, *fields in ask(form, "vmas"):
        found.setdefault(int(pid), []).append(fields)
    before, _ = compare.pair(dump.folder)
    for pid, mine in found.items():
        if not steady(dump, pid, "maps"):
            continue
        wanted = told(before, pid)
        compared += len(wanted)
        faults += [f"{pid}: found {a}, maps has {b}" for a, b in zip(mine, wanted) if a != b]
        if len(mine) != len(wanted):
            faults.append(f"{pid}: found {len(mine)}, maps has {len(wanted)}")
    return verdict(faults, compared, dump, 500)


CHECKS = [
    ("VMAs against maps", every_form, vmas),
]
