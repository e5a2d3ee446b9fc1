# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel keeps of each zone and node beside its frames: watermarks, counters, lists of CPUs, zone lists."""
from . import zone

ZONE, NODE, STATE = "struct zone", "struct pglist_data", "struct per_cpu_zonestat"
MARKS = ("MIN", "LOW", "HIGH", "PROMO")


def signed(value, bits=64):
    return value - (1 << bits) if value >> bits - 1 & 1 else value


class States:
    """Reads them."""

    def __init__(self, model):
        self.kernel, self.target, self.zones = model.kernel, model.target, model.zones
        mask = int.from_bytes(self.kernel.read(self.kernel.need_symbol("__cpu_online_mask"),
                                               self.target.size("struct cpumask")), "little")
        self.online = {cpu: offset for cpu, offset in self.kernel.cpus.items() if mask >> cpu & 1}

    @property
    def populated(self):
        return [one for one in self.zones if one.present]

    def words(self, address, struct, name):
        """An array of words, as signed numbers."""
        t = self.target
        return [signed(n) for n in self.kernel.numbers(address + t.offset(struct, name), t.length(struct, name))]

    def zone_number(self, one, *names):
        return self.kernel.member(one.address, ZONE, *names)

    def marks(self, one):
        raw = self.words(one.address, ZONE, "_watermark")
        found = {}
        for name in MARKS:
            at = self.target.constant(f"WMARK_{name}")
            found[name.lower()] = None if at is None else raw[at]
        return found

    def nr_free(self, one):
        t = self.target
        area, size = t.offset(ZONE, "free_area"), t.size("struct free_area")
        return [self.kernel.number(one.address + area + order * size + t.offset("struct free_area", "nr_free"))
                for order in range(t.length(ZONE, "free_area"))]

    def held_back(self, pointer, struct, name):
        """What CPUs that are online have of each counter."""
        t = self.target
        length = t.length(struct, name)
        sums = [0] * length
        for offset in self.online.values():
            at = (pointer + offset & (1 << 64) - 1) + t.offset(struct, name)
            for i, byte in enumerate(self.kernel.read(at, length)):
                sums[i] += signed(byte, 8)
        return sums

    def zone_counters(self, one):
        """(shared, pending) of each."""
        shared = self.words(one.address, ZONE, "vm_stat")
        if not one.present:
            return [(n, 0) for n in shared]
        return list(zip(shared, self.held_back(self.zone_number(one, "per_cpu_zonestats"), STATE, "vm_stat_diff")))

    def numa_events(self, one):
        """The same of what allocations met, which CPUs count in words."""
        pending = [0] * self.target.length(ZONE, "vm_numa_event")
        pointer = self.zone_number(one, "per_cpu_zonestats")
        for offset in self.online.values() if one.present else ():
            at = pointer + offset & (1 << 64) - 1
            pending = [n + more for n, more in zip(pending, self.words(at, STATE, "vm_numa_event"))]
        return list(zip(self.words(one.address, ZONE, "vm_numa_event"), pending))

    def node_counters(self, address):
        shared = self.words(address, NODE, "vm_stat")
        pointer = self.kernel.member(address, NODE, "per_cpu_nodestats")
        return list(zip(shared, self.held_back(pointer, "struct per_cpu_nodestat", "vm_node_stat_diff")))

    def names(self, enum, count):
        found = [""] * count
        for name, value in ((e.name, e.value) if hasattr(e, "name") else e for e in self.target.enumerators(enum)):
            if 0 <= value < count and not name.endswith("_BASE"):
                found[value] = name
        return found

    def pages_of_cpus(self, one):
        """{CPU: (count, high, batch, threshold)}"""
        pages, stats = self.zone_number(one, "per_cpu_pageset"), self.zone_number(one, "per_cpu_zonestats")
        found = {}
        for cpu, offset in self.online.items():
            at, stat = (pointer + offset & (1 << 64) - 1 for pointer in (pages, stats))
            found[cpu] = (*(self.kernel.member(at, "struct per_cpu_pages", name) for name in ("count", "high", "batch")),
                          self.kernel.member(stat, STATE, "stat_threshold"))
        return found

    def lists(self):
        """{(node, number of its list): [(node, zone name)]}"""
        t, found = self.target, {}
        refs, size = t.offset("struct zonelist", "_zonerefs"), t.size("struct zoneref")
        known = {one.address: (one.node, one.name) for one in self.zones}
        for node, address in self.online_nodes().items():
            for kind in range(t.length(NODE, "node_zonelists")):
                at = address + t.offset(NODE, "node_zonelists") + kind * t.size("struct zonelist") + refs
                entries = []
                for i in range(t.length("struct zonelist", "_zonerefs")):
                    one = self.kernel.member(at + i * size, "struct zoneref", "zone")
                    if not one:
                        break
                    entries.append(known[one])
                found[node, kind] = entries
        return found

    def online_nodes(self):
        online = self.target.constant("N_ONLINE")
        nodes = self.target.variable_type("node_data")
        size = (nodes.length + 63) // 64 * 8 if nodes else 8
        mask = int.from_bytes(self.kernel.read(self.kernel.need_symbol("node_states") + online * size, size), "little")
        return {node: address for node, address in zone.nodes(self.kernel).items() if mask >> node & 1}
