// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/zones/counter_names.h"
#include "mm/zones/counters.h"
#include "mm/zones/nodes.h"

#define MAX_ITEMS     1024u /* of a group; kernels have up to some 120 */
#define MAX_CPU_BYTES 8192u

/* Where the counters of a group are: in each zone or node, and of the whole system. */
static const struct place {
	enum mmx_layout_member shared;
	const char *all;
	enum mmx_layout_member cpus; /* a per-CPU pointer to a struct with */
	enum mmx_layout_struct of_cpu;
	enum mmx_layout_member part, threshold; /* the parts of CPUs */
	const char *
		at_boot; /* which all share until there are CPUs' own, and that have no frames for good */
} places[MMX_COUNTER_GROUPS] = {
	[MMX_COUNTERS_ZONE] = {M_zone_vm_stat, "vm_zone_stat", M_zone_per_cpu_zonestats,
			       S_per_cpu_zonestat, M_per_cpu_zonestat_vm_stat_diff,
			       M_per_cpu_zonestat_stat_threshold, "boot_zonestats"},
	[MMX_COUNTERS_NUMA] = {M_zone_vm_numa_event, "vm_numa_event", M_zone_per_cpu_zonestats,
			       S_per_cpu_zonestat, M_per_cpu_zonestat_vm_numa_event,
			       MMX_LAYOUT_MEMBERS, "boot_zonestats"},
	[MMX_COUNTERS_NODE] = {M_pglist_data_vm_stat, "vm_node_stat",
			       M_pglist_data_per_cpu_nodestats, S_per_cpu_nodestat,
			       M_per_cpu_nodestat_vm_node_stat_diff,
			       M_per_cpu_nodestat_stat_threshold, "boot_nodestats"},
};

struct walk {
	struct mmx_counters *c;
	struct mmx_view *view;
	struct mmx_cpus cpus;
};

static uint64_t items_of(const struct mmx_layout *l, enum mmx_layout_member id)
{
	return mmx_has(l, id) ? l->member[id].m.nelems : 0;
}

static int read_words(struct mmx_view *view, uint64_t addr, int64_t *to, uint64_t n,
		      const char *what, struct mmx_err *err)
{
	if (mmx_kread_ok(view, addr, to, n * 8, what, err))
		return -1;
	for (uint64_t i = 0; i < n; i++)
		to[i] = (int64_t)le64toh((uint64_t)to[i]);
	return 0;
}

/* What one CPU has for all counters of a set, out of its struct. */
static void add_cpu(const struct mmx_layout *l, const struct place *place,
		    struct mmx_counter_set *set, const unsigned char *bytes)
{
	const struct mmx_member *part = &l->member[place->part].m;
	int64_t *pending = set->part + set->n;

	for (uint64_t i = 0; i < set->n && i < part->nelems; i++) {
		const unsigned char *at = bytes + part->bit_off / 8 + i * part->elem_size;

		pending[i] += part->elem_size == 1 ? (int8_t)*at : (int64_t)mmx_le64(at);
	}
	if (place->threshold == MMX_LAYOUT_MEMBERS)
		set->threshold = UINT64_MAX;
	else
		set->threshold += (uint8_t)mmx_get(l, place->threshold, bytes);
}

/* The struct of a CPU holds what is read from it: a layout comes from the dump too. */
static int check_place(const struct mmx_layout *l, const struct place *place, struct mmx_err *err)
{
	const struct mmx_member *part = &l->member[place->part].m;
	uint64_t size = mmx_size(l, place->of_cpu);

	if (mmx_layout_require(l, &place->cpus, 1, err))
		return -1;
	if (place->threshold != MMX_LAYOUT_MEMBERS &&
	    (mmx_layout_require(l, &place->threshold, 1, err) ||
	     l->member[place->threshold].m.bit_off / 8 + 1 > size))
		return -1;
	if (size > MAX_CPU_BYTES || (part->elem_size != 1 && part->elem_size != 8) ||
	    part->bit_off / 8 + (uint64_t)part->nelems * part->elem_size > size)
		return mmx_fail(err, MMX_ECORRUPT,
				"%s of %u counters of %u bytes in %" PRIu64 " makes no sense",
				mmx_layout_members[place->part].name, part->nelems, part->elem_size,
				size);
	return 0;
}

