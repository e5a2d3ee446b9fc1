// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose the pages are: sums by file, slab cache, memory cgroup, page pool, holder, and the stack that allocated them. */
#ifndef MMX_MM_OWNED_H
#define MMX_MM_OWNED_H

#include "mm/frames/class.h"
#include "mm/ledger/keyed.h"
#include "mm/ledger/ledger.h"

struct mmx_owner_map;
struct mmx_page_owners;

/** struct mmx_owned_rules - which sums are asked for, and where keys are; @asked: bits of enum mmx_owned_by */
struct mmx_owned_rules {
	unsigned int asked;
	struct mmx_keyed *by;
	const struct mmx_page_owners *sites;
	const struct mmx_owner_map *owners;
	uint32_t slab_cache, pool; /* offsets in struct page; 0 when not known */
};

/** struct mmx_owned_runs - what one thread has not added yet */
struct mmx_owned_runs {
	struct mmx_keyed_run by[MMX_OWNED_BYS];
};

/** mmx_owned_begin() - @by: MMX_OWNED_BYS sums, which begin as zeros; -1 without memory */
int mmx_owned_begin(struct mmx_owned_rules *rules, struct mmx_keyed *by, unsigned int asked,
		    struct mmx_view *view, struct mmx_err *err);

/** mmx_owned_count() - count @n frames that are alike from @pfn on, of a walk's step, which was read and is of that class */
void mmx_owned_count(const struct mmx_owned_rules *rules, struct mmx_owned_runs *runs,
		     const struct mmx_page_walk *w, enum mmx_class class, uint64_t pfn, uint64_t n);

/** mmx_owned_flush() - add what is left */
void mmx_owned_flush(const struct mmx_owned_rules *rules, struct mmx_owned_runs *runs);

#endif
