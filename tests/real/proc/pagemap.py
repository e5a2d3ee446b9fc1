# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc/PID/pagemap, by procx: every word of every mapping of every process and thread."""
import json

import captures
import compare
from real.check import MMX, raw_form, run, tolerance
from real.guest import PAGE, processes


def runs_of(form, pid):
    """(first page, pages, word) of procx's answer, in order."""
    result = run(MMX, "-c", form, "--json", "procx", f"{pid}/pagemap")
    if result.status:
        raise ValueError(f"procx {pid}/pagemap ended with {result.status}: {result.err.strip()}")
    return [(int(one["vaddr"], 16) // PAGE, one["pages"], int(one["value"], 16))
            for one in json.loads(result.out)["runs"]]


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


def pagemap(dump, form):
    before, after = compare.pair(dump.folder)
    faults, compared, looked_at = [], 0, 0
    for pid in processes(before):
        files = [folder / str(pid) / "pagemap" for folder in (before, after)]
        if not all(file.exists() for file in files):
            continue
        one, other = (captures.pagemap(file) for file in files)
        areas = {start: words for start, words in sorted(one.items())
                 if len(other.get(start, ())) == len(words)}
        if not areas:
            continue
        looked_at += 1
        for start, words in expand(runs_of(form, pid), areas):
            for number, triple in enumerate(zip(one[start], other[start], words)):
                if triple[0] == triple[1]:
                    compared += 1
                    if triple[0] != triple[2]:
                        faults.append(f"{pid} {start + number * PAGE:#x}: procx has "
                                      f"{compare.describe('pagemap', triple[2])}, "
                                      f"pagemap {compare.describe('pagemap', triple[0])}")
    if len(faults) <= tolerance(dump) and looked_at >= 50 and compared >= 50000:
        return None
    return "\n".join([f"{looked_at} processes, {compared} words compared, {len(faults)} differ", *faults[:20]])


CHECKS = [("procx PID/pagemap", raw_form, pagemap)]