static bool is_at_boot(struct mmx_view *view, const struct place *place, uint64_t pointer)
{
	uint64_t boot;

	return mmx_symbol_addr(&view->kernel->symbols, place->at_boot, &boot) && boot == pointer;
}

static int read_cpus(struct walk *w, const struct place *place, struct mmx_counter_set *set,
		     uint64_t addr, struct mmx_err *err)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	unsigned char bytes[MAX_CPU_BYTES];
	uint64_t pointer;

	if (!items_of(l, place->part)) /* a kernel without SMP */
		return 0;
	if (check_place(l, place, err) || mmx_kget(w->view, addr, place->cpus, &pointer, err))
		return -1;
	if (is_at_boot(w->view, place, pointer))
		return mmx_fail(err, MMX_EMISSING,
				"its CPUs still share what they had at boot (%s)", place->at_boot);
	for (size_t i = 0; i < w->cpus.n; i++) {
		if (mmx_kread_ok(w->view, pointer + w->cpus.v[i].offset, bytes,
				 mmx_size(l, place->of_cpu), "what a CPU has of it", err))
			return mmx_fail_prefix(err, "CPU %u", w->cpus.v[i].nr);
		add_cpu(l, place, set, bytes);
	}
	return 0;
}

/* -1 without memory */
static int make_set(struct mmx_counters *c, struct mmx_counter_set *set,
		    enum mmx_counter_group group)
{
	set->group = group;
	set->n = c->items[group].n;
	set->part = calloc(set->n + 1, 2 * sizeof(*set->part));
	return set->part ? 0 : -1;
}

static void add_to_all(struct mmx_counters *c, const struct mmx_counter_set *set)
{
	struct mmx_counter_set *all = &c->all[set->group];

	for (uint64_t i = 0; i < set->n; i++)
		all->part[set->n + i] += set->part[set->n + i];
	all->threshold =
		set->threshold == UINT64_MAX ? UINT64_MAX : all->threshold + set->threshold;
	if (!all->why)
		all->why = set->why;
}

/* The number of the reason why a set is not whole. */
static uint32_t fail_set(struct mmx_counters *c, const struct mmx_counter_set *set,
			 struct mmx_err *err)
{
	if (set->group == MMX_COUNTERS_NODE)
		mmx_fail_prefix(err, "counters of node %u", set->node);
	else
		mmx_fail_prefix(err, "counters of node %u, zone %u", set->node, set->zone);
	mmx_cover_fail(&c->coverage, err);
	return mmx_reason_add(&c->reasons, err);
}

/*
 * A zone without frames, a node's or one of devices, has the CPUs' parts of boot for good; nothing
 * counts there. -1 without memory.
 */
static int add_set(struct walk *w, enum mmx_counter_group group, uint64_t addr, unsigned int node,
		   unsigned int zone, bool has_cpus)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	const struct place *place = &places[group];
	struct mmx_counter_set set = {.node = node, .zone = zone};
	struct mmx_err err = {0};

	if (make_set(w->c, &set, group) || !mmx_array_grow(&w->c->sets, 1)) {
		free(set.part);
		return -1;
	}
	if (read_words(w->view, addr + mmx_off(l, place->shared), set.part, set.n,
		       mmx_layout_members[place->shared].name, &err))
		set.why_shared = fail_set(w->c, &set, &err);
	else if (has_cpus)
		read_cpus(w, place, &set, addr, &err);
	if (err.code)
		set.why = set.why_shared ? set.why_shared : fail_set(w->c, &set, &err);
	w->c->coverage.found += set.n;
	add_to_all(w->c, &set);
	w->c->sets.v[w->c->sets.n++] = set;
	return 0;
}

static int read_zone(struct walk *w, const struct mmx_node *node, unsigned int index)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	uint64_t addr =
		node->addr + mmx_off(l, M_pglist_data_node_zones) + index * mmx_size(l, S_zone);
	const struct mmx_zone *zone =
		mmx_zone_of(&mmx_mem(w->view->kernel)->zones, node->id, index);
	bool is_populated = zone && zone->present;

	for (unsigned int group = 0; group < MMX_COUNTERS_NODE; group++) {
		if (w->c->items[group].n && add_set(w, group, addr, node->id, index, is_populated))
			return -1;
	}
	return 0;
}

