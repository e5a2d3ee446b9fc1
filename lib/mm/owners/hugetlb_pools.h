// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pools of hugetlb, one for each size of huge pages, with what every node has of them.
 */
#ifndef MMX_MM_HUGETLB_POOLS_H
#define MMX_MM_HUGETLB_POOLS_H

#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** MMX_HSTATES_MAX - sizes that a kernel has at most; x86_64 has two */
#define MMX_HSTATES_MAX 8

/** struct mmx_hstate - a pool, by the kernel's own counts in huge pages */
struct mmx_hstate {
	uint64_t addr;
	unsigned int order;
	char name[32];
	uint64_t total, free, reserved, surplus;
};

/**
 * struct mmx_hstate_node - a pool's part on a node
 * @listed: huge pages on the free list, counted by walking it
 * @unlisted: why the walk ended early, a number of the pools' reasons; 0 when it did not
 */
struct mmx_hstate_node {
	unsigned int hstate, node;
	uint64_t total, free, surplus;
	uint64_t listed;
	uint32_t unlisted;
};

/** struct mmx_hugetlb_free - a huge page on a free list */
struct mmx_hugetlb_free {
	uint64_t pfn;
	unsigned int hstate, node;
};

/** struct mmx_hugetlb_pools - all pools; none on a kernel that has no hugetlb; @free is by frame */
struct mmx_hugetlb_pools {
	struct mmx_coverage coverage;
	unsigned int n;
	struct mmx_hstate v[MMX_HSTATES_MAX];
	struct {
		MMX_ARRAY(struct mmx_hstate_node);
	} nodes;
	struct {
		MMX_ARRAY(struct mmx_hugetlb_free);
	} free;
	struct mmx_reasons reasons;
};

/** mmx_hugetlb_pools_find() - read all pools: mmx_know_hugetlb_pools() keeps them */
int mmx_hugetlb_pools_find(struct mmx_hugetlb_pools *pools, struct mmx_view *view,
			   struct mmx_err *err);
void mmx_hugetlb_pools_free(struct mmx_hugetlb_pools *pools);

/** mmx_hugetlb_count() - huge pages of all sizes, by the pools' counters; 0 without hugetlb */
int mmx_hugetlb_count(struct mmx_view *view, uint64_t *n, struct mmx_err *err);

#endif
