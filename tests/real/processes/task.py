# SPDX-License-Identifier: GPL-2.0-or-later
"""Tasks."""
import compare
from real.check import ask, every_form, verdict
from real.guest import processes, read, steady


def tasks(dump, form):
    """Every process and thread, by its name, with memory or without."""
    found = {int(row[0]): row for row in ask(form, "tasks")}
    before, after = compare.pair(dump.folder)
    lasting = set(processes(before)) & set(processes(after))
    faults = [f"{pid} is missing" for pid in lasting - {int(t[1]) for t in found.values()}]
    known, compared = set(), 0
    for pid in lasting & set(found):
        _, _, kind, mm, _, comm = found[pid]
        name, status = steady(dump, pid, "comm"), steady(dump, pid, "status") or read(before, pid, "status")
        threads = {int(tid) for tid in (steady(dump, pid, "threads") or "").split()}
        mine = {tid for tid, t in found.items() if int(t[1]) == pid}
        known |= mine
        compared += 1
        if name is not None and not (name.strip() == comm or kind == "kernel" and name.strip().startswith(comm)):
            faults.append(f"{pid} is {name.strip()!r}, found as {comm!r}")
        if threads and threads != mine:
            faults.append(f"{pid} has threads {sorted(threads)}, found {sorted(mine)}")
        if ("VmSize" in status) != (mm != "0" and kind == "user"):
            faults.append(f"{pid} ({comm}): found as {kind} with mm {mm}")
    gone = set(found) - known - set(processes(before)) - set(processes(after))
    faults += [f"{pid} is found, and the guest has none such: {found[pid]}" for pid in gone]
    return verdict(faults, compared, dump, 50)


CHECKS = [
    ("tasks", every_form, tasks),
]
