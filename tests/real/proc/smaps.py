# SPDX-License-Identifier: GPL-2.0-or-later
"""Of every process smaps, smaps_rollup, numa_maps and statm, by procx: equal to the byte."""
import compare
from real.check import every_form, outputs, raw_form, tolerance
from real.guest import processes


def steady(dump, name):
    """(PID, contents) of the files that both captures have the same."""
    before, after = compare.pair(dump.folder)
    for pid in processes(before):
        files = [folder / str(pid) / name for folder in (before, after)]
        if all(file.exists() for file in files):
            one, other = (file.read_bytes() for file in files)
            if one == other:
                yield pid, one


def first_lines(found, wanted):
    pairs = [(one, other) for one, other in zip(found.split(b"\n"), wanted.split(b"\n")) if one != other]
    return "; ".join(f"{one!r}, the guest had {other!r}" for one, other in pairs[:3]) or "one has more lines"


def compared(name):
    """A check of that file."""
    def check(dump, form):
        wanted = list(steady(dump, name))
        faults = []
        for (pid, one), (ended, found) in zip(wanted, outputs(form, [f"procx {pid}/{name}" for pid, _ in wanted])):
            if ended.status:
                return str(ended)
            if found != one:
                faults.append(f"{pid}: {first_lines(found, one)}")
        if len(faults) <= tolerance(dump) and len(wanted) >= 50:
            return None
        return "\n".join([f"{len(wanted)} compared, {len(faults)} differ", *faults[:10]])
    return check


CHECKS = [
    ("procx PID/smaps", every_form, compared("smaps")),
    ("procx PID/smaps_rollup", raw_form, compared("smaps_rollup")),
    ("procx PID/numa_maps", raw_form, compared("numa_maps")),
    ("procx PID/statm", raw_form, compared("statm")),
]
