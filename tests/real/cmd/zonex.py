# SPDX-License-Identifier: GPL-2.0-or-later
"""zonex: what it says of nodes and zones is what the guest's zoneinfo, buddyinfo and sysfs said."""
import re

import suite
from real.check import MMX, every_form, raw_form, run
from real.guest import texts

MARKS = ("min", "low", "high", "promo")


def document(form, *words):
    result = run(MMX, "-c", form, "--json", "zonex", *words)
    suite.expect(result.status == 0, result)
    return suite.document(result.out, "mmx.zone/1")


def zoneinfo(text):
    """{(node, zone): {name: number}} of what each zone has, its lists by CPU under (name, CPU)."""
    zones, zone, cpu = {}, None, None
    for line in text.splitlines():
        head = re.match(r"Node (\d+), zone +(\S+)", line)
        words = re.match(r" +(?:pages )?([\w ]+?):? +(-?\d+)$", line)
        if head:
            zone, cpu = zones.setdefault((int(head[1]), head[2]), {}), None
        elif line.strip().startswith("protection:"):
            zone["protection"] = list(map(int, re.findall(r"\d+", line)))
        elif line.strip().startswith("cpu:"):
            cpu = int(line.split()[1])
        elif words and words[1] in ("count", "high", "batch", "vm stats threshold") and cpu is not None:
            zone[words[1], cpu] = int(words[2])
        elif words:
            zone[words[1]] = int(words[2])
    return zones


def steady(dump):
    """What zoneinfo says alike before and after, of zones that have frames."""
    before, after = map(zoneinfo, texts(dump, "zoneinfo"))
    return {key: {name: n for name, n in zone.items() if after[key].get(name) == n}
            for key, zone in before.items() if zone["present"]}


def differences(said, known):
    return [f"{name}: {value}, zoneinfo says {known[name]}" for name, value in said.items()
            if name in known and value != known[name]]


def zones(dump, form):
    """Ranges, watermarks, reserves, what CPUs keep."""
    found, wrong, known = document(form, "-v"), [], steady(dump)
    if "findings" in found:
        wrong.append(f"findings in a sound dump: {found['findings'][:3]}")
    names = found["by_zone"]["reserves_rows"]
    said = {}
    for zone in found["zones"]:
        said[zone["node"], zone["zone"]] = {
            "start_pfn": int(zone["start_pfn"], 16), "present": zone["present"], "managed": zone["managed"],
            "spanned": int(zone["end_pfn"], 16) - int(zone["start_pfn"], 16), "cma": zone["cma"]}
    for zone in found["marks"]:
        here = said[zone["node"], zone["zone"]]
        here |= {mark: zone[mark] + zone["boost"] for mark in MARKS if zone[mark] is not None}
        here |= {"boost": zone["boost"], "free": zone["free"]}
    for name, reserves in zip(names, found["by_zone"]["reserves"]):
        node, zone = name.split()
        said[int(node), zone]["protection"] = reserves
    for cpu in found["cpus"]:
        here = said[cpu["node"], cpu["zone"]]
        here |= {("high", cpu["cpu"]): cpu["high"], ("batch", cpu["cpu"]): cpu["batch"],
                 ("vm stats threshold", cpu["cpu"]): cpu["threshold"]}
    for key, zone in known.items():
        if dump.manifest["bracket"] != "around":
            zone = {name: n for name, n in zone.items() if name != "free"}
        wrong += [f"{key} {line}" for line in differences(said[key], zone)]
    if not known:
        wrong.append("zoneinfo has no zones")
    return "\n".join(wrong[:6]) or None


def as_ranges(numbers):
    """0-3,7 as the kernel lists CPUs."""
    runs = []
    for n in sorted(numbers):
        if runs and runs[-1][1] == n - 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ",".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)


def nodes(dump, form):
    """States of nodes as sysfs lists them, settings of watermarks as sysctl."""
    found, wrong = document(form), []
    for line in (dump.before / "settings/nodes").read_text().splitlines():
        state, _, listed = line.partition(" ")
        name = state.removeprefix("has_").replace("_", "-")
        ours = as_ranges(node["node"] for node in found["nodes"] if name in node["states"].split())
        if ours != listed:
            wrong.append(f"{state}: {ours}, sysfs says {listed}")
    known = dict(line.split(None, 1) for line in (dump.before / "settings/vm").read_text().splitlines()
                 if len(line.split(None, 1)) == 2)
    for name, value in found["settings"].items():
        if name in known and str(value).split() != known[name].split():
            wrong.append(f"{name}: {value}, sysctl says {known[name]}")
    online = sum(len(node["cpus"] or "") > 0 for node in found["nodes"])
    if not online or not found["zonelists"]:
        wrong.append("no CPUs or no zone lists")
    first = [entry["order"].split(", ")[0] for entry in found["zonelists"] if entry["list"] == "fallback"]
    if any(not entry.startswith(f"{node['node']} ") for node, entry in zip(found["nodes"], first)):
        wrong.append(f"a node's own zones are not the first: {first}")
    return "\n".join(wrong) or None


def requests(_, form):
    """A guest that is mostly free serves what is small, at once and from its highest zone."""
    found, wrong = document(form, "-a", "GFP_KERNEL"), []
    populated = [mark["zone"] for mark in document(form)["marks"] if mark["zone"] != "Movable"]
    if found["request"]["flags"] != "GFP_KERNEL" or populated[-1] not in found["request"]["answer"]:
        wrong.append(f"GFP_KERNEL: {found['request']}")
    found = document(form, "-a", "GFP_DMA")
    if [attempt["zone"] for attempt in found["tries"]] != ["DMA"]:
        wrong.append(f"GFP_DMA: {found['tries']}")
    for attempt in found["tries"]:
        if attempt["usable"] != attempt["free"] - attempt["unusable"]:
            wrong.append(f"{attempt}")
    return "\n".join(wrong) or None


CHECKS = [
    ("zonex and zoneinfo", every_form, zones),
    ("zonex and sysfs", every_form, nodes),
    ("zonex -a", raw_form, requests),
]
