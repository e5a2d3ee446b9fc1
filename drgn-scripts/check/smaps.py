# SPDX-License-Identifier: GPL-2.0-or-later
"""What every mapping has in memory and in swap, by smaps; all of them together, by smaps_rollup; nodes, by numa_maps."""
import re

from .compare import ABSENT, Difference

FILES = "smaps", "smaps_rollup", "numa_maps"
MAPPING = re.compile(r"([0-9a-f]+)-[0-9a-f]+ .*?(\[rollup\])?$")
SUM = re.compile(r"(\w+): +(\S+) kB$")
POLICY = re.compile(r"([0-9a-f]+) .* kernelpagesize_kB=\d+$")
NUMBER = re.compile(r" (N\d+|anon|dirty)=(\d+)")
OF_NODES = re.compile(r"N\d+|anon|dirty")
ROLLUP, NOT_KNOWN = "rollup", "?"
# smaps cuts off what is less than a KiB of each mapping, smaps_rollup once.
ROUNDED = "Pss", "Pss_Dirty", "SwapPss", "Locked"


def differences(voices, count):
    with voices.drgn("smaps.py") as answer:
        pids = list(answer.rows("pids"))
        with voices.mmx_script([["procx", f"{pid}/{name}"] for pid in pids for name in FILES]) as mmx:
            told = processes(mmx.lines())
            for process in answer.rows("processes"):
                yield from of_process(next(told, {}), process, count)


def processes(lines):
    """{start: {name: number}} of each: its mappings, all together, and then its mappings again, by node."""
    found, at, after = {}, None, False
    for line in lines:
        if head := MAPPING.match(line):
            if after and not head[2]:
                yield found
                found, after = {}, False
            at = found.setdefault(ROLLUP if head[2] else hex(int(head[1], 16)), {})
            after = bool(head[2])
        elif one := SUM.match(line):
            at[one[1]] = None if one[2] == NOT_KNOWN else int(one[2])
        elif one := POLICY.match(line):
            found.setdefault(hex(int(one[1], 16)), {}).update((name, int(n)) for name, n in NUMBER.findall(line))
    yield found


def of_process(mmx, drgn, count):
    for start, sums in drgn["mappings"].items():
        where = f"PID {drgn['pid']} {start}"
        if sums is None:
            continue
        if start not in mmx:
            yield Difference("mapping", where, ABSENT, "there")
            continue
        count(1)
        for name in sums.keys() | {name for name in mmx[start] if OF_NODES.fullmatch(name)}:
            one = mmx[start].get(name, 0 if OF_NODES.fullmatch(name) else None)  # numa_maps leaves out what is 0
            if one is not None and one != sums.get(name, 0):
                yield Difference(name, where, one, sums.get(name, 0))
    if None not in drgn["mappings"].values():
        yield from of_all(mmx, drgn)


def of_all(mmx, drgn):
    """What smaps_rollup adds up is what the mappings come to."""
    rows = list(drgn["mappings"].values())
    for name, one in mmx.get(ROLLUP, {}).items():
        if one is None or name not in rows[0]:
            continue
        other = sum(row[name] for row in rows)
        if not other <= one <= other + len(rows) * (name in ROUNDED):
            yield Difference(f"rollup {name}", f"PID {drgn['pid']}", one, other)
