# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc/PID/pagemap, by procx: every word of every mapping of every process and thread."""
import json

import captures
import compare
from real.check import outputs, raw_form, tolerance
from real.guest import PAGE, processes


def runs_of(form, pids):
    """(first page, pages, word) of procx's answers, in order, of one process after the other."""
    for ended, out in outputs(form, [f"procx {pid}/pagemap" for pid in pids], "--json"):
        if ended.status:
            raise ValueError(str(ended))
        yield [(int(one["vaddr"], 16) // PAGE, one["pages"], int(one["value"], 16)) for one in json.loads(out)["runs"]]


def expand(runs, areas):
    """{first address: words} as a capture has them."""
    at = 0
    for start, entries in areas.items():
        first, words = start // PAGE, []
        while len(words) < len(entries):
            page = first + len(words)
            while runs[at][0] + runs[at][1] <= page:
                at += 1
            words += [runs[at][2]] * min(runs[at][0] + runs[at][1] - page, len(entries) - len(words))
        yield start, words


def captured(dump):
    """(PID, its words before, after, and before of the areas that both have) of the processes that are in both."""
    before, after = compare.pair(dump.folder)
    for pid in processes(before):
        files = [folder / str(pid) / "pagemap" for folder in (before, after)]
        if not all(file.exists() for file in files):
            continue
        one, other = (captures.pagemap(file) for file in files)
        areas = {start: words for start, words in sorted(one.items())
                 if len(other.get(start, ())) == len(words)}
        if areas:
            yield pid, one, other, areas


def pagemap(dump, form):
    faults, compared, wanted = [], 0, list(captured(dump))
    for (pid, one, other, areas), runs in zip(wanted, runs_of(form, [pid for pid, *_ in wanted])):
        for start, words in expand(runs, areas):
            for number, triple in enumerate(zip(one[start], other[start], words)):
                if triple[0] == triple[1]:
                    compared += 1
                    if triple[0] != triple[2]:
                        faults.append(f"{pid} {start + number * PAGE:#x}: procx has "
                                      f"{compare.describe('pagemap', triple[2])}, "
                                      f"pagemap {compare.describe('pagemap', triple[0])}")
    if len(faults) <= tolerance(dump) and len(wanted) >= 50 and compared >= 50000:
        return None
    return "\n".join([f"{len(wanted)} processes, {compared} words compared, {len(faults)} differ", *faults[:20]])


CHECKS = [("procx PID/pagemap", raw_form, pagemap)]