static int read_nodes(struct walk *w, struct mmx_err *err)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(w->view);

	for (size_t i = 0; i < nodes->n; i++) {
		const struct mmx_node *node = &nodes->v[i];

		if (!node->online)
			continue;
		if (add_set(w, MMX_COUNTERS_NODE, node->addr, node->id, 0, true))
			return mmx_fail_nomem(err);
		for (unsigned int z = 0; z < mmx_mem(w->view->kernel)->zones.per_node; z++) {
			if (read_zone(w, node, z))
				return mmx_fail_nomem(err);
		}
	}
	return 0;
}

/* The whole system's share of those that zones and nodes have. */
static int read_all(struct walk *w, struct mmx_err *err)
{
	for (unsigned int group = 0; group <= MMX_COUNTERS_NODE; group++) {
		struct mmx_counter_set *all = &w->c->all[group];
		struct mmx_err why;
		uint64_t addr;

		if (make_set(w->c, all, group))
			return mmx_fail_nomem(err);
		if (!all->n)
			continue;
		if (mmx_symbol_addr(&w->view->kernel->symbols, places[group].all, &addr)) {
			if (!read_words(w->view, addr, all->part, all->n, places[group].all, &why))
				continue;
		} else {
			mmx_fail(&why, MMX_EMISSING, "symbol %s is needed", places[group].all);
		}
		mmx_cover_fail(&w->c->coverage, &why);
		all->why = all->why_shared = mmx_reason_add(&w->c->reasons, &why);
	}
	return 0;
}

/* Each CPU that is online has its own; a CPU that goes leaves its events to another one. */
static int sum_events(struct walk *w, struct mmx_err *err)
{
	struct mmx_counter_set *all = &w->c->all[MMX_COUNTERS_EVENT];
	uint64_t symbol, skip = mmx_off(&w->view->kernel->layout, M_vm_event_state_event);
	int64_t of_cpu[MAX_ITEMS];

	if (!mmx_symbol_addr(&w->view->kernel->symbols, "vm_event_states", &symbol))
		return mmx_fail(err, MMX_EMISSING, "symbol vm_event_states is needed");
	for (size_t i = 0; i < w->cpus.n; i++) {
		if (read_words(w->view, symbol + skip + w->cpus.v[i].offset, of_cpu, all->n,
			       "vm_event_states", err))
			return mmx_fail_prefix(err, "CPU %u", w->cpus.v[i].nr);
		for (uint64_t item = 0; item < all->n; item++)
			all->part[item] += of_cpu[item];
	}
	return 0;
}

static int read_events(struct walk *w, struct mmx_err *err)
{
	struct mmx_counter_set *all = &w->c->all[MMX_COUNTERS_EVENT];
	struct mmx_err why;

	if (make_set(w->c, all, MMX_COUNTERS_EVENT))
		return mmx_fail_nomem(err);
	if (all->n && sum_events(w, &why)) {
		mmx_cover_fail(&w->c->coverage, &why);
		all->why = all->why_shared = mmx_reason_add(&w->c->reasons, &why);
	}
	return 0;
}

static int require(const struct mmx_layout *l, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_zone_vm_stat, M_pglist_data_vm_stat};

	return mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err);
}

