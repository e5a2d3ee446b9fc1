# SPDX-License-Identifier: GPL-2.0-or-later
"""procx of meminfo, of each node's meminfo, and of swaps."""
import re

from real.check import every_form
from real.guest import texts
from real.procfile import as_captured

# KiB by which a number may have gone and come back between two captures: a guest that idles takes a slab and
# gives one back by itself, and CPUs add what they held back, up to 12 pages each. What may be had and what is
# free follow.
IDLING = {"Slab": 128, "SUnreclaim": 128, "SReclaimable": 128, "KReclaimable": 128, "MemFree": 64, "MemUsed": 64,
          "MemAvailable": 64}
DYING = 4096  # KiB that a kernel takes between its last capture and its dump, to panic and start the next one


def churn_of(dump):
    dying = 0 if dump.manifest["bracket"] == "around" else DYING
    before, after = (int(re.search(r"^Buffers: +(\d+)", text, re.M)[1]) for text in texts(dump, "meminfo"))
    # What is left of a counter, of which CPUs hold back a part, without Buffers, which are counted at once.
    own = IDLING | {"Cached": abs(before - after)}

    def churn(line):
        return max(dying, own.get(re.sub(r"^Node \d+ ", "", line).partition(":")[0], 0))
    return churn


def file_of(entry):
    def check(dump, form):
        return as_captured(dump, form, entry, churn_of(dump))
    return check


def of_nodes(dump, form):
    nodes = sorted(dump.before.glob("node[0-9]*"))
    wrong = [as_captured(dump, form, f"{folder.name}/meminfo", churn_of(dump)) for folder in nodes]
    return "\n".join(filter(None, wrong)) or None if nodes else "no node was captured"


CHECKS = [
    ("procx meminfo", every_form, file_of("meminfo")),
    ("procx meminfo of nodes", every_form, of_nodes),
    ("procx swaps", every_form, file_of("swaps")),
]
