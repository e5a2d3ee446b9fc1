# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel's counters: what all zones and nodes have adds up, and vmstat says the same."""
from real.check import ask, every_form, of_kind, raw_form
from real.guest import texts

# Groups by number, as lib/mm/zones/counters.h has them.
ZONE, NUMA, NODE, _, EVENT = range(5)


def vmstat(text):
    return {name: int(value) for name, value in (line.split() for line in text.splitlines())}


def counters(dump, form):
    """Each zone's and node's shared parts make up the system's, and no CPU holds back more than it may."""
    rows = ask(form, "counters")
    sums, wrong = {}, []
    for group, _, _, name, _, shared, pending, bound in of_kind(rows, "of"):
        key = int(group), name
        shared_sum, pending_sum = sums.get(key, (0, 0))
        sums[key] = shared_sum + int(shared), pending_sum + int(pending)
        if int(group) != NUMA and abs(int(pending)) > int(bound):
            wrong.append(f"{name}: CPUs hold back {pending}, at most {bound}")
    total = {(int(group), name): (int(shared), int(pending))
             for group, name, _, shared, pending, _ in of_kind(rows, "all")}
    wrong += [f"{key}: {sums[key]} in zones and nodes, {total[key]} in all"
              for key in sums if sums[key] != total[key]]
    if not {ZONE, NODE, EVENT} <= {group for group, _ in total}:
        wrong.append("not all kinds of counters")
    return "\n".join(wrong[:5]) or None


def as_vmstat(dump, form):
    """Names and numbers of what vmstat says before and after alike; events are so but for few."""
    before, after = map(vmstat, texts(dump, "vmstat"))
    rows = of_kind(ask(form, "counters"), "all")
    unnamed = [row for row in rows if not row[1] or row[2] not in before]
    if unnamed:
        return f"not in vmstat: {unnamed[:5]}"
    wrong, asserted = [], 0
    for group, name, text, shared, pending, _ in rows:
        shown = int(shared) + (int(pending) if int(group) == NUMA else 0)
        scale = 512 if name.endswith(("_THPS", "_PMDMAPPED")) else 2 if name in ("PGPGIN", "PGPGOUT") else 1
        if before[text] == after[text]:
            asserted += before[text] != 0
            if max(shown, 0) // scale != before[text]:
                wrong.append(f"{name}: {shown}, vmstat says {before[text]}")
    if asserted < 20:
        wrong.append(f"only {asserted} counters are something")
    return "\n".join(wrong[:5]) or None


CHECKS = [
    ("counters add up", every_form, counters),
    ("counters as in vmstat", raw_form, as_vmstat),
]
