# SPDX-License-Identifier: GPL-2.0-or-later
"""The page tables of every process: what stands in all of their entries, gaps included; and what CPUs run on."""
from .compare import ABSENT, Difference, differing, merge
from .voices import CannotRun

COLUMNS = "start", "last", "state", "size", "pfn"
EVERYTHING = "0-7fffffffffffffff"
SIZES = {"4k": 1 << 12, "2M": 1 << 21, "1G": 1 << 30, "-": None}


def differences(voices, count):
    with voices.mmx("ptx") as answer:
        cpus = told(answer.whole())
    with voices.drgn("pt.py") as answer:
        yield from of_cpus(cpus, list(answer.rows("cpus")), count)
        pids = list(answer.rows("pids"))
        # The head of the last table ends the one before it.
        commands = [["ptx", "--columns", ",".join(COLUMNS), "-u", pid, "-r", EVERYTHING] for pid in (*pids, *pids[-1:])]
        with voices.mmx_script(commands) as mmx:
            lines = mmx.lines()
            next(lines, None)
            for process in answer.rows("processes"):
                yield from of_process(process, table(lines), count)


def told(document):
    """What mmx's tables have of each CPU that is online, as the script has it."""
    slots = [(row["cpu"], [row["asid"], row["context"], row["as_of"]]) for row in document["tlbs"]]
    return {row["cpu"]: {"cpu": row["cpu"], "task": row["task"], "mm": row["mm"], "cr3": more["cr3"], "cr4": more["cr4"],
                         "slots": [slot for cpu, slot in slots if cpu == row["cpu"]]}
            for row, more in zip(document["cpus"], document["registers"])}


def of_cpus(mmx, drgn, count):
    for row in drgn:
        count(1)
        for field, one, other in differing(mmx.get(row["cpu"]), row):
            yield Difference(field or "CPU", f"CPU {row['cpu']}", one, other)


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
