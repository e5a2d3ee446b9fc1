# SPDX-License-Identifier: GPL-2.0-or-later
"""What other checks take for granted of the lab's workload: that it really happened, and was counted."""
from real.check import raw_form
from real.guest import situations_of


def counted(dump, _):
    """Huge pages were counted as faulted in, and a cache that nobody else uses has the objects that were made."""
    told, vmstat, slabs = situations_of(dump), {}, {}
    for line in (dump.before / "vmstat").read_text().splitlines():
        name, value = line.split()
        vmstat[name] = int(value)
    for line in (dump.before / "slabinfo").read_text().splitlines()[2:]:
        name, active, _ = line.split()[:3]
        slabs[name] = int(active)
    for name in ("thp_fault_alloc", "slab_filled"):
        if not told[name]["made"]:
            return f"{name}: {told[name]['why']}"
    if vmstat["thp_fault_alloc"] < told["thp_fault_alloc"]["after"]:
        return f"thp_fault_alloc is {vmstat['thp_fault_alloc']}, and was {told['thp_fault_alloc']['after']} before"
    cache = told["slab_filled"]
    if cache["before"] or slabs[cache["cache"]] < cache["objects"]:
        return f"the cache {cache['cache']} has {slabs[cache['cache']]} objects, and had {cache['before']}"
    return None


CHECKS = [
    ("workload", raw_form, counted),
]
