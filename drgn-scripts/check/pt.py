# SPDX-License-Identifier: GPL-2.0-or-later
"""The page tables of every process: what stands in all of their entries, gaps included."""
from .compare import ABSENT, Difference, merge
from .voices import CannotRun

COLUMNS = "start", "last", "state", "size", "pfn"
EVERYTHING = "0-7fffffffffffffff"
SIZES = {"4k": 1 << 12, "2M": 1 << 21, "1G": 1 << 30, "-": None}


def differences(voices, count):
    with voices.drgn("pt.py") as answer:
        pids = list(answer.rows("pids"))
        # The head of the last table ends the one before it.
        commands = [["ptx", "--columns", ",".join(COLUMNS), "-u", pid, "-r", EVERYTHING] for pid in (*pids, *pids[-1:])]
        with voices.mmx_script(commands) as mmx:
            lines = mmx.lines()
            next(lines, None)
            for process in answer.rows("processes"):
                yield from of_process(process, table(lines), count)


def table(lines):
    """The rows up to the head of the table behind them. What is empty is cut at VMAs, which are vma.py's to compare."""
    gap = None
    for row in rows(lines):
        if gap and row[2] == "empty" and gap[1] + 1 == row[0]:
            gap = gap[:1] + row[1:2] + gap[2:]
            continue
        if gap:
            yield gap
        gap = row if row[2] == "empty" else None
        if not gap:
            yield row
    if gap:
        yield gap


def rows(lines):
    for line in lines:
        cells = tuple(line.split("\t"))
        if cells == COLUMNS:
            return
        start, last, state, size, pfn = cells
        yield int(start, 16), int(last, 16), state, SIZES.get(size, size), None if pfn == "-" else int(pfn, 16)
    raise CannotRun("the answer ends in its middle")


def of_process(process, mmx, count):
    drgn = ((int(start, 16), int(last, 16), state, size, pfn and int(pfn, 16))
            for start, last, state, size, pfn in process["runs"])
    for a, b in merge(mmx, drgn, lambda run: run[0]):
        count(1)
        if a != b:
            yield Difference("run", f"PID {process['pid']} {(a or b)[0]:#x}", shown(a), shown(b))


def shown(run):
    return " ".join(map(str, run[1:])) if run else ABSENT
