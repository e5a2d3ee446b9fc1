// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests for memory: which zone would serve one, on machines of two nodes that are made here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/frames/pageblock.h"
#include "mm/processes/task.h"
#include "mm/zones/counters.h"
#include "mm/zones/gfp_names.h"
#include "mm/zones/nodes.h"
#include "mm/zones/request.h"
#include "mm/zones/topology.h"
#include "mm/zones/zone_states.h"
#include "unit.h"

#define NODES       2u
#define ORDERS      5u
#define BLOCK_ORDER 3u

enum { DMA32, NORMAL, MOVABLE, ZONES };
enum { UNMOVABLE_PAGES, MOVABLE_PAGES, RECLAIMABLE_PAGES, HIGHATOMIC_PAGES, TYPES };
enum { NR_FREE_PAGES, NR_UNACCEPTED, COUNTERS };

enum {
	GFP_THISNODE = 1,
	GFP_HIGH = 2,
	GFP_KSWAPD = 4,
	GFP_DIRECT = 8,
	GFP_MOVABLE = 16,
	GFP_HARDWALL = 32,
	GFP_KERNEL = GFP_KSWAPD | GFP_DIRECT,
};

struct area {
	uint64_t list[TYPES][2];
	uint64_t nr_free;
};

struct zone {
	struct area area[ORDERS];
};

static struct fake_memory *m;
static struct mmx_zone_states *states;
static struct mmx_counters *counters;
static struct mmx_topology *topology;
static struct mmx_nodes *nodes;
static struct mmx_request asked;

static void make_layout(void)
{
	fake_no_types(m);
	fake_member(m, M_zone_free_area, 0, sizeof(struct area) * ORDERS, ORDERS);
	fake_member(m, M_free_area_free_list, 0, 16 * TYPES, TYPES);
	fake_member(m, M_zone_nr_free_highatomic, 0, 8, 0);
	fake_member(m, M_pglist_data_node_zonelists, 0, 16, 2);
	fake_enum(m, E_MIGRATE_UNMOVABLE, UNMOVABLE_PAGES);
	fake_enum(m, E_MIGRATE_MOVABLE, MOVABLE_PAGES);
	fake_enum(m, E_MIGRATE_RECLAIMABLE, RECLAIMABLE_PAGES);
	fake_enum(m, E_MIGRATE_HIGHATOMIC, HIGHATOMIC_PAGES);
	fake_enum(m, E_ZONE_DMA32, DMA32);
	fake_enum(m, E_ZONE_NORMAL, NORMAL);
	fake_enum(m, E_ZONE_MOVABLE, MOVABLE);
}

static void make_names(void)
{
	static const struct mmx_gfp_name names[] = {
		{GFP_THISNODE, "__GFP_THISNODE"},     {GFP_HIGH, "__GFP_HIGH"},
		{GFP_KSWAPD, "__GFP_KSWAPD_RECLAIM"}, {GFP_DIRECT, "__GFP_DIRECT_RECLAIM"},
		{GFP_MOVABLE, "__GFP_MOVABLE"},       {GFP_HARDWALL, "__GFP_HARDWALL"},
	};
	struct mmx_gfp_names *known = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_gfp_names);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!mmx_array_add(known, names[i]))
			abort();
	}
	known->coverage.found = known->n;
}

static void make_counters(void)
{
	static const struct mmx_counter_item items[COUNTERS] = {{.name = "NR_FREE_PAGES"},
								{.name = "NR_UNACCEPTED"}};

	counters = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_counters);
	for (unsigned int i = 0; i < COUNTERS; i++) {
		if (!mmx_array_add(&counters->items[MMX_COUNTERS_ZONE], items[i]))
			abort();
	}
}

/* A zone with nothing free and no marks. */
static void make_zone(unsigned int node, unsigned int index)
{
	struct mmx_zone_state state = {.node = node, .index = index, .present = 1 << 20};
	struct mmx_counter_set set = {.group = MMX_COUNTERS_ZONE,
				      .node = node,
				      .zone = index,
				      .n = COUNTERS,
				      .part = calloc(2 * COUNTERS, sizeof(int64_t))};
	struct zone zone = {0};

	state.addr = fake_put(m, &zone, sizeof(zone));
	for (unsigned int i = 0; i < ORDERS; i++) {
		struct area *area = &((struct zone *)fake_at(m, state.addr))->area[i];

		for (unsigned int t = 0; t < TYPES; t++)
			area->list[t][0] = area->list[t][1] =
				state.addr + i * sizeof(*area) + t * 16;
	}
	if (!set.part || !mmx_array_add(states, state) || !mmx_array_add(&counters->sets, set))
		abort();
}

