// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Huge pages of hugetlb: the pools, one for each size, with what every node has of them, and what a
 * single huge page says of itself.
 */
#ifndef MMX_MM_HUGETLB_H
#define MMX_MM_HUGETLB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "mm/frames/page_walk.h"

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

/** MMX_HUGETLB_POISONED - poisoned pages of a huge page that are named; more are only counted */
#define MMX_HUGETLB_POISONED 16

/** struct mmx_subpool - the limits of a mounted hugetlbfs; -1 for a limit that is not set */
struct mmx_subpool {
	uint64_t addr;
	enum mmx_read read;
	int64_t max, used, min, reserved;
};

/**
 * struct mmx_hugetlb - a huge page
 * @hstate: its pool, NULL when no pool has its order
 * @raw: the word that has its flags
 * @flags: their names, in the kernel's order, parted by spaces
 * @freed: it is free, by its flag; @listed: it is on a free list
 * @optimised: the struct pages of all but its first tails are shared: nothing is kept for each page
 * @temporary: allocated for a migration, outside of the pool
 * @subpool: the mount that it is charged to; addr 0 when none
 * @poisoned: its pages with memory errors, @poisoned_n of them
 * @poisons_this: the walk's current page is one of them
 * @poison_read: whether that list could be walked to its end
 * @poison_lost: the kernel could not note all of them
 */
struct mmx_hugetlb {
	const struct mmx_hstate *hstate;
	const struct mmx_hugetlb_free *listed;
	uint64_t raw;
	char flags[160];
	bool freed, optimised, temporary;
	struct mmx_subpool subpool;
	uint64_t poisoned[MMX_HUGETLB_POISONED];
	unsigned int poisoned_n;
	bool poisons_this;
	enum mmx_read poison_read;
	bool poison_lost;
};

/** enum mmx_bad_page - whether a memory error is in this very page of a huge page that has one */
enum mmx_bad_page {
	MMX_BAD_PAGE_UNKNOWN, /* the kernel could not note which it is, or its list is not whole */
	MMX_BAD_PAGE_THIS,
	MMX_BAD_PAGE_OTHER,
};

/**
 * mmx_hugetlb_bad_page() - which page it is; the flag is on the first one, whichever is bad
 * Of a walk's current frame, whose folio is a huge page with that flag. Safe on any thread.
 */
enum mmx_bad_page mmx_hugetlb_bad_page(const struct mmx_page_walk *w);

/** mmx_hugetlb_decode() - the huge page of a walk's current frame, whose folio is one */
void mmx_hugetlb_decode(struct mmx_hugetlb *h, const struct mmx_hugetlb_pools *pools,
			const struct mmx_page_walk *w);

#endif
