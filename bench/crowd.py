# SPDX-License-Identifier: GPL-2.0-or-later
"""
The reverse map and the mappings of thousands of processes: rmapx -a beside a plain read of the same page tables and
struct pages, and of half the processes; who maps one page; and vmax and ptx beside crash and drgn.
"""
import json
from pathlib import Path

import census
import peers
from measure import CannotMeasure, cpu_ms, drgns, output_of

TOP = Path(__file__).resolve().parent.parent
# By hand: "tests/lab/lab.py run" with the variants of the same names; the second has half the processes.
CROWD, HALF = "thousands-6.1", "thousand-6.1"
TARGET_ENTRIES = 20e6
TARGET_PAGE_MS = 20
LINEAR = 1.25   # times as long an entry as with half of them
DRGN_MAPS = TOP / "bench/drgn_maps.py"
DRGN_PROCESSES = 20  # of thousands that are alike: all would take minutes
WHOLE_PASSES, PAGE_PASSES = 3, 20


def processes(folder):
    """PIDs of those with memory, as the guest itself had them."""
    return sorted(int(maps.parent.name) for maps in folder.glob("before/[0-9]*/maps") if maps.stat().st_size)


def whole(mmx, build, folder, passes):
    """Prints what rmapx -a takes in an open session, one thread; (entries, milliseconds)."""
    form = folder / "vmcore"
    entries = json.loads(output_of([mmx, "-c", form, "--json", "rmapx", "-a"]))["mappings"]
    took = census.a_pass(mmx, form, "rmapx -a", passes)
    tables, reading = map(int, output_of([build / "tools/tables", form]).split())
    frames, pages, *_ = map(int, output_of([build / "tools/classify", form, 1]).split())
    read = (reading + pages) / 1e6
    print(f"  {folder.name:16} {entries / 1e6:6.2f} million entries, {took:7.1f} ms: {entries / took / 1e3:5.1f} "
          f"million a second a core, {took / read:4.1f} times a plain read of {tables} tables and {frames} struct pages")
    return entries, took


def one_page(mmx, folder):
    """Prints what rmapx of a page takes in an open session; the most milliseconds."""
    crowd = json.loads((folder / "situations.json").read_text())["thousands"]
    most = 0
    for what, words in (("of the heap", crowd["shared"][0][2:]), ("of the library", f"-f {crowd['path']} 7")):
        answer = json.loads(output_of([mmx, "-c", folder / "vmcore", "--json", "rmapx", *words.split()]))["pages"][0]
        took = census.a_pass(mmx, folder / "vmcore", f"rmapx {words}", PAGE_PASSES)
        print(f"  rmapx, a page {what:14} {len(answer['mappings']):5} mappings   {took:6.2f} ms")
        most = max(most, took)
    return most


def newest_crash():
    root = peers.root()
    libraries = ":".join(str(root / "usr/lib" / name) for name in ("x86_64-linux-gnu", "."))
    return [root / "usr/lib64/ld-linux-x86-64.so.2", "--library-path", libraries, root / "usr/bin/crash"]


def in_crash(folder):
    """Milliseconds of foreach vm -p, without crash's start."""
    words = [*newest_crash(), "-s", folder / "vmlinux", folder / "vmcore"]
    start = min(cpu_ms(words, "quit\n") for _ in range(2))
    return cpu_ms(words, "foreach user vm -p > /dev/null\nquit\n") - start


def in_drgn(folder, pids):
    """The same of drgn's helpers, from what some of the processes take."""
    name, python = list(drgns())[-1]
    if "newest" not in name:
        raise CannotMeasure("the lab has no newest drgn: \"tests/lab/lab.py peers\" makes it")
    some = pids[-DRGN_PROCESSES - 1:-1]
    *_, took = output_of([*python, DRGN_MAPS, folder / "vmcore", folder / "vmlinux", *some]).split()
    return int(took) / 1e6 * len(pids) / len(some)


def mappings(mmx, folder):
    """Prints what showing all mappings with the pages behind them takes, and what others need; the ratios."""
    form, pids = folder / "vmcore", processes(folder)
    mine = census.a_pass(mmx, form, "vmax -a", WHOLE_PASSES)
    print(f"  {'vmax -a':20} {mine:9.1f} ms for {len(pids)} processes")
    session = "".join(f"ptx -u {pid} -s > /dev/null\n" for pid in pids)
    tables = min(cpu_ms([mmx, "-c", form, "-j1", "-i", "-"], session) for _ in range(2)) - \
        min(cpu_ms([mmx, "-c", form, "doctorx"]) for _ in range(2))
    print(f"  {'ptx -u PID -s':20} {tables:9.1f} ms for all of them")
    ratios = []
    for name, measure in (("crash, foreach vm -p", lambda: in_crash(folder)),
                          ("drgn, newest", lambda: in_drgn(folder, pids))):
        try:
            took = measure()
        except (CannotMeasure, FileNotFoundError) as why:
            print(f"  {name:20} cannot be measured: {str(why).splitlines()[-1][:90]}")
            continue
        print(f"  {name:20} {took:9.1f} ms   {took / mine:6.1f} times vmax's, {took / tables:6.1f} times ptx's")
        ratios += [took / mine, took / tables]
    return ratios


def threads(mmx, form, runs):
    alone, together = census.threads(mmx, form, "rmapx -a", 2, runs)
    print(f"  rmapx -a from start to end {alone:7.1f} ms with 1, {together:7.1f} with 2 threads: "
          f"{alone / together:.2f} times as fast")


def measure(arguments):
    """All of it; {target: whether it was met}, none where there is no such dump."""
    mmx, folder, half = arguments.build / "mmx", arguments.by_hand / CROWD, arguments.by_hand / HALF
    print("\nThousands of processes, in an open session, CPU time:")
    if not (folder / "vmcore").exists():
        print(f"  cannot be measured: there is no dump {CROWD}, which is made by hand")
        return {}
    entries, took = whole(mmx, arguments.build, folder, WHOLE_PASSES)
    met = {f"rmapx -a: {TARGET_ENTRIES / 1e6:.0f} million entries a second a core":
               entries / took * 1e3 >= TARGET_ENTRIES}
    if (half / "vmcore").exists():
        fewer, less = whole(mmx, arguments.build, half, WHOLE_PASSES)
        times = took / entries / (less / fewer)
        print(f"  an entry takes {times:.2f} times as long as with {entries / fewer:.2f} times fewer")
        met[f"rmapx -a linear: at most {LINEAR} times as long an entry"] = times <= LINEAR
    threads(mmx, folder / "vmcore", arguments.slow_runs)
    met[f"rmapx of a page that 2,000 processes map in {TARGET_PAGE_MS} ms"] = one_page(mmx, folder) < TARGET_PAGE_MS
    met["all mappings ahead of crash and drgn"] = all(ratio > 1 for ratio in mappings(mmx, folder))
    return met
