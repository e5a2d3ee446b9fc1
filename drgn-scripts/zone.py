#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes and zones, as `mmx --json zonex -v` has them, computed with drgn."""
import sys

from mmxdrgn import answers, script
from mmxdrgn.zone_state import States

KINDS = ("fallback", "this node")


def place(one):
    return {"node": one.node, "zone": one.name}


def range_row(states, one):
    cma = states.target.member("struct zone", "cma_pages")
    return {**place(one), "start_pfn": answers.word(one.start), "end_pfn": answers.word(one.start + one.spanned),
            "present": one.present, "managed": states.zone_number(one, "managed_pages"),
            "holes": one.spanned - one.present, "cma": states.zone_number(one, "cma_pages") if cma else 0}


def mark_row(states, one):
    shared, pending = states.zone_counters(one)[states.target.constant("NR_FREE_PAGES")]
    marks, boost = states.marks(one), states.zone_number(one, "watermark_boost")
    stands = sum(max(shared, 0) <= marks[name] + boost for name in ("high", "low", "min"))
    return {**place(one), "free": shared, "pending": pending, **marks, "boost": boost,
            "stands": ("above high", "below high", "below low", "below min")[stands]}


def cpu_rows(states, one):
    return [{**place(one), "cpu": cpu, "count": count, "high": high, "batch": batch, "threshold": threshold}
            for cpu, (count, high, batch, threshold) in states.pages_of_cpus(one).items()]


def list_row(states, one):
    cpus = list(states.pages_of_cpus(one).values())
    highs = [high for _, high, _, _ in cpus]
    return {**place(one), "cpus": len(cpus), "count": sum(count for count, *_ in cpus),
            "high_least": min(highs), "high_most": max(highs)}


def counter_rows(names, counters, node, name):
    return [{"node": node, "zone": name, "shared": shared, "pending": pending, "exact": shared + pending,
             "counter": counter}
            for counter, (shared, pending) in zip(names, counters) if shared or pending]


def all_counters(states):
    t = states.target
    rows = []
    of_zones = states.names("enum zone_stat_item", t.length("struct zone", "vm_stat"))
    of_nodes = states.names("enum node_stat_item", t.length("struct pglist_data", "vm_stat"))
    numa = t.length("struct zone", "vm_numa_event")
    events = states.names("enum numa_stat_item", numa) if numa else []
    for node, address in states.online_nodes().items():
        rows += counter_rows(of_nodes, states.node_counters(address), node, None)
    for one in states.zones:
        rows += counter_rows(of_zones, states.zone_counters(one), one.node, one.name)
        if events:
            rows += counter_rows(events, states.numa_events(one), one.node, one.name)
    return rows


def answer(model, _):
    states = States(model)
    populated = states.populated
    answers.write(
        "mmx.zone/1", zones=[range_row(states, one) for one in states.zones],
        marks=[mark_row(states, one) for one in populated],
        by_zone={"free_blocks": [states.nr_free(one) for one in populated],
                 "reserves": [states.words(one.address, "struct zone", "lowmem_reserve") for one in populated]},
        lists=[list_row(states, one) for one in populated],
        cpus=[row for one in populated for row in cpu_rows(states, one)],
        zonelists=[{"node": node, "list": KINDS[kind], "order": ", ".join(f"{at} {name}" for at, name in entries)}
                   for (node, kind), entries in states.lists().items() if entries],
        counters=all_counters(states))
    return answers.DONE


def main():
    return script.run(script.parser(__doc__).parse_args(), answer)


if __name__ == "__main__":
    sys.exit(main())
