# SPDX-License-Identifier: GPL-2.0-or-later
"""The counters of nodes and zones: what all CPUs share, and what each has not added to that yet."""
from .zone import nodes

# Each group by the enumerator that ends its enum, the array of the whole system, and what a CPU has of it.
GROUPS = (("NR_VM_ZONE_STAT_ITEMS", "vm_zone_stat"), ("NR_VM_NUMA_EVENT_ITEMS", None),
          ("NR_VM_NODE_STAT_ITEMS", "vm_node_stat"))


class Counters:
    """By the names of /proc/vmstat: {name: (shared, pending)}."""

    def __init__(self, model):
        self.kernel, self.target = model.kernel, model.target
        self.all = {}
        text = self.kernel.need_symbol("vmstat_text")
        pending = {"vm_zone_stat": self._of_zones(model), "vm_node_stat": self._of_nodes()}
        for last, array in GROUPS:
            items = self.target.constant(last)
            names = [self.kernel.text(pointer, 64) for pointer in self.kernel.numbers(text, items)]
            text += 8 * items
            if array:
                at = self.kernel.need_symbol(array)
                self.all |= {name: (self.kernel.number(at + 8 * i, signed=True), sum(diff[i] for diff in pending[array]))
                             for i, name in enumerate(names)}

    def _diffs(self, pointer, struct, member):
        """What each CPU has in an array of bytes behind a per-CPU pointer."""
        offset, length = self.target.offset(struct, member), self.target.length(struct, member)
        for cpu in self.kernel.cpus.values():
            at = pointer + cpu & (1 << 64) - 1
            yield [byte - 256 if byte > 127 else byte for byte in self.kernel.read(at + offset, length)]

    def _of_zones(self, model):
        """Zones that have no memory share what there was at boot, which nobody counts in."""
        return [diff for zone in model.zones if zone.present for diff in self._diffs(
            self.kernel.member(zone.address, "struct zone", "per_cpu_zonestats"), "struct per_cpu_zonestat",
            "vm_stat_diff")]

    def _of_nodes(self):
        return [diff for address in nodes(self.kernel).values() for diff in self._diffs(
            self.kernel.member(address, "struct pglist_data", "per_cpu_nodestats"), "struct per_cpu_nodestat",
            "vm_node_stat_diff")]
