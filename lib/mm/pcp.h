// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Per-CPU free lists: pages that each CPU keeps by itself, per zone. They are free, but look like
 * nothing: no page type, no references, and the zone's count of free pages leaves them out.
 */
#ifndef MMX_MM_PCP_H
#define MMX_MM_PCP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/err.h"

struct mmx_view;
struct mmx_zone;

/**
 * struct mmx_pcp_set - what one CPU keeps of one zone
 * @addr: of its struct per_cpu_pages
 * @count: the kernel's own count of the pages on the lists; -1 when that could not be read
 * @found: pages that were found on them
 * @trouble: why the lists could not be walked to their ends; code 0 when they could
 */
struct mmx_pcp_set {
	const struct mmx_zone *zone;
	unsigned int cpu;
	uint64_t addr;
	int64_t count;
	uint64_t found;
	struct mmx_err trouble;
};

/**
 * struct mmx_pcp_block - a free block on a list
 * @pfn, @order: its frames are [pfn, pfn + (1 << order))
 * @list: the list's number; there is one for each order and migrate type
 * @migratetype: what the list holds, or -1 where a list holds several types
 */
struct mmx_pcp_block {
	const struct mmx_zone *zone;
	uint64_t pfn;
	unsigned int order, cpu, list;
	int migratetype;
};

/** struct mmx_pcp - all of them; @blocks in ascending order of frames */
struct mmx_pcp {
	MMX_ARRAY(struct mmx_pcp_set);
	struct {
		MMX_ARRAY(struct mmx_pcp_block);
	} blocks;
};

/**
 * mmx_pcp_read() - walk the lists of every populated zone and CPU
 *
 * A set that is broken says so in its @trouble, keeps the blocks found before that, and leaves the
 * other sets alone. Fails only when nothing can be read at all, or without memory.
 */
int mmx_pcp_read(struct mmx_pcp *pcp, struct mmx_view *view, struct mmx_err *err);
void mmx_pcp_free(struct mmx_pcp *pcp);

/**
 * mmx_pcp_check() - whether every set was walked and its pages are as many as it counts
 * -1 with an error that names the first that was or has not.
 */
int mmx_pcp_check(const struct mmx_pcp *pcp, struct mmx_err *err);

/** mmx_pcp_find() - the block that a frame is in, or NULL when it is on no list that was walked */
const struct mmx_pcp_block *mmx_pcp_find(const struct mmx_pcp *pcp, uint64_t pfn);

/** mmx_pcp_fn - called for each block; false ends the walk */
typedef bool (*mmx_pcp_fn)(void *arg, const struct mmx_pcp_block *block);

/** mmx_pcp_each() - call for every block; -1 and the first trouble when some could not be reached */
int mmx_pcp_each(struct mmx_view *view, mmx_pcp_fn fn, void *arg, struct mmx_err *err);

#endif
