# SPDX-License-Identifier: GPL-2.0-or-later
"""Mappings of every process: range, permissions, offset, pages there, path, structs; and what its program was told."""
from .compare import ABSENT, Difference, differing

OF_SPACE = "map_count", "found", "pages", "present"


def by_mm(spaces):
    return {space["mm"]: space for space in spaces}


def differences(voices, count):
    with voices.drgn("vma.py") as answer:
        drgn = by_mm(answer.rows("spaces"))
    with voices.mmx("vmax", "-a") as answer:
        # Address spaces that no process has the scripts do not look for.
        mmx = by_mm(space for space in answer.whole()["spaces"] if "pid" in space)
    with voices.mmx("vmax", "-a", "-e") as answer:
        programs = {program["pid"]: told(program) for program in answer.whole()["programs"] if "pid" in program}
    for mm in sorted(mmx.keys() | drgn.keys()):
        if mm not in mmx or mm not in drgn:
            yield Difference("mm", mm, mm in mmx, mm in drgn)
            continue
        yield from of_space(mmx[mm], drgn[mm], count)
        for field, a, b in differing(programs[mmx[mm]["pid"]], drgn[mm]["program"]):
            yield Difference(field or "program", f"PID {drgn[mm]['pid']}", a, b)


def told(program):
    """What the script has of a program."""
    if "auxv" not in program:
        return {}
    return {"auxv": [[row["type"], row["value"]] for row in program["auxv"]],
            "places": {row["what"]: [row["start"], row["end"]] for row in program["places"] if row["end"]},
            "segments": [[row["offset"], row["vaddr"]] for row in program.get("segments", ())] or None}


def of_space(mmx, drgn, count):
    for finding in mmx.get("findings", ()):  # the scripts have none
        yield Difference("finding", finding["address"], finding["finding"], ABSENT)
    for name in OF_SPACE:
        if mmx[name] != drgn[name]:
            yield Difference(name, f"PID {drgn['pid']}", mmx[name], drgn[name])
    mine, theirs = ({row["start"]: row for row in space.get("mappings", ())} for space in (mmx, drgn))
    for start in sorted(mine.keys() | theirs.keys()):
        count(1)
        where = f"PID {drgn['pid']} {start}"
        if start not in mine or start not in theirs:
            yield Difference("mapping", where, start in mine, start in theirs)
            continue
        for field, a, b in differing(mine[start], theirs[start]):
            yield Difference(field, where, a, b)
