# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of every process's pagemap."""
from itertools import zip_longest

from .compare import ABSENT, Difference
from .trees import documents
from .voices import CannotRun

PAGE = 4096
END = 1 << 64


def differences(voices, count):
    with voices.drgn("pagemap.py") as answer:
        pids = list(answer.rows("pids"))
        with voices.mmx_script([["procx", "--json", f"{pid}/pagemap"] for pid in pids]) as mmx:
            for document, process in zip_longest(documents(mmx), answer.rows("processes")):
                if document is None or process is None:
                    raise CannotRun("not all processes have a pagemap")
                yield from of_process(document["runs"], process, count)


def of_process(runs, process, count):
    """Both are runs by address, and where one says nothing the word is 0."""
    mmx = Runs((int(run["vaddr"], 16), run["pages"], number(run["value"]), 0) for run in runs)
    drgn = Runs((int(address, 16), pages, int(word, 16), int(untold, 16))
                for address, pages, word, untold in process["words"])
    at = 0
    while at < END:
        one, _, end = mmx.at(at)
        other, untold, other_end = drgn.at(at)
        if one or other or untold:
            count(1)
        if one is None or (one ^ other) & ~untold:
            yield Difference("word", f"PID {process['pid']} {at:#x}", ABSENT if one is None else hex(one), hex(other))
        at = min(end, other_end)


def number(value):
    return None if isinstance(value, dict) else int(value, 16)


class Runs:
    """Words by address, asked for in ascending order."""

    def __init__(self, runs):
        self.runs, self.run = runs, (0, 0, 0, 0)

    def at(self, address):
        """(word, untold, where that ends)"""
        while self.run and self.run[0] + self.run[1] * PAGE <= address:
            self.run = next(self.runs, None)
        if not self.run:
            return 0, 0, END
        start, pages, word, untold = self.run
        return (word, untold, start + pages * PAGE) if start <= address else (0, 0, start)
