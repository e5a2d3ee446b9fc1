// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Free pages that no list of the buddy allocator holds, and that the zone's count of free pages leaves
 * out: those that each CPU keeps by itself, per zone; and since 6.15 those that were freed where the zone's
 * lock could not be taken (trylock_free_pages), which wait on a list of the zone for whoever takes it next. They look like nothing: no page type, no references.
 */
#ifndef MMX_MM_PCP_H
#define MMX_MM_PCP_H

#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;
struct mmx_zone;

/**
 * struct mmx_pcp_set - what one CPU keeps of one zone
 * @addr: of its struct per_cpu_pages
 * @count: the kernel's own count of the pages on the lists; -1 when that could not be read
 * @found: pages that were found on them
 */
struct mmx_pcp_set {
	const struct mmx_zone *zone;
	unsigned int cpu;
	uint64_t addr;
	int64_t count;
	uint64_t found;
};

/** MMX_PCP_WAITING - the CPU of a block that is on its zone's list of those that wait */
#define MMX_PCP_WAITING (~0u)

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

/**
 * struct mmx_pcp - all of them
 * @huge_order: of what is on the lists of huge pages
 * @blocks: in ascending order of frames
 */
struct mmx_pcp {
	struct mmx_coverage coverage;
	unsigned int huge_order;
	MMX_ARRAY(struct mmx_pcp_set);
	struct {
		MMX_ARRAY(struct mmx_pcp_block);
	} blocks;
};

/**
 * mmx_pcp_find() - walk the lists of every populated zone and CPU: mmx_know_pcp() keeps them
 * What is broken keeps the blocks found before that. A set that counts other than it holds is broken.
 */
int mmx_pcp_find(struct mmx_pcp *pcp, struct mmx_view *view, struct mmx_err *err);
void mmx_pcp_free(struct mmx_pcp *pcp);

/** mmx_pcp_block_of() - the block that a frame is in, or NULL when it is on no list that was walked */
const struct mmx_pcp_block *mmx_pcp_block_of(const struct mmx_pcp *pcp, uint64_t pfn);

#endif
