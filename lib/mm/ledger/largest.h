// SPDX-License-Identifier: GPL-2.0-or-later
/* The largest owners of memory, of each sort: out of what a ledger summed by owner, and of the owners' own lists. */
#ifndef MMX_MM_LARGEST_H
#define MMX_MM_LARGEST_H

#include "mm/ledger/holders.h"
#include "mm/ledger/ledger.h"
#include "mm/ledger/process_memory.h"

struct mmx_alloc_tag;
struct mmx_bpf_map;

/** MMX_LARGEST_ALL - what mmx_largest_find() needs a ledger to have summed */
#define MMX_LARGEST_ALL ((1u << MMX_OWNED_BYS) - 1)

/**
 * struct mmx_memcg_total - pages that are charged to a memory cgroup, those of its descendants not included
 * @pages: by what they are
 * @usage, @kmem, @swap: what the kernel counts as charged to it and its descendants, in pages; kernel memory
 *	of that; and what they have in swap
 * @read, @kmem_read, @swap_read: whether each is known
 * @dying: it was removed, and something keeps it; the rest is of such alone
 * @below: memory cgroups below it that are there still
 * @tasks: that are in it, most likely dead ones that nobody has waited for
 * @stocks: CPUs that have charges to it ready
 * @swapped: pages in swap that are charged to it; @references: all that there are to it; -1 when not known
 */
struct mmx_memcg_total {
	uint64_t memcg, total;
	uint64_t pages[MMX_MEMCG_SUMS];
	bool read, kmem_read, swap_read;
	uint64_t usage, kmem, swap;
	bool dying;
	uint32_t below, stocks, tasks;
	int64_t swapped, references;
};

/** struct mmx_memcg_totals - the largest first; all that there are, with those that nothing is charged to */
struct mmx_memcg_totals {
	MMX_ARRAY(struct mmx_memcg_total);
};

/**
 * struct mmx_largest - all owners, each sort with the largest first
 * @by: but for memory cgroups
 * @callers: pages of vmalloc areas by the code that asked for them
 * @bpf_maps: those that have vmalloc areas
 * @tags: lines of code by what they have allocated, where allocations are profiled
 */
struct mmx_largest {
	struct mmx_coverage coverage;
	struct mmx_keyed_rows by[MMX_OWNED_BYS];
	struct mmx_keyed_rows callers;
	struct mmx_memcg_totals memcgs;
	struct mmx_holder_totals holders;
	struct {
		MMX_ARRAY(const struct mmx_alloc_tag *);
	} tags;
	struct {
		MMX_ARRAY(const struct mmx_bpf_map *);
	} bpf_maps;
	struct mmx_processes_memory processes;
};

/** mmx_memcg_totals_find() - of a ledger that has sums by memory cgroup; what cannot be read goes into @coverage */
int mmx_memcg_totals_find(struct mmx_memcg_totals *totals, const struct mmx_ledger *ledger,
			  struct mmx_view *view, struct mmx_coverage *coverage,
			  struct mmx_err *err);
/** mmx_memcg_counters_read() - @total has memcg: what the kernel counts of it */
void mmx_memcg_counters_read(struct mmx_memcg_total *total, struct mmx_view *view);

void mmx_memcg_totals_free(struct mmx_memcg_totals *totals);

/** mmx_largest_find() - of a ledger with MMX_LARGEST_ALL; -1 without memory, and when stopped */
int mmx_largest_find(struct mmx_largest *largest, const struct mmx_ledger *ledger,
		     struct mmx_view *view, struct mmx_err *err);
void mmx_largest_free(struct mmx_largest *largest);

#endif
