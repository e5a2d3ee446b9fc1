# SPDX-License-Identifier: GPL-2.0-or-later
"""
The ledger from process start, beside what else goes through all struct pages: crash (kmem -p, -f and -i), drgn
with a loop that classifies them roughly, and makedumpfile, which decides of each page whether to leave it out.
"""
import shutil
import statistics
import tempfile
from pathlib import Path

import memory
from measure import CannotMeasure, cpu_ms, drgns, elapsed_ms, output_of, real_time

TOP = Path(__file__).resolve().parent.parent
DRGN_PAGES = TOP / "bench/drgn_pages.py"
IN_CRASH = "".join(f"kmem -{letter} > /dev/null\n" for letter in "pfi") + "quit\n"
# What the kernel's own dumper does: all kinds of pages left out, nothing written. It reads the dumps of a crash
# kernel, and no ELF dump of QEMU's.
MAKEDUMPFILE = ("makedumpfile", "-d", "31", "--dry-run")
TERABYTES = 4


def others(mmx, form, vmlinux):
    """(name, function, whether it takes seconds) of each other tool: milliseconds of CPU time."""
    doctor = output_of([mmx, "-c", form, "--json", "doctorx"])
    yield "makedumpfile", lambda: filtering(form), False
    yield "crash", lambda: cpu_ms(["crash", "-s", vmlinux, form], IN_CRASH), True
    for name, python in drgns():
        yield name, lambda python=python: cpu_ms([*python, DRGN_PAGES, form, vmlinux], doctor), True


def filtering(form):
    if not shutil.which(MAKEDUMPFILE[0]):
        raise CannotMeasure("it is not installed")
    with tempfile.TemporaryDirectory() as folder:
        return cpu_ms([*MAKEDUMPFILE, form, Path(folder) / "none"])


def beside_others(mmx, form, vmlinux, runs, slow_runs):
    """Prints the median of each, in turns; whether mmx is ahead of each that could be measured, and the MiB it takes."""
    mine, times, lacking = [], {}, {}
    rest = list(others(mmx, form, vmlinux))
    for turn in range(runs):
        mine.append(cpu_ms([mmx, "-c", form, "-j1", "censusx"]))
        for name, measure, slow in rest:
            if name in lacking or (slow and turn >= slow_runs):
                continue
            try:
                times.setdefault(name, []).append(measure())
            except (CannotMeasure, FileNotFoundError) as why:
                lacking[name] = str(why).splitlines()[-1]
    median = statistics.median(mine)
    mib = memory.most(mmx, "-c", form, "censusx")[1] / 1024
    print(f"  {'mmx':12} {median:8.1f} ms   median of {runs}   {mib:.0f} MiB of memory")
    for name, *_ in rest:
        if name in lacking:
            print(f"  {name:12} cannot be measured: {lacking[name][:90]}")
        else:
            print(f"  {name:12} {statistics.median(times[name]):8.1f} ms   median of {len(times[name])}   "
                  f"{statistics.median(times[name]) / median:7.1f} times mmx's time")
    return all(statistics.median(values) > median for name, values in times.items() if name not in lacking), mib


def a_pass(mmx, form, command, passes):
    """Milliseconds of CPU time of one command in a session that has one behind it, so without the opening."""
    def session(n):
        return cpu_ms([mmx, "-c", form, "-j1", "-i", "-"], f"{command} > /dev/null\n" * n)
    first = min(session(1) for _ in range(9))
    return (min(session(1 + passes) for _ in range(9)) - first) / passes


def threads(mmx, form, command, jobs, runs):
    """Milliseconds from start to end with one thread and with several, the least of several runs."""
    times = {1: [], jobs: []}
    for _ in range(runs):
        for n, values in times.items():
            values.append(elapsed_ms([*real_time(), mmx, "-c", form, f"-j{n}", *command.split()]))
    return min(times[1]), min(times[jobs])


def terabytes(mmx, jobs):
    """Prints what a TiB takes; how much faster several threads are."""
    with tempfile.TemporaryDirectory() as folder:
        form = Path(folder) / "terabytes"
        output_of([TOP / "samples/huge", "--size", f"{TERABYTES}T", "--out", form])
        for command in ("procx kpageflags", "censusx"):
            alone, together = threads(mmx, form, command, jobs, 2)
            print(f"  {command:16}  {alone / 1e3 / TERABYTES:6.2f} s a TiB with 1, {together / 1e3 / TERABYTES:6.2f} "
                  f"with {jobs}: {alone / together:.2f} times as fast   "
                  f"{memory.most(mmx, '-c', form, f'-j{jobs}', *command.split())[1] / 1024:.0f} MiB of memory")
    return alone / together