/* The node @from goes to @node next, from its Normal zone down. */
static void put_on_list(unsigned int from, enum mmx_zonelist_kind kind, unsigned int node)
{
	for (unsigned int zone = MOVABLE; zone--;) {
		struct mmx_zonelist_entry entry = {from, kind, node, zone};

		if (!mmx_array_add(&topology->lists, entry))
			abort();
	}
	topology->coverage.found = topology->lists.n;
}

static void setup(void)
{
	struct mmx_pageblock_format *blocks;

	m = fake_memory_new(1 << 16);
	make_layout();
	make_names();
	make_counters();
	states = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_zone_states);
	topology = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_topology);
	nodes = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_nodes);
	blocks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_pageblock_format);
	blocks->order = BLOCK_ORDER;
	blocks->types = TYPES;
	states->zones = ZONES;
	states->orders = ORDERS;
	for (unsigned int node = 0; node < NODES; node++) {
		struct mmx_node it = {.id = node, .online = true};

		if (!mmx_array_add(nodes, it))
			abort();
		for (unsigned int zone = 0; zone < ZONES; zone++)
			make_zone(node, zone);
		put_on_list(node, MMX_ZONES_OF_ALL, node);
		put_on_list(node, MMX_ZONES_OF_ALL, 1 - node);
		put_on_list(node, MMX_ZONES_OF_NODE, node);
	}
	states->coverage.found = states->n;
}

static void teardown(void)
{
	mmx_request_free(&asked);
	asked = (struct mmx_request){0};
	fake_memory_free(m);
}

static struct mmx_zone_state *state_of(unsigned int node, unsigned int zone)
{
	return &states->v[node * ZONES + zone];
}

static int64_t *counter(unsigned int node, unsigned int zone, unsigned int item)
{
	return &counters->sets.v[node * ZONES + zone].part[item];
}

/* A free block; what its list's head names is not looked at. */
static void put_block(unsigned int node, unsigned int zone, unsigned int order, unsigned int type)
{
	struct mmx_zone_state *state = state_of(node, zone);
	struct area *area = &((struct zone *)fake_at(m, state->addr))->area[order];

	area->list[type][0] = 1;
	state->nr_free[order]++;
	*counter(node, zone, NR_FREE_PAGES) += 1 << order;
}

static const struct mmx_request_try *ask(uint64_t gfp, unsigned int order, unsigned int node)
{
	struct mmx_err err = {0};

	mmx_request_free(&asked);
	asked = (struct mmx_request){.gfp = gfp, .order = order, .node = node};
	CHECK(!mmx_request_ask(&asked, m->view, &err), "%s", err.text);
	return asked.served < 0 ? NULL : &asked.tries.v[asked.served];
}

static bool is_of(const struct mmx_request_try *t, unsigned int node, unsigned int zone)
{
	return t && t->node == node && t->zone == zone;
}

/* The check of marks asks for a block that one has a right to, before any is taken. */
static void a_block_for_atomic_requests_is_for_single_pages_or_by_right(void)
{
	const struct mmx_request_try *t;

	setup();
	put_block(0, NORMAL, 2, HIGHATOMIC_PAGES);
	t = ask(GFP_KSWAPD, 1, 0);
	CHECK(!t, "GFP_NOWAIT of order 1 is served");
	CHECK(asked.tries.v[asked.tries.n - 4].end == MMX_END_TYPE, "as %d",
	      asked.tries.v[asked.tries.n - 4].end);
	t = ask(GFP_KSWAPD, 0, 0);
	CHECK(is_of(t, 0, NORMAL) && t->type == HIGHATOMIC_PAGES, "GFP_NOWAIT of one page");
	t = ask(GFP_KSWAPD | GFP_HIGH, 1, 0);
	CHECK(is_of(t, 0, NORMAL) && t->type == HIGHATOMIC_PAGES, "GFP_ATOMIC of order 1");
	teardown();
}

