// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an address_space has in its page cache, in order of its indices: folios, and what stands where
 * one was or is to come.
 *
 *	struct mmx_cached cached;
 *
 *	mmx_cached_begin(&cached, view, &mapping, first, last);
 *	while (mmx_cached_next(&cached))
 *		use(&cached);
 *	mmx_cover_inherit(&mine.coverage, &cached.coverage);
 *
 * Each folio must say that it is this mapping's, at this index and of this size; one that does not is left
 * out. A walk over all of it ends by holding how many pages there were against what the mapping counts.
 */
#ifndef MMX_MM_CACHED_H
#define MMX_MM_CACHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"
#include "kernel/xarray.h"
#include "mm/files/mapping.h"

/** enum mmx_cached_kind - what an entry is */
enum mmx_cached_kind {
	MMX_CACHED_FOLIO,
	MMX_CACHED_SHADOW,  /* of a folio that was reclaimed: when that was */
	MMX_CACHED_SWAPPED, /* of shared memory: where it is in swap */
	MMX_CACHED_DAX,     /* of a file in persistent memory: where that is */
};

/**
 * struct mmx_cached - a walk over a page cache
 * @coverage: how many entries were found, and which were left out
 * @first, @last: the indices that the entry is for; those of hugetlbfs count huge pages up to 6.6
 * @head, @order: FOLIO: its first frame, and its size
 * @flags, @private: FOLIO: the words of its first struct page
 * @value: the others: the number that stands there; SWAPPED: as mmx_swap_private() takes it
 */
struct mmx_cached {
	struct mmx_coverage coverage;
	enum mmx_cached_kind kind;
	uint64_t first, last;
	uint64_t head;
	unsigned int order;
	uint64_t flags, private;
	uint64_t value;
	/* Private. */
	struct mmx_xa xa;
	enum mmx_cached_kind values; /* what numbers are in this mapping */
	uint64_t mapping;
	bool hugetlb, all, done;
	uint64_t pages, counted; /* found so far, and as the mapping has it */
};

/** mmx_cached_begin() - walk indices @first to @last, both included; not of the swap cache */
void mmx_cached_begin(struct mmx_cached *c, struct mmx_view *view, const struct mmx_mapping *m,
		      uint64_t first, uint64_t last);

/** mmx_cached_next() - go to the next entry; false at the end */
bool mmx_cached_next(struct mmx_cached *c);

/** mmx_cached_span() - the entry's indices in pages of the smallest size, which those of VMAs and files are in */
void mmx_cached_span(const struct mmx_cached *c, uint64_t *first, uint64_t *last);

/**
 * mmx_cached_has() - whether the page cache of the address_space at @mapping has this folio at @index
 * @has: true as well where no source of types tells how to ask
 *
 * Returns 0, or -1 when that page cache cannot be searched.
 */
int mmx_cached_has(struct mmx_view *view, uint64_t mapping, uint64_t index, uint64_t head,
		   bool *has, struct mmx_err *err);

#endif
