# SPDX-License-Identifier: GPL-2.0-or-later
"""Address spaces, and who shares one."""
import compare
from real.check import ask, every_form, verdict
from real.guest import processes, situations_of, steady


def mms(dump, form):
    """Each once, with every process that has memory; few have no task."""
    rows = ask(form, "mms")
    addresses = [mm for mm, *_ in rows]
    users = [int(pid) for _, _, *pids in rows for pid in pids]
    faults = [f"{mm} is found more than once" for mm in set(addresses) if addresses.count(mm) > 1]
    faults += [f"{pid} has several address spaces" for pid in set(users) if users.count(pid) > 1]
    before, after = compare.pair(dump.folder)
    with_memory = {pid for pid in set(processes(before)) & set(processes(after)) if steady(dump, pid, "maps")}
    situation = situations_of(dump)
    with_memory |= {situation[name]["pid"] for name in ("threads", "leader_dead") if situation[name]["made"]}
    faults += [f"{pid} has no address space" for pid in with_memory - set(users)]
    shared = [sorted(map(int, pids)) for _, _, *pids in rows if len(pids) > 1]
    expected = [sorted(situation["clone_vm"]["sharers"])]
    if situation["vfork"]["made"]:
        expected.append(sorted([situation["vfork"]["parent"], situation["vfork"]["child"]]))
    if sorted(shared) != sorted(expected):
        faults.append(f"shared by {shared}, expected {expected}")
    named = {name for _, name, *_ in rows}
    if not named & {"poking_mm", "text_poke_mm"}:
        faults.append(f"of the kernel's own {named} are found")
    taskless = sum(row[1:] == ["-"] for row in rows)
    if taskless > 2:
        faults.append(f"{taskless} have no task")
    return verdict(faults, len(users), dump, 50)


CHECKS = [
    ("address spaces, each once", every_form, mms),
]
