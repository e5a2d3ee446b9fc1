// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters of a node with a zone that two CPUs of three are online for: parts of CPUs have signs, those of a
 * CPU that is away do not count, and what cannot be read is not 0.
 */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/knowledge.h"
#include "mm/zones/counters.h"
#include "unit.h"

#define ITEMS 3u

struct of_cpu {
	int8_t threshold, part[ITEMS];
	uint64_t numa[1];
};

struct zone {
	int64_t shared[ITEMS], numa[1];
	uint64_t cpus;
};

struct node {
	struct zone zone;
	int64_t shared[ITEMS];
	uint64_t cpus;
};

static struct fake_memory *m;
static struct node *node;

static uint64_t put(const char *symbol, const void *bytes, size_t size)
{
	uint64_t at = fake_put(m, bytes, size);

	fake_symbol(m, symbol, at);
	return at;
}

static void make_layout(void)
{
	fake_no_types(m);
	fake_struct(m, S_cpumask, 8);
	fake_struct(m, S_nodemask_t, 8);
	fake_struct(m, S_zone, sizeof(struct zone));
	fake_struct(m, S_per_cpu_zonestat, sizeof(struct of_cpu));
	fake_struct(m, S_per_cpu_nodestat, sizeof(struct of_cpu));
	fake_enum(m, E_N_ONLINE, 1);
	fake_member(m, M_pglist_data_node_zones, offsetof(struct node, zone), sizeof(struct zone),
		    1);
	fake_member(m, M_pglist_data_vm_stat, offsetof(struct node, shared), 8 * ITEMS, ITEMS);
	fake_member(m, M_pglist_data_per_cpu_nodestats, offsetof(struct node, cpus), 8, 0);
	fake_member(m, M_zone_vm_stat, offsetof(struct zone, shared), 8 * ITEMS, ITEMS);
	fake_member(m, M_zone_vm_numa_event, offsetof(struct zone, numa), 8, 1);
	fake_member(m, M_zone_per_cpu_zonestats, offsetof(struct zone, cpus), 8, 0);
	fake_member(m, M_per_cpu_zonestat_vm_stat_diff, offsetof(struct of_cpu, part), ITEMS,
		    ITEMS);
	fake_member(m, M_per_cpu_zonestat_vm_numa_event, offsetof(struct of_cpu, numa), 8, 1);
	fake_member(m, M_per_cpu_zonestat_stat_threshold, 0, 1, 0);
	fake_member(m, M_per_cpu_nodestat_vm_node_stat_diff, offsetof(struct of_cpu, part), ITEMS,
		    ITEMS);
	fake_member(m, M_per_cpu_nodestat_stat_threshold, 0, 1, 0);
	fake_member(m, M_vm_event_state_event, 0, 16, 2);
}

/* CPU 1 is away. */
static uint64_t online = 5; /* CPUs 0 and 2 */

static bool is_up;

static void setup(void)
{
	static const struct of_cpu cpus[3] = {
		{10, {-3, 4, 0}, {100}}, {10, {50, 50, 50}, {1000}}, {10, {-2, -1, 9}, {20}}};
	static const int64_t shared[ITEMS] = {100, -2, 7}, event[6] = {1, 2, 30, 40, 500, 600};
	const uint64_t offset[3] = {0, sizeof(struct of_cpu), 2 * sizeof(struct of_cpu)};
	struct mmx_zone z = {.name = "DMA", .present = 1};
	struct node n = {.zone.numa = {5}};
	uint64_t at;

	m = fake_memory_new(1 << 16);
	make_layout();
	n.cpus = n.zone.cpus = fake_put(m, cpus, sizeof(cpus));
	memcpy(n.shared, shared, sizeof(shared));
	memcpy(n.zone.shared, shared, sizeof(shared));
	at = fake_put(m, &n, sizeof(n));
	node = fake_at(m, at);
	z.addr = at + offsetof(struct node, zone);
	fake_symbol(m, "contig_page_data", at);
	if (!is_up) {
		put("__per_cpu_offset", offset, sizeof(offset));
		put("__cpu_online_mask", &online, 8);
	}
	put("node_states", (uint64_t[]){1, 1}, 16);
	put("vm_zone_stat", shared, sizeof(shared));
	put("vm_node_stat", shared, sizeof(shared));
	put("vm_numa_event", &(int64_t){5}, 8);
	put("vm_event_states", event, sizeof(event));
	m->mem.zones.per_node = 1;
	if (!mmx_array_add(&m->mem.zones, z))
		abort();
	m->mem.kernel.facts.v[FACT_ZONES].state = MMX_FACT_CHECKED;
}

static void teardown(void)
{
	mmx_array_free(&m->mem.zones);
	fake_memory_free(m);
}

static const struct mmx_counters *find(void)
{
	mmx_knowledge_free(m->mem.knowledge);
	m->mem.knowledge = mmx_knowledge_new(NULL);
	return mmx_know_counters(m->view);
}