/* Node 1 has no memory: what is near it is node 0, and the list of its own has nothing. */
static void a_node_without_memory_is_as_tidy_as_its_nearest(void)
{
	const struct mmx_request_try *t;

	setup();
	mmx_array_free(&topology->lists);
	memset(&topology->lists, 0, sizeof(topology->lists));
	put_on_list(1, MMX_ZONES_OF_ALL, 0);
	put_block(0, NORMAL, BLOCK_ORDER - 1, MOVABLE_PAGES);
	put_block(0, DMA32, 0, UNMOVABLE_PAGES);
	t = ask(GFP_KERNEL, 0, 1);
	CHECK(is_of(t, 0, DMA32) && t->pass == MMX_PASS_LOW_TIDY, "broke up a block of others");
	t = ask(GFP_KERNEL | GFP_THISNODE, 0, 1);
	CHECK(!t && !asked.tries.n, "served by another node");
	teardown();
}

static void without_numa_every_request_goes_to_all(void)
{
	setup();
	put_block(1, NORMAL, 0, UNMOVABLE_PAGES);
	CHECK(!ask(GFP_KERNEL | GFP_THISNODE, 0, 0), "served by another node");
	m->mem.kernel.layout.member[M_pglist_data_node_zonelists].m.nelems = 1;
	CHECK(is_of(ask(GFP_KERNEL | GFP_THISNODE, 0, 0), 1, NORMAL), "the only list is not used");
	teardown();
}

static void which_block_of_another_type_is_told_of_whole_ones(void)
{
	const struct mmx_request_try *t;

	setup();
	put_block(0, NORMAL, 1, RECLAIMABLE_PAGES);
	put_block(0, NORMAL, BLOCK_ORDER - 1, MOVABLE_PAGES);
	t = ask(GFP_KERNEL, 0, 0);
	CHECK(is_of(t, 0, NORMAL) && t->which_unknown, "which is said to be known");
	put_block(0, NORMAL, BLOCK_ORDER, MOVABLE_PAGES);
	t = ask(GFP_KERNEL, 0, 0);
	CHECK(is_of(t, 0, NORMAL) && !t->which_unknown && t->order == BLOCK_ORDER, "a whole one");
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	t = ask(GFP_KERNEL, 0, 0);
	CHECK(is_of(t, 0, NORMAL) && !t->which_unknown && !t->order, "one of its own type");
	teardown();
}

static void unaccepted_memory_makes_no_refusal(void)
{
	const struct mmx_request_try *t;

	setup();
	put_block(1, NORMAL, 0, UNMOVABLE_PAGES);
	CHECK(is_of(ask(GFP_KERNEL, 0, 0), 1, NORMAL) && asked.unknown < 0, "the far node");
	*counter(0, NORMAL, NR_FREE_PAGES) = *counter(0, NORMAL, NR_UNACCEPTED) = 1024;
	ask(GFP_KERNEL, 0, 0);
	CHECK(!asked.unknown && strstr(asked.tries.v[0].why.text, "1024 pages of unaccepted") &&
		      !mmx_cover_whole(&asked.coverage),
	      "nothing on the lists: %d", asked.unknown);
	state_of(0, NORMAL)->mark[MMX_MARK_LOW] = 4096;
	ask(GFP_KERNEL, 0, 0);
	CHECK(!asked.unknown, "below the mark: %d", asked.unknown);
	state_of(0, NORMAL)->mark[MMX_MARK_LOW] = 0;
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	t = ask(GFP_KERNEL, 0, 0);
	CHECK(is_of(t, 0, NORMAL) && asked.unknown < 0, "it serves without");
	teardown();
}

static void defrag_mode_spares_blocks_of_others_everywhere(void)
{
	const struct mmx_request_try *t;
	uint32_t on = 1;
	uint64_t at;

	setup();
	at = fake_put(m, &on, sizeof(on));
	put_block(0, NORMAL, BLOCK_ORDER - 1, MOVABLE_PAGES);
	t = ask(GFP_KERNEL, 0, 0);
	CHECK(is_of(t, 0, NORMAL) && t->pass == MMX_PASS_LOW, "not before it is on");
	fake_symbol(m, "defrag_mode", at);
	t = ask(GFP_KERNEL, 0, 0);
	CHECK(!t, "broken up in pass %d", t ? (int)t->pass : -1);
	put_block(1, NORMAL, 0, UNMOVABLE_PAGES);
	t = ask(GFP_KERNEL, 0, 0);
	CHECK(is_of(t, 1, NORMAL) && t->pass == MMX_PASS_LOW_TIDY, "not the other node's");
	state_of(1, NORMAL)->mark[MMX_MARK_LOW] = 4096;
	t = ask(GFP_KERNEL, 0, 0);
	CHECK(is_of(t, 1, NORMAL) && t->pass == MMX_PASS_MIN, "not against the minimum");
	teardown();
}

