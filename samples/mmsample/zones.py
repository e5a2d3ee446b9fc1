# SPDX-License-Identifier: GPL-2.0-or-later
"""The node, its zones, and the free memory in them: buddy lists and per-CPU lists."""

from .frames import DEVICE_ZONE, RAM, ZONES
from .memory import PAGE
from .percpu import CPUS

MAX_ORDER = 10
PCP_TYPES = 3
THRESHOLD = 8  # how far a CPU counts by itself


class Node:
    def __init__(self, machine, frames, percpu):
        self.machine = machine
        self.frames = frames
        self.percpu = percpu
        self.types = machine.types
        size = self.types.sizeof("pglist_data")
        self.pgdat = machine.object("pglist_data", machine.direct(frames.memblock(size, PAGE)))
        self.free_pages = [0] * len(ZONES)
        self.free_blocks = []  # (pfn, order, migratetype)
        self.pcp_pages = []  # (pfn, order, cpu, list)
        boot = percpu.place("boot_pageset", self.types.sizeof("per_cpu_pages"), 64)
        boot_stat = percpu.place("boot_zonestats", self.types.sizeof("per_cpu_zonestat"), 64)
        self.zones = [self._zone(i, boot, boot_stat) for i in range(len(ZONES))]
        self._pgdat()

    # The structures.

    def _pgdat(self):
        m, pgdat = self.machine, self.pgdat
        start, end = 0, RAM[-1][1]
        pgdat.set(nr_zones=DEVICE_ZONE + 1, node_start_pfn=start, node_spanned_pages=end - start,
                  node_present_pages=sum(b - a for a, b in RAM), node_id=0)
        for i, zone in enumerate((2, 1, 0)):
            for kind in (0, 1):  # of all nodes, and of this one
                ref = f"node_zonelists[{kind}]._zonerefs[{i}]"
                pgdat[f"{ref}.zone"] = self.zones[zone]
                pgdat[f"{ref}.zone_idx"] = zone
        stats = self.percpu.place("", self.types.sizeof("per_cpu_nodestat"), 64)
        pgdat["per_cpu_nodestats"] = stats
        m.list_init(pgdat.at("deferred_split_queue.split_queue"))
        node_data = m.image.place("node_data", 1024 * 8, 64)
        m.put(node_data, pgdat.address)
        states = self.types.enumerator("NR_NODE_STATES")
        node_states = m.image.place("node_states", states * self.types.sizeof("nodemask_t"), 64)
        for state in range(states - 1):
            m.put(node_states + state * self.types.sizeof("nodemask_t"), 1)
        self.node_online_map = node_states + self.types.sizeof("nodemask_t")
        m.image.variable("nr_online_nodes", 1, 4)
        m.image.variable("nr_node_ids", 1, 4)

    def _zone(self, number, boot_pageset, boot_stats):
        name, start, end = ZONES[number]
        zone = self.machine.object("zone", self.pgdat.at(f"node_zones[{number}]"))
        zone.set(name=self.machine.image.string(name), zone_pgdat=self.pgdat, node=0,
                 per_cpu_pageset=boot_pageset, per_cpu_zonestats=boot_stats)
        if end == start:
            return zone
        if number == DEVICE_ZONE:
            zone.set(zone_start_pfn=start, spanned_pages=end - start, initialized=1)
            self._free_area_init(zone)
            return zone
        present = sum(min(b, end) - max(a, start) for a, b in RAM if a < end and b > start)
        watermark = present // 256
        zone.set(zone_start_pfn=start, spanned_pages=end - start, present_pages=present,
                 present_early_pages=present if number < 2 else 0, initialized=1, pageset_batch=63)
        zone.set_known(pageset_high=63, pageset_high_min=63, pageset_high_max=252)
        for i in range(4):
            zone[f"_watermark[{i}]"] = watermark * (4 + i) // 4
        for i in range(number + 1, 3):
            zone[f"lowmem_reserve[{i}]"] = present // 32 * (i - number)
        if self.types.has("zone", "nr_free_highatomic"):
            zone["nr_free_highatomic"] = 0
        self._free_area_init(zone)
        self._pagesets(zone)
        return zone

    def _free_area_init(self, zone):
        for order in range(MAX_ORDER + 1):
            for migratetype in range(self.types.enumerator("MIGRATE_TYPES")):
                path = f"free_area[{order}].free_list[{migratetype}]"
                self.machine.list_init(zone.at(path))

    def _pagesets(self, zone):
        stride, lists = self.types.stride("per_cpu_pages", "lists")
        zone["per_cpu_pageset"] = self.percpu.place("", self.types.sizeof("per_cpu_pages"), 64)
        zone["per_cpu_zonestats"] = self.percpu.place("", self.types.sizeof("per_cpu_zonestat"), 64)
        for cpu in range(CPUS):
            self.stats(zone, cpu)["stat_threshold"] = THRESHOLD
            pcp = self.pcp(zone, cpu)
            pcp.set(high=63, batch=63).set_known(high_min=63, high_max=252)
            for i in range(lists):
                self.machine.list_init(pcp.at("lists") + i * stride)

    def pcp(self, zone, cpu):
        return self.percpu.object("per_cpu_pages", zone["per_cpu_pageset"], cpu)

    def stats(self, zone, cpu):
        return self.percpu.object("per_cpu_zonestat", zone["per_cpu_zonestats"], cpu)

    def zone(self, pfn):
        return self.zones[self.frames.zone_of(pfn)]

    # Free memory.

    def free_to_pcp(self, pfn, order, cpu, migratetype):
        """Put a free block on a CPU's list: no type, no references."""
        index = migratetype + PCP_TYPES * order
        for p in range(pfn, pfn + (1 << order)):
            self.frames.take(p, "pcp", _refcount=0)
        page = self.frames.page(pfn)
        if not self.frames.byte_types():
            page["index"] = migratetype
        pcp = self.pcp(self.zone(pfn), cpu)
        self.machine.list_add_tail(page.at("pcp_list"), pcp.at(f"lists[{index}]"))
        pcp["count"] += 1 << order
        self.pcp_pages.append((pfn, order, cpu, index))

    def free_the_rest(self):
        """Every frame of RAM that nobody took becomes part of the largest block that it can."""
        free = [p for p in self.frames.ram() if p not in self.frames.kind]
        at = 0
        while at < len(free):
            end = at + 1
            while end < len(free) and free[end] == free[end - 1] + 1:
                end += 1
            self._free_run(free[at], free[end - 1] + 1)
            at = end

    def _free_run(self, start, end):
        while start < end:
            order = MAX_ORDER
            while start & (1 << order) - 1 or start + (1 << order) > end:
                order -= 1
            self._free_block(start, order)
            start += 1 << order

    def _free_block(self, pfn, order):
        zone = self.zone(pfn)
        migratetype = self.frames.migratetype(pfn)
        page = self.frames.page(pfn)
        self.frames.set_type(pfn, "buddy")
        page["private"] = order
        area = f"free_area[{order}]"
        head = zone.at(f"{area}.free_list[{migratetype}]")
        self.machine.list_add_tail(page.at("buddy_list"), head)
        zone[f"{area}.nr_free"] += 1
        self.free_pages[self.frames.zone_of(pfn)] += 1 << order
        self.free_blocks.append((pfn, order, migratetype))

    def finish(self):
        """Counters, once every frame has found its place."""
        nr_free = self.types.enumerator("NR_FREE_PAGES")
        for number, zone in enumerate(self.zones):
            _, start, end = ZONES[number]
            reserved = sum(1 for pfn, kind in self.frames.kind.items()
                           if kind.startswith("reserved") and start <= pfn < end
                           and kind not in ("reserved: hole", "reserved: device"))
            zone["managed_pages"] = zone["present_pages"] - reserved if number != DEVICE_ZONE else 0
            zone[f"vm_stat[{nr_free}]"] = self.free_pages[number]
