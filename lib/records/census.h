// SPDX-License-Identifier: GPL-2.0-or-later
/* What the records of the ledger have as r->arg. */
#ifndef MMX_RECORDS_CENSUS_H
#define MMX_RECORDS_CENSUS_H

#include "mm/ledger/heat.h"
#include "mm/ledger/largest.h"
#include "mm/ledger/ledger.h"
#include "mm/ledger/reconcile.h"
#include "records/record.h"

/**
 * struct mmx_census - the ledger, and which ways to look at it are asked for
 * @balances: it against the kernel's counters
 * @largest: owners of memory; NULL when they are not asked for
 * @memcgs: those of memory cgroups; NULL likewise
 * @top: how many of each are told
 * @heat: the map; NULL likewise
 * @map_class: the class that it is of; MMX_CLASS_COUNT: of all
 * @map_width: cells of a line of it, at most MMX_MAP_WIDEST
 * @map_halves: it is drawn with two lines of cells in a row
 * @coverage: what is not certain
 * @zones: by node and zone
 * @blocks: by pageblock type
 * @unattributed: each frame that nobody claims
 * @empty: classes that have no frame are told as well
 */
struct mmx_census {
	const struct mmx_ledger *ledger;
	const struct mmx_balances *balances;
	const struct mmx_largest *largest;
	const struct mmx_memcg_totals *memcgs;
	uint64_t top;
	const struct mmx_heat *heat;
	unsigned int map_class;
	unsigned int map_width;
	bool map_halves;
	struct mmx_coverage coverage;
	bool zones, blocks, empty, unattributed;
};

/** MMX_MAP_WIDTH - cells of a line of the map, where no terminal says how many there is room for */
#define MMX_MAP_WIDTH  64
#define MMX_MAP_WIDEST 128

/** mmx_census_of() - of any record within the document */
static inline const struct mmx_census *mmx_census_of(const struct mmx_rows *r)
{
	return r->arg;
}

/* The document's fields: a table each. */
extern const struct mmx_record mmx_record_census_classes, mmx_record_census_zones,
	mmx_record_census_blocks, mmx_record_balances /* balance.c */, mmx_record_part_balances,
	mmx_record_uncounted;

/* heat.c */
extern const struct mmx_record mmx_record_map, mmx_record_map_legend, mmx_record_map_scale;

/* largest.c */
extern const struct mmx_record mmx_record_largest_files, mmx_record_largest_caches,
	mmx_record_largest_processes, mmx_record_largest_vmalloc, mmx_record_largest_sites,
	mmx_record_memcgs, mmx_record_dying_memcgs;

/* unattributed.c */
extern const struct mmx_record mmx_record_unattributed;

/** mmx_value_stack() - a stack of the depot in one line, by its handle, but for what is the page allocator's own (largest.c) */
void mmx_value_stack(struct mmx_rows *r, struct mmx_value *v, uint32_t handle);

/* largest_kernel.c */
extern const struct mmx_record mmx_record_largest_pools, mmx_record_largest_sockets,
	mmx_record_largest_dma_bufs, mmx_record_largest_holders, mmx_record_largest_tags,
	mmx_record_largest_bpf_maps;

#endif
