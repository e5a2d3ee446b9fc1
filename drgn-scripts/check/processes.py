# SPDX-License-Identifier: GPL-2.0-or-later
"""All that every process has mapped: the same addresses, and the same frames behind them."""
from .compare import ABSENT, Difference, merge
from .voices import CannotRun

PAGE = 4096
COLUMNS = "address", "pfn"
EVERYTHING = "0-7fffffffffffffff"


def differences(voices, count):
    yield from compared(voices, count, ("mapped.py",))


def compared(voices, count, script, lacking=False):
    """Differences from what a script says; lacking: it may not know of all that is mapped."""
    with voices.drgn(*script) as answer:
        pids = list(answer.rows("pids"))
        # One mmx for all of them, since opening a dump and finding all tasks takes longer than most processes.
        # The head of the last table ends the one before it.
        commands = [["pagex", "--columns", ",".join(COLUMNS), "-u", pid, EVERYTHING] for pid in (*pids, *pids[-1:])]
        with voices.mmx_script(commands) as mmx:
            lines = mmx.lines()
            next(lines, None)
            for process in answer.rows("processes"):
                yield from of_process(process, table(lines), count, lacking)


def table(lines):
    """(address, PFN) of each row, up to the head of the table behind it."""
    for line in lines:
        cells = tuple(line.split("\t"))
        if cells == COLUMNS:
            return
        yield tuple(int(cell, 16) for cell in cells)
    raise CannotRun("the answer ends in its middle")


def of_process(process, mmx, count, lacking):
    for a, b in merge(mmx, mapped(process), lambda page: page[0]):
        if lacking and b is None:
            continue
        count(1)
        if a != b:
            address, _ = a or b
            yield Difference("pfn", f"PID {process['pid']} {process['comm']} {address:#x}", shown(a), shown(b))


def mapped(process):
    """(address, PFN) of each page."""
    for address, pfn, pages in process["mapped"]:
        address, pfn = int(address, 16), int(pfn, 16)
        yield from ((address + i * PAGE, pfn + i) for i in range(pages))


def shown(page):
    return hex(page[1]) if page else ABSENT