/* A list of those who wait for its work: empty while it is awake. */
static void set_kswapd(unsigned int node, bool awake)
{
	uint64_t head = nodes->v[node].addr, words[2] = {awake ? head : 1, head};

	memcpy(fake_at(m, head), words, sizeof(words));
}

static void a_node_whose_kswapd_is_awake_may_be_passed_over(void)
{
	setup();
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	ask(GFP_KERNEL, 0, 0);
	CHECK(asked.kswapd == MMX_KSWAPD_UNKNOWN, "without the member: %d", asked.kswapd);
	fake_member(m, M_pglist_data_kswapd_wait, 0, 16, 0);
	for (unsigned int i = 0; i < NODES; i++) {
		nodes->v[i].addr = fake_put(m, (uint64_t[2]){0}, 16);
		set_kswapd(i, i == 0);
	}
	ask(GFP_KERNEL, 0, 0);
	CHECK(asked.kswapd == MMX_KSWAPD_AWAKE, "its own alone is awake: %d", asked.kswapd);
	ask(GFP_KERNEL | GFP_THISNODE, 0, 0);
	CHECK(asked.kswapd == MMX_KSWAPD_ASLEEP, "of this node: %d", asked.kswapd);
	set_kswapd(1, true);
	ask(GFP_KERNEL, 0, 0);
	CHECK(asked.kswapd == MMX_KSWAPD_ASLEEP, "all are awake: %d", asked.kswapd);
	set_kswapd(0, false);
	ask(GFP_KERNEL, 0, 0);
	CHECK(asked.kswapd == MMX_KSWAPD_ASLEEP, "its own sleeps: %d", asked.kswapd);
	teardown();
}

/* A task with a cpuset, whose parent is the first of all and has every node, and with a policy. */
struct task {
	uint64_t cgroups, mems_allowed, mempolicy, signal;
	uint32_t flags;
	int32_t prio;
	uint16_t il_prev;
	uint8_t il_weight;
	uint32_t cpu;
};

struct cpuset {
	uint64_t parent, flags, mems_allowed;
};

struct policy {
	uint16_t mode;
	uint64_t nodes;
};

static struct mmx_task task;

static void make_task_layout(void)
{
	fake_struct(m, S_nodemask_t, 8);
	FAKE_MEMBER(m, M_task_struct_cgroups, task, cgroups);
	FAKE_MEMBER(m, M_task_struct_mems_allowed, task, mems_allowed);
	FAKE_MEMBER(m, M_task_struct_mempolicy, task, mempolicy);
	FAKE_MEMBER(m, M_task_struct_il_prev, task, il_prev);
	FAKE_MEMBER(m, M_task_struct_il_weight, task, il_weight);
	FAKE_MEMBER(m, M_task_struct_cpu, task, cpu);
	FAKE_MEMBER(m, M_task_struct_flags, task, flags);
	FAKE_MEMBER(m, M_task_struct_prio, task, prio);
	FAKE_MEMBER(m, M_task_struct_signal, task, signal);
	fake_member(m, M_signal_struct_oom_mm, 0, 8, 0);
	fake_member(m, M_css_set_subsys, 0, 8, 1);
	fake_member(m, M_cpuset_css, 0, 8, 0);
	FAKE_MEMBER(m, M_cgroup_subsys_state_parent, cpuset, parent);
	FAKE_MEMBER(m, M_cpuset_flags, cpuset, flags);
	FAKE_MEMBER(m, M_cpuset_mems_allowed, cpuset, mems_allowed);
	FAKE_MEMBER(m, M_mempolicy_mode, policy, mode);
	FAKE_MEMBER(m, M_mempolicy_nodes, policy, nodes);
	fake_enum(m, E_cpuset_cgrp_id, 0);
	fake_enum(m, E_CS_MEM_EXCLUSIVE, 2);
	fake_enum(m, E_CS_MEM_HARDWALL, 3);
}

