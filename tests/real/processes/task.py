# SPDX-License-Identifier: GPL-2.0-or-later
"""Tasks, who shares an address space, and the areas of each."""
import compare
from real.check import ask, every_form, raw_form, verdict
from real.guest import areas, processes, read, situations_of, steady


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


def users(dump, form):
    """Which processes share an address space."""
    groups = {tuple(int(pid) for pid in pids) for _, *pids in ask(form, "users")}
    shared = {group for group in groups if len(group) > 1}
    situation = situations_of(dump)
    expected = {tuple(sorted(situation["clone_vm"]["sharers"]))}
    alone = {situation[name]["pid"] for name in ("threads", "leader_dead") if situation[name]["made"]}
    faults = [] if shared == expected else [f"shared by {sorted(shared)}, expected {sorted(expected)}"]
    faults += [f"{pid} has no address space" for pid in alone if (pid,) not in groups]
    return verdict(faults, len(groups), dump, 50)


def address_spaces(dump, form):
    """The areas of every process that has memory of its own, by its maple tree, as maps has them."""
    found, faults, compared = {}, [], 0
    for pid, start, end in ask(form, "areas"):
        found.setdefault(int(pid), []).append((int(start, 16), int(end, 16)))
    before, _ = compare.pair(dump.folder)
    for pid, mine in found.items():
        if not steady(dump, pid, "maps"):
            continue
        compared += 1
        told = [(area.start, area.end) for area in areas(before, pid) if area.path != "[vsyscall]"]
        if mine != told:
            faults.append(f"{pid}: {sorted(set(mine) ^ set(told))[:4]}")
    return verdict(faults, compared, dump, 10)


CHECKS = [
    ("tasks", every_form, tasks),
    ("users of address spaces", raw_form, users),
    ("address spaces' areas", every_form, address_spaces),
]
