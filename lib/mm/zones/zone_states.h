// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel keeps of each zone beside its counters: its sizes, watermarks, reserves, the lengths of its
 * free lists, and what each CPU that is online keeps of it. All zones of every node that is online are
 * there, also those without frames, as /proc/zoneinfo has them.
 */
#ifndef MMX_MM_ZONE_STATES_H
#define MMX_MM_ZONE_STATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

#define MMX_ZONES_MAX  8  /* of a node */
#define MMX_ORDERS_MAX 32 /* of a zone's free lists; kernels have 11 */

enum mmx_watermark { MMX_MARK_MIN, MMX_MARK_LOW, MMX_MARK_HIGH, MMX_MARK_PROMO, MMX_MARKS };

/**
 * struct mmx_zone_cpu - what one CPU keeps of one zone
 * @addr: of its struct per_cpu_pages
 * @high_min, @high_max: between which @high moves, since 6.7; else 0
 * @threshold: how far it counts by itself
 * @why: why the rest is not known, a number of the states' reasons; 0 when it is
 */
struct mmx_zone_cpu {
	unsigned int cpu;
	uint64_t addr;
	int32_t count, high, batch, high_min, high_max;
	uint8_t threshold;
	uint32_t why;
};

/**
 * struct mmx_zone_state - one zone
 * @mark: as set, without the boost that each is raised by for a while
 * @reserve: of what may be had here for requests that could be served by the zone of that number
 * @nr_free: free blocks, by order
 * @flags: a bit for each of enum zone_flags
 * @isolated: pageblocks that are kept from being allocated, by the zone's own count
 * @drift_mark: with less free than this, what CPUs hold back is counted too; 0: it never matters
 * @free_scanner, @migrate_scanner: where compaction goes on; the second for asynchronous and other runs
 * @considered, @defer_shift, @order_failed: compaction is put off until it was asked for 1 << defer_shift times,
 *	for orders from order_failed on
 * @first_cpu: its first one among the states' CPUs, of which there are as many as are online, in their
 *	order; none for a zone without frames
 * @why: why nothing but node and index is known, a number of the reasons; 0 when it is
 */
struct mmx_zone_state {
	unsigned int node, index;
	uint64_t addr;
	char name[16];
	uint64_t start_pfn, spanned, present, managed, cma;
	uint64_t mark[MMX_MARKS], boost;
	int64_t reserve[MMX_ZONES_MAX];
	uint64_t reserved_highatomic, free_highatomic;
	uint64_t nr_free[MMX_ORDERS_MAX];
	uint64_t flags, isolated, drift_mark;
	bool contiguous, blockskip_flush;
	uint64_t free_scanner, migrate_scanner[2];
	uint32_t considered, defer_shift;
	int32_t order_failed;
	size_t first_cpu;
	uint32_t why;
};

/**
 * struct mmx_zone_states - by node and index
 * @zones: of a node
 * @orders: of free lists
 * @has_mark: which watermarks this kernel has
 * @online: CPUs that are
 */
struct mmx_zone_states {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_zone_state);
	unsigned int zones, orders;
	bool has_mark[MMX_MARKS];
	struct {
		MMX_ARRAY(struct mmx_zone_cpu);
	} cpus;
	unsigned int online;
	struct mmx_reasons reasons;
};

/** mmx_zone_states_find() - read them: mmx_know_zone_states() keeps them */
int mmx_zone_states_find(struct mmx_zone_states *states, struct mmx_view *view,
			 struct mmx_err *err);
void mmx_zone_states_free(struct mmx_zone_states *states);

/** mmx_zone_state_of() - of the zone of a node, or NULL */
const struct mmx_zone_state *mmx_zone_state_of(const struct mmx_zone_states *states,
					       unsigned int node, unsigned int index);

/** mmx_zone_mark() - a watermark as allocations meet it, raised by the boost */
static inline uint64_t mmx_zone_mark(const struct mmx_zone_state *zone, enum mmx_watermark mark)
{
	return zone->mark[mark] + zone->boost;
}

#endif