/* @own: nodes of its cpuset; 0: there is but the first one. It was on CPU 0, of node 0. */
static void make_task(uint64_t own, uint64_t flags, unsigned int mode, uint64_t nodes)
{
	uint32_t on = own != 0;
	struct cpuset top = {.mems_allowed = 3}, cpuset = {.flags = flags, .mems_allowed = own};
	struct policy policy = {(uint16_t)mode, nodes};
	struct task it = {.mems_allowed = own, .prio = 120};
	struct mmx_node_cpu cpu = {.cpu = 0, .node = 0, .online = true};
	uint64_t css;

	make_task_layout();
	if (!mmx_array_add(&topology->cpus, cpu))
		abort();
	cpuset.parent = fake_put(m, &top, sizeof(top));
	css = fake_put(m, &cpuset, sizeof(cpuset));
	it.cgroups = fake_put(m, &css, sizeof(css));
	it.mempolicy = mode ? fake_put(m, &policy, sizeof(policy)) : 0;
	task = (struct mmx_task){.addr = fake_put(m, &it, sizeof(it)), .pid = 7};
	fake_symbol(m, "cpusets_enabled_key", fake_put(m, &on, sizeof(on)));
}

static const struct mmx_request_try *ask_of_task(uint64_t gfp)
{
	struct mmx_err err = {0};

	mmx_request_free(&asked);
	asked = (struct mmx_request){.gfp = gfp, .task = &task};
	CHECK(!mmx_request_ask(&asked, m->view, &err), "%s", err.text);
	return asked.served < 0 ? NULL : &asked.tries.v[asked.served];
}

static void a_cpuset_keeps_its_tasks_to_its_nodes(void)
{
	const struct mmx_request_try *t;

	setup();
	make_task(1ull << 1, 0, 0, 0);
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	put_block(1, NORMAL, 0, UNMOVABLE_PAGES);
	CHECK(is_of(ask_of_task(GFP_KERNEL | GFP_HARDWALL), 1, NORMAL), "from another node");
	CHECK(is_of(ask(GFP_KERNEL | GFP_HARDWALL, 0, 0), 0, NORMAL), "without a task");
	state_of(1, NORMAL)->mark[MMX_MARK_LOW] = state_of(1, NORMAL)->mark[MMX_MARK_MIN] = 99;
	CHECK(!ask_of_task(GFP_KERNEL | GFP_HARDWALL), "memory of users from another node");
	t = ask_of_task(GFP_KERNEL);
	CHECK(is_of(t, 0, NORMAL) && t->pass == MMX_PASS_MIN, "the kernel's own from above");
	t = ask_of_task(GFP_KSWAPD | GFP_HIGH | GFP_HARDWALL);
	CHECK(is_of(t, 0, NORMAL) && t->pass == MMX_PASS_MIN, "an atomic one");
	teardown();
}

static void a_wall_around_a_cpuset_holds_for_the_kernel(void)
{
	setup();
	make_task(1ull << 1, 1ull << 3, 0, 0);
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	CHECK(!ask_of_task(GFP_KERNEL), "from another node");
	teardown();
}

static void policies_bind_prefer_and_interleave(void)
{
	setup();
	make_task(0, 0, MMX_POLICY_BIND, 1ull << 1);
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	CHECK(!ask_of_task(GFP_KERNEL), "bound, and from another node");
	CHECK(is_of(ask_of_task(GFP_KERNEL | GFP_THISNODE), 0, NORMAL), "of this node");
	teardown();

	setup();
	make_task(1ull << 0, 0, MMX_POLICY_BIND, 1ull << 1);
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	CHECK(is_of(ask_of_task(GFP_KERNEL), 0, NORMAL), "bound to what the cpuset has not");
	teardown();

	setup();
	make_task(0, 0, MMX_POLICY_PREFERRED, 1ull << 1);
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	CHECK(is_of(ask_of_task(GFP_KERNEL), 0, NORMAL) && asked.node == 1, "goes on from node %u",
	      asked.node);
	put_block(1, NORMAL, 0, UNMOVABLE_PAGES);
	CHECK(is_of(ask_of_task(GFP_KERNEL), 1, NORMAL), "not from the preferred one");
	teardown();

	setup();
	make_task(0, 0, MMX_POLICY_INTERLEAVE, 3);
	CHECK(!ask_of_task(GFP_KERNEL) && asked.node == 1, "next after node 0 is %u", asked.node);
	teardown();
}

static struct task *task_at(void)
{
	return fake_at(m, task.addr);
}

