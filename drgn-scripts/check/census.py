# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger: frames by class and by zone, the kernel's counters with what CPUs hold back, and what was counted of them."""
import re
from collections import Counter

from .compare import ABSENT, Difference

PENDING = re.compile(r"([+-]\d+): what CPUs have not added")


def frames(document, alike):
    """{(what, where): frames}; a class without any is none. Classes that are @alike count as one."""
    found = Counter()
    for row in document["classes"]:
        found["class", alike.get(row["name"], row["name"])] += row["frames"]
    # Of zones only what struct pages say: where there is none, who asks guesses by where zones end.
    for row in document["zones"]:
        if row["class"] not in ("missing", "uninitialised", "offline"):
            found["zone", f"{row['node']} {row['zone']} {alike.get(row['class'], row['class'])}"] += row["frames"]
    return {key: number for key, number in found.items() if number}


def pending(row):
    """What CPUs have not added, by the sentence that explains a difference with it."""
    found = PENDING.search(row.get("because", ""))
    return -int(found[1]) if found else 0


def owners(document):
    """{(what, whose): frames or bytes}; of sockets all processes together, of tags those that have something."""
    found = Counter()
    for row in document.get("sockets", []):
        found["sockets", str(row["protocol"])] += row["frames"]
    for kind in ("dma_buffers", "page_pools"):
        for row in document.get(kind, []):
            found[kind, row["address"]] += row["frames"]
    for row in document.get("tags", []):
        found["tags", row["site"]] += row["bytes"] if row["bytes"] < 1 << 63 else 0
    return {key: number for key, number in found.items() if number}


def kept(mmx, drgn, count):
    """Removed cgroups with their tasks and references; of BPF's maps those that have pages, by number."""
    mine, other = ({row["address"]: (row["tasks"], row["references"]) for row in document.get("dying_memcgs", [])}
                   for document in (mmx, drgn))
    maps = {row["id"]: (row["address"], row["type"]) for row in drgn.get("bpf_maps", [])}
    has = {row["id"]: (row["address"], row["type"]) for row in mmx.get("bpf_maps", [])}
    count(len(mine.keys() | other.keys()) + len(has))
    for address in sorted(mine.keys() | other.keys()):
        if mine.get(address) != other.get(address):
            yield Difference("removed cgroup", address, mine.get(address, ABSENT), other.get(address, ABSENT))
    for number in sorted(has):
        if has[number] != maps.get(number):
            yield Difference("map of BPF", number, has[number], maps.get(number, ABSENT))


def differences(voices, count):
    with voices.mmx("censusx", "-z", "-t", str(1 << 30)) as answer:
        mmx = answer.whole()
    with voices.drgn("census.py") as answer:
        drgn = answer.whole()
    # Queues of virtio devices where that is a module: mmx has its types out of the dump, the scripts the kernel's alone.
    alike = {"unattributed": "dma"} if drgn.pop("untold") else {}
    mine, other = frames(mmx, alike), frames(drgn, alike)
    count(drgn["frames"])
    for what, where in sorted(mine.keys() | other.keys()):
        if mine.get((what, where)) != other.get((what, where)):
            yield Difference(what, where, mine.get((what, where), ABSENT), other.get((what, where), ABSENT))
    mine, other = owners(mmx), owners(drgn)
    count(len(other))
    for what, whose in sorted(mine.keys() | other.keys()):
        if mine.get((what, whose)) != other.get((what, whose)):
            yield Difference(what, whose, mine.get((what, whose), ABSENT), other.get((what, whose), ABSENT))
    yield from kept(mmx, drgn, count)
    told = {row["counter"]: row for row in drgn["reconciliation"]}
    for row in mmx["reconciliation"]:
        theirs = told.get(row["counter"])
        if not theirs or row["unit"] != "pages":  # of no node and no zone
            continue
        count(1)
        for name, a, b in (("kernel", row["kernel"], theirs["kernel"]), ("pending", pending(row), theirs["pending"]),
                           ("counted", row["counted"], theirs.get("counted", row["counted"]))):
            if a != b:
                yield Difference(name, row["counter"], a, b)
