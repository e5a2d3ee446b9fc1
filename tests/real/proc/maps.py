# SPDX-License-Identifier: GPL-2.0-or-later
"""/proc/PID/maps, by procx: of every process and thread, equal to the byte."""
import compare
from real.check import MMX, every_form, run, tolerance
from real.guest import processes


def lines_that_differ(found, wanted):
    pairs = [(one, other) for one, other in zip(found.split(b"\n"), wanted.split(b"\n")) if one != other]
    return "; ".join(f"{one!r}, maps has {other!r}" for one, other in pairs[:3]) or "one has more lines"


def steady_maps(dump):
    """(PID, contents) of the files that both captures have the same."""
    before, after = compare.pair(dump.folder)
    for pid in processes(before):
        files = [folder / str(pid) / "maps" for folder in (before, after)]
        if all(file.exists() for file in files):
            one, other = (file.read_bytes() for file in files)
            if one == other:
                yield pid, one


def maps(dump, form):
    faults, compared = [], 0
    for pid, wanted in steady_maps(dump):
        result = run(MMX, "-c", form, "procx", f"{pid}/maps")
        compared += 1
        if result.status:
            faults.append(f"{pid}: procx ended with {result.status}: {result.err.strip()}")
        elif result.raw != wanted:
            faults.append(f"{pid}: {lines_that_differ(result.raw, wanted)}")
    if len(faults) <= tolerance(dump) and compared >= 50:
        return None
    return "\n".join([f"{compared} compared, {len(faults)} differ", *faults[:10]])


CHECKS = [("procx PID/maps", every_form, maps)]