static void by_weights_a_node_is_taken_several_times(void)
{
	setup();
	make_task(0, 0, MMX_POLICY_WEIGHTED_INTERLEAVE, 3);
	CHECK(!ask_of_task(GFP_KERNEL) && asked.node == 1, "none is left: %u", asked.node);
	task_at()->il_weight = 2;
	CHECK(!ask_of_task(GFP_KERNEL) && asked.node == 0, "two are left: %u", asked.node);
	teardown();
}

static void of_many_preferred_nodes_each_is_tried_before_others(void)
{
	const struct mmx_request_try *t;

	setup();
	make_task(0, 0, MMX_POLICY_PREFERRED_MANY, 1ull << 1);
	put_block(0, NORMAL, 0, UNMOVABLE_PAGES);
	put_block(1, NORMAL, 0, UNMOVABLE_PAGES);
	state_of(1, NORMAL)->mark[MMX_MARK_LOW] = 99;
	t = ask_of_task(GFP_KERNEL);
	CHECK(is_of(t, 1, NORMAL) && t->pass == MMX_PASS_MIN, "below the low mark before others");
	state_of(1, NORMAL)->mark[MMX_MARK_MIN] = 99;
	t = ask_of_task(GFP_KERNEL);
	CHECK(is_of(t, 0, NORMAL) && asked.first_tries, "others when none serves");
	CHECK(is_of(ask_of_task(GFP_KERNEL | GFP_THISNODE), 0, NORMAL), "this node");
	teardown();
}

/* One page is free, and of the minimum half or less must stay. */
static void set_marks(uint64_t mark)
{
	state_of(0, NORMAL)->mark[MMX_MARK_LOW] = state_of(0, NORMAL)->mark[MMX_MARK_MIN] = mark;
}

static void some_tasks_may_have_more_than_others(void)
{
	uint64_t mm = 0x1000;
	const struct mmx_request_try *t;

	setup();
	make_task(0, 0, 0, 0);
	put_block(0, NORMAL, 2, UNMOVABLE_PAGES);
	set_marks(6);
	CHECK(!ask_of_task(GFP_KERNEL), "any task");
	task_at()->prio = 99;
	t = ask_of_task(GFP_KERNEL);
	CHECK(is_of(t, 0, NORMAL) && t->pass == MMX_PASS_MIN && t->min == 3, "a real-time one");
	task_at()->prio = 120;
	task_at()->signal = fake_put(m, &mm, sizeof(mm));
	t = ask_of_task(GFP_KERNEL);
	CHECK(is_of(t, 0, NORMAL) && t->pass == MMX_PASS_VICTIM && t->min == 3, "a victim");
	set_marks(600);
	CHECK(!ask_of_task(GFP_KERNEL), "half of the minimum is too much for a victim");
	task_at()->flags = 0x800;
	t = ask_of_task(GFP_KERNEL);
	CHECK(is_of(t, 0, NORMAL) && t->pass == MMX_PASS_NONE, "one that frees memory");
	teardown();
}

static void boot_may_have_struct_pages_to_make(void)
{
	uint64_t first = 0x8000;
	uint32_t on = 1;

	setup();
	put_block(1, NORMAL, 0, UNMOVABLE_PAGES);
	fake_member(m, M_pglist_data_first_deferred_pfn, 0, 8, 0);
	nodes->v[0].addr = fake_put(m, &first, sizeof(first));
	nodes->v[0].spanned = state_of(0, NORMAL)->spanned = 1 << 20;
	CHECK(is_of(ask(GFP_KERNEL, 0, 0), 1, NORMAL) && asked.unknown < 0, "when boot is over");
	fake_symbol(m, "deferred_pages", fake_put(m, &on, sizeof(on)));
	ask(GFP_KERNEL, 0, 0);
	CHECK(asked.unknown >= 0 && asked.tries.v[asked.unknown].zone == NORMAL &&
		      strstr(asked.tries.v[asked.unknown].why.text, "PFN 0x8000"),
	      "try %d", asked.unknown);
	first = UINT64_MAX;
	memcpy(fake_at(m, nodes->v[0].addr), &first, sizeof(first));
	ask(GFP_KERNEL, 0, 0);
	CHECK(asked.unknown < 0, "a node that has all");
	teardown();
}

