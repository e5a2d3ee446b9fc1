// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel counts by itself: of each zone (enum zone_stat_item), of each node (node_stat_item), where
 * allocations went (numa_stat_item), and events (vm_event_item).
 *
 * A counter of a zone or node has two parts: a number that all CPUs share, and what each CPU has not yet
 * added to it. /proc and sysfs show the shared one alone, as 0 when it is below; the truth is the sum of
 * both. A CPU adds its part when it grows beyond a threshold, so the sum of the thresholds of all CPUs that are
 * online is how far the shared number can be off; while a threshold that was lowered since, as kswapd does in
 * need, has not been met yet, it can be more, up to 127 a CPU.
 *
 *	const struct mmx_counters *c = mmx_know_counters(view);
 *	struct mmx_counter free = mmx_counter_of_zone(c, node, zone, MMX_COUNTERS_ZONE, "NR_FREE_PAGES");
 *
 *	free.why ? "not known" : free.shared + free.pending
 *
 * Items go by the kernel's enumerators. Slab's are called NR_SLAB_RECLAIMABLE_B, and are in pages here like all
 * others, but those whose names end in _KB.
 */
#ifndef MMX_MM_COUNTERS_H
#define MMX_MM_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/**
 * enum mmx_counter_group - kinds of counters, in the order of /proc/vmstat
 * @MMX_COUNTERS_SYSTEM: those that vmstat has of the whole system, each from a place of its own: only
 *	their names are known here
 */
enum mmx_counter_group {
	MMX_COUNTERS_ZONE,
	MMX_COUNTERS_NUMA,
	MMX_COUNTERS_NODE,
	MMX_COUNTERS_SYSTEM,
	MMX_COUNTERS_EVENT,
	MMX_COUNTER_GROUPS
};

#define MMX_COUNTER_NAME 48

/**
 * struct mmx_counter_item - what one counts
 * @name: the enumerator; empty where no source of types has it
 * @text: what /proc/vmstat calls it, out of the kernel's own vmstat_text; empty when that was not read
 */
struct mmx_counter_item {
	char name[MMX_COUNTER_NAME];
	char text[MMX_COUNTER_NAME];
};

/** struct mmx_counter_items - those of a group, by number */
struct mmx_counter_items {
	MMX_ARRAY(struct mmx_counter_item);
};

/**
 * struct mmx_counter - the parts of one
 * @shared: what all CPUs add to
 * @pending: the sum of what those that are online have not added yet
 * @bound: how large @pending grows either way, by the thresholds of now
 * @why: why they are not both known; NULL when they are
 * @why_shared: why not even the shared one is, which /proc and the allocator go by
 */
struct mmx_counter {
	int64_t shared, pending;
	uint64_t bound;
	const struct mmx_err *why, *why_shared;
};

/**
 * struct mmx_counter_set - the counters of one group, of a zone, a node or all of them
 * @zone: index within its node; 0 for a node
 * @n: counters
 * @part: the shared part of each, then the pending one of each
 * @threshold: of all CPUs that are online, summed; UINT64_MAX for those that CPUs never have to add
 * @why, @why_shared: why both parts are not known, and why the shared one is not: numbers of the reasons, 0
 *	when they are
 */
struct mmx_counter_set {
	enum mmx_counter_group group;
	unsigned int node, zone;
	uint64_t n;
	int64_t *part;
	uint64_t threshold;
	uint32_t why, why_shared;
};

/**
 * struct mmx_counters - all of them
 * @named: what there is to say of the names alone: no counter is wrong for it
 * @has_texts: every item has its text
 * @is_smp: CPUs have parts of their own, and a shared part below 0 is shown as 0
 * @sets: of all zones and nodes that are online, by group, node and zone
 * @all: of the whole system, by group
 */
struct mmx_counters {
	struct mmx_coverage coverage;
	struct mmx_coverage named;
	bool has_texts, is_smp;
	struct mmx_counter_items items[MMX_COUNTER_GROUPS];
	struct {
		MMX_ARRAY(struct mmx_counter_set);
	} sets;
	struct mmx_counter_set all[MMX_COUNTER_GROUPS];
	struct mmx_reasons reasons;
};

/** mmx_counters_find() - read them: mmx_know_counters() keeps them */
int mmx_counters_find(struct mmx_counters *c, struct mmx_view *view, struct mmx_err *err);
void mmx_counters_free(struct mmx_counters *c);

/** mmx_counter_number() - an item's number in its group, or -1 on a kernel that has none of that name */
int mmx_counter_number(const struct mmx_counters *c, enum mmx_counter_group group,
		       const char *name);

/** mmx_counter_set_of() - of a zone, or of a node with @zone 0; NULL when there is none */
const struct mmx_counter_set *mmx_counter_set_of(const struct mmx_counters *c,
						 enum mmx_counter_group group, unsigned int node,
						 unsigned int zone);

/** mmx_counter_at() - a counter of a set, which may be NULL, by its number, which may be -1 */
struct mmx_counter mmx_counter_at(const struct mmx_counters *c, const struct mmx_counter_set *set,
				  int number);

/* The same by name: of the whole system, of a node (MMX_COUNTERS_NODE), of a zone (_ZONE, _NUMA). */
struct mmx_counter mmx_counter_of_all(const struct mmx_counters *c, enum mmx_counter_group group,
				      const char *name);
struct mmx_counter mmx_counter_of_node(const struct mmx_counters *c, unsigned int node,
				       const char *name);
struct mmx_counter mmx_counter_of_zone(const struct mmx_counters *c, unsigned int node,
				       unsigned int zone, enum mmx_counter_group group,
				       const char *name);

/** mmx_counter_shown() - the shared part as the kernel shows it: as 0 when it is below, where there are CPUs' parts */
uint64_t mmx_counter_shown(const struct mmx_counters *c, const struct mmx_counter *counter);

#endif
