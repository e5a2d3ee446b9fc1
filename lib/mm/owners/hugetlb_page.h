// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A huge page of hugetlb: what it says of itself, which mount it is charged to, and which of its pages are
 * poisoned.
 */
#ifndef MMX_MM_HUGETLB_PAGE_H
#define MMX_MM_HUGETLB_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "mm/frames/page_walk.h"
#include "mm/owners/hugetlb_pools.h"

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