/* How many of each there are: the arrays have one element an item. -1 without memory or sense. */
static int size_groups(struct mmx_counters *c, const struct mmx_layout *l, struct mmx_err *err)
{
	const uint64_t n[MMX_COUNTER_GROUPS] = {
		[MMX_COUNTERS_ZONE] = items_of(l, M_zone_vm_stat),
		[MMX_COUNTERS_NUMA] = items_of(l, M_zone_vm_numa_event),
		[MMX_COUNTERS_NODE] = items_of(l, M_pglist_data_vm_stat),
		[MMX_COUNTERS_EVENT] = items_of(l, M_vm_event_state_event),
	};

	for (unsigned int group = 0; group < MMX_COUNTER_GROUPS; group++) {
		if (n[group] > MAX_ITEMS)
			return mmx_fail(err, MMX_ECORRUPT,
					"%" PRIu64 " counters of a kind make no sense", n[group]);
		if (!n[group])
			continue;
		if (!mmx_array_grow(&c->items[group], n[group]))
			return mmx_fail_nomem(err);
		memset(c->items[group].v, 0, n[group] * sizeof(*c->items[group].v));
		c->items[group].n = n[group];
	}
	c->is_smp = items_of(l, M_per_cpu_zonestat_vm_stat_diff) != 0;
	return 0;
}

int mmx_counters_find(struct mmx_counters *c, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct walk w = {.c = c, .view = view};
	int ret;

	if (require(l, err) || size_groups(c, l, err) || mmx_counter_names_find(c, view, err) ||
	    mmx_cpus_online(&w.cpus, view, err))
		return -1;
	ret = read_all(&w, err) || read_nodes(&w, err) || read_events(&w, err) ? -1 : 0;
	mmx_cpus_free(&w.cpus);
	return ret;
}

void mmx_counters_free(struct mmx_counters *c)
{
	for (size_t i = 0; i < c->sets.n; i++)
		free(c->sets.v[i].part);
	for (unsigned int group = 0; group < MMX_COUNTER_GROUPS; group++) {
		free(c->all[group].part);
		mmx_array_free(&c->items[group]);
	}
	mmx_array_free(&c->sets);
	mmx_reasons_free(&c->reasons);
}

int mmx_counter_number(const struct mmx_counters *c, enum mmx_counter_group group, const char *name)
{
	for (size_t i = 0; i < c->items[group].n; i++) {
		if (!strcmp(c->items[group].v[i].name, name))
			return (int)i;
	}
	return -1;
}

const struct mmx_counter_set *mmx_counter_set_of(const struct mmx_counters *c,
						 enum mmx_counter_group group, unsigned int node,
						 unsigned int zone)
{
	for (size_t i = 0; i < c->sets.n; i++) {
		const struct mmx_counter_set *set = &c->sets.v[i];

		if (set->group == group && set->node == node && set->zone == zone)
			return set;
	}
	return NULL;
}

struct mmx_counter mmx_counter_at(const struct mmx_counters *c, const struct mmx_counter_set *set,
				  int number)
{
	static const struct mmx_err none = {
		.code = MMX_EMISSING,
		.text = "this kernel has no such counter, or its types do not tell",
	};
	const struct mmx_err *why = c->coverage.first.code ? &c->coverage.first : &none;

	if (!set || !set->part || number < 0 || (uint64_t)number >= set->n)
		return (struct mmx_counter){.why = why, .why_shared = why};
	return (struct mmx_counter){
		.shared = set->part[number],
		.pending = set->part[set->n + number],
		.bound = set->threshold,
		.why = mmx_reason(&c->reasons, set->why),
		.why_shared = mmx_reason(&c->reasons, set->why_shared),
	};
}

struct mmx_counter mmx_counter_of_all(const struct mmx_counters *c, enum mmx_counter_group group,
				      const char *name)
{
	return mmx_counter_at(c, &c->all[group], mmx_counter_number(c, group, name));
}

struct mmx_counter mmx_counter_of_node(const struct mmx_counters *c, unsigned int node,
				       const char *name)
{
	return mmx_counter_at(c, mmx_counter_set_of(c, MMX_COUNTERS_NODE, node, 0),
			      mmx_counter_number(c, MMX_COUNTERS_NODE, name));
}

struct mmx_counter mmx_counter_of_zone(const struct mmx_counters *c, unsigned int node,
				       unsigned int zone, enum mmx_counter_group group,
				       const char *name)
{
	return mmx_counter_at(c, mmx_counter_set_of(c, group, node, zone),
			      mmx_counter_number(c, group, name));
}

uint64_t mmx_counter_shown(const struct mmx_counters *c, const struct mmx_counter *counter)
{
	return c->is_smp && counter->shared < 0 ? 0 : (uint64_t)counter->shared;
}