static struct mmx_counter of(const struct mmx_counters *c, enum mmx_counter_group group, int number)
{
	return mmx_counter_at(c, mmx_counter_set_of(c, group, 0, 0), number);
}

static bool is(struct mmx_counter counter, int64_t shared, int64_t pending, uint64_t bound)
{
	return !counter.why && counter.shared == shared && counter.pending == pending &&
	       counter.bound == bound;
}

static void cpus_that_a_panic_stopped_count(void)
{
	const struct mmx_counters *c;

	online = 1;
	setup();
	online = 5;
	c = find();
	CHECK(!is(of(c, MMX_COUNTERS_NODE, 2), 7, 9, 20), "without");
	put("__cpu_active_mask", &online, 8);
	c = find();
	CHECK(is(of(c, MMX_COUNTERS_NODE, 2), 7, 9, 20), "a node's");
	teardown();
}

static void parts_of_cpus_have_signs(void)
{
	const struct mmx_counters *c;
	struct mmx_counter counter;

	setup();
	c = find();
	CHECK(mmx_cover_whole(&c->coverage), "%s", c->coverage.first.text);
	CHECK(is(of(c, MMX_COUNTERS_ZONE, 0), 100, -5, 20), "a zone's");
	CHECK(is(of(c, MMX_COUNTERS_NODE, 2), 7, 9, 20), "a node's");
	CHECK(is(of(c, MMX_COUNTERS_NUMA, 0), 5, 120, UINT64_MAX), "events of NUMA");
	CHECK(is(mmx_counter_at(c, &c->all[MMX_COUNTERS_ZONE], 1), -2, 3, 20), "the system's");
	CHECK(is(mmx_counter_at(c, &c->all[MMX_COUNTERS_EVENT], 1), 602, 0, 0), "events");
	counter = of(c, MMX_COUNTERS_ZONE, 1);
	CHECK(mmx_counter_shown(c, &counter) == 0, "shown is what is below 0");
	CHECK(of(c, MMX_COUNTERS_ZONE, ITEMS).why && of(c, MMX_COUNTERS_ZONE, -1).why &&
		      mmx_counter_at(c, NULL, 0).why,
	      "there is no such counter");
	teardown();
}

static void without_smp_nothing_is_pending(void)
{
	const struct mmx_counters *c;
	struct mmx_counter counter;

	is_up = true;
	setup();
	is_up = false;
	c = find();
	CHECK(!mmx_cover_whole(&c->coverage), "symbols are missing, and nothing else tells");
	m->mem.kernel.layout.member[M_per_cpu_zonestat_vm_stat_diff].provider = -1;
	m->mem.kernel.layout.member[M_per_cpu_nodestat_vm_node_stat_diff].provider = -1;
	c = find();
	CHECK(mmx_cover_whole(&c->coverage), "%s", c->coverage.first.text);
	counter = of(c, MMX_COUNTERS_ZONE, 1);
	CHECK(is(counter, -2, 0, 0) && (int64_t)mmx_counter_shown(c, &counter) == -2, "%s",
	      c->coverage.first.text);
	teardown();
}

static void what_is_not_read_is_not_0(void)
{
	const struct mmx_counters *c;

	setup();
	node->zone.cpus = 8; /* in user space */
	c = find();
	CHECK(c->coverage.broken && of(c, MMX_COUNTERS_ZONE, 0).why &&
		      mmx_counter_at(c, &c->all[MMX_COUNTERS_ZONE], 0).why,
	      "CPUs' parts that are nowhere");
	CHECK(is(of(c, MMX_COUNTERS_NODE, 0), 100, -5, 20), "the node's are");
	CHECK(!of(c, MMX_COUNTERS_ZONE, 0).why_shared && of(c, MMX_COUNTERS_ZONE, 0).shared == 100,
	      "and what all CPUs share");
	teardown();

	setup();
	fake_symbol(m, "boot_zonestats", node->zone.cpus);
	c = find();
	CHECK(c->coverage.unknown && of(c, MMX_COUNTERS_ZONE, 0).why, "CPUs' parts of boot");
	teardown();

	setup();
	fake_member(m, M_per_cpu_zonestat_vm_stat_diff, 4, 4000, 4000);
	c = find();
	CHECK(c->coverage.broken && of(c, MMX_COUNTERS_ZONE, 0).why, "parts beyond their struct");
	fake_member(m, M_zone_vm_stat, 0, 8 * 5000, 5000);
	c = find();
	CHECK(!mmx_cover_whole(&c->coverage) && of(c, MMX_COUNTERS_ZONE, 0).why,
	      "more counters than make sense");
	teardown();
}

int main(void)
{
	RUN(parts_of_cpus_have_signs);
	RUN(cpus_that_a_panic_stopped_count);
	RUN(without_smp_nothing_is_pending);
	RUN(what_is_not_read_is_not_0);
	return unit_end();
}