/* Counters of a node by which it has page cache to reclaim. */
static void make_node_counters(unsigned int node, int64_t inactive_file)
{
	static const struct mmx_counter_item items[] = {{.name = "NR_INACTIVE_FILE"},
							{.name = "NR_ACTIVE_FILE"},
							{.name = "NR_FILE_MAPPED"},
							{.name = "NR_FILE_DIRTY"},
							{.name = "NR_SLAB_RECLAIMABLE_B"}};
	const unsigned int n = sizeof(items) / sizeof(*items);
	struct mmx_counter_set set = {.group = MMX_COUNTERS_NODE,
				      .node = node,
				      .n = n,
				      .part = calloc(2 * n, sizeof(int64_t))};

	for (unsigned int i = 0; i < n && counters->items[MMX_COUNTERS_NODE].n < n; i++) {
		if (!mmx_array_add(&counters->items[MMX_COUNTERS_NODE], items[i]))
			abort();
	}
	if (!set.part || !mmx_array_add(&counters->sets, set))
		abort();
	set.part[0] = inactive_file;
}

static void zone_reclaim_mode_makes_no_refusal_of_the_own_node(void)
{
	uint64_t least = 50;
	uint32_t mode = 1;

	setup();
	put_block(1, NORMAL, 0, UNMOVABLE_PAGES);
	state_of(0, NORMAL)->mark[MMX_MARK_LOW] = 99;
	fake_member(m, M_pglist_data_min_unmapped_pages, 0, 8, 0);
	fake_member(m, M_pglist_data_min_slab_pages, 0, 8, 0);
	nodes->v[0].addr = nodes->v[1].addr = fake_put(m, &least, sizeof(least));
	make_node_counters(0, 100);
	make_node_counters(1, 100);
	CHECK(is_of(ask(GFP_KERNEL, 0, 0), 1, NORMAL) && asked.unknown < 0, "when it is off");
	fake_symbol(m, "node_reclaim_mode", fake_put(m, &mode, sizeof(mode)));
	ask(GFP_KERNEL, 0, 0);
	CHECK(asked.unknown >= 0 &&
		      strstr(asked.tries.v[asked.unknown].why.text, "memory of node 0"),
	      "try %d", asked.unknown);
	CHECK(is_of(ask(GFP_KSWAPD, 0, 0), 1, NORMAL) && asked.unknown < 0, "who must not wait");
	counters->sets.v[counters->sets.n - 2].part[0] = 40;
	CHECK(is_of(ask(GFP_KERNEL, 0, 0), 1, NORMAL) && asked.unknown < 0, "a node with little");
	teardown();
}

static void without_their_size_pageblocks_may_not_be_whole(void)
{
	struct mmx_pageblock_format *blocks;

	setup();
	blocks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_pageblock_format);
	blocks->types = TYPES;
	mmx_cover_failf(&blocks->coverage, MMX_EMISSING, "no size");
	put_block(0, NORMAL, BLOCK_ORDER, MOVABLE_PAGES);
	ask(GFP_KERNEL, 0, 0);
	CHECK(asked.unknown >= 0 && strstr(asked.tries.v[asked.unknown].why.text, "no size"),
	      "try %d", asked.unknown);
	put_block(0, NORMAL, ORDERS - 1, MOVABLE_PAGES);
	CHECK(is_of(ask(GFP_KERNEL, 0, 0), 0, NORMAL) && asked.unknown < 0, "the largest is whole");
	teardown();
}

int main(void)
{
	RUN(a_block_for_atomic_requests_is_for_single_pages_or_by_right);
	RUN(a_node_without_memory_is_as_tidy_as_its_nearest);
	RUN(without_numa_every_request_goes_to_all);
	RUN(which_block_of_another_type_is_told_of_whole_ones);
	RUN(unaccepted_memory_makes_no_refusal);
	RUN(defrag_mode_spares_blocks_of_others_everywhere);
	RUN(a_node_whose_kswapd_is_awake_may_be_passed_over);
	RUN(a_cpuset_keeps_its_tasks_to_its_nodes);
	RUN(a_wall_around_a_cpuset_holds_for_the_kernel);
	RUN(policies_bind_prefer_and_interleave);
	RUN(by_weights_a_node_is_taken_several_times);
	RUN(of_many_preferred_nodes_each_is_tried_before_others);
	RUN(some_tasks_may_have_more_than_others);
	RUN(boot_may_have_struct_pages_to_make);
	RUN(zone_reclaim_mode_makes_no_refusal_of_the_own_node);
	RUN(without_their_size_pageblocks_may_not_be_whole);
	return unit_end();
}
