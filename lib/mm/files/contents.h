// SPDX-License-Identifier: GPL-2.0-or-later
/* What a file has in memory, summed up: one walk over its page cache. */
#ifndef MMX_MM_CONTENTS_H
#define MMX_MM_CONTENTS_H

#include "base/array.h"
#include "base/coverage.h"
#include "mm/files/mapping.h"

#define MMX_CONTENTS_ORDERS 32

/** struct mmx_folio_sum - folios and their pages, and in what state: a folio is dirty as a whole */
struct mmx_folio_sum {
	uint64_t folios, pages;
	uint64_t dirty, writeback, stale; /* pages; stale: being read, or reading them failed */
};

/**
 * struct mmx_contents - what of a file is in memory; all counts but those of bytes and folios are of pages
 * @size_known: @size, @pages, @holes and @beyond are
 * @size: of the file, in bytes; of a block device too
 * @pages: the same in pages
 * @all: what is cached
 * @order: by the folios' order
 * @nodes: by node; those that have none included, up to the last one that has some
 * @shadows: entries of what was reclaimed; @swapped: of shared memory in swap; @dax: of persistent memory
 * @holes: of the size, what has no entry
 * @beyond: what is cached, swapped or kept a shadow of beyond the end: preallocated, or about to be dropped
 */
struct mmx_contents {
	struct mmx_coverage coverage;
	bool size_known;
	uint64_t size, pages;
	struct mmx_folio_sum all;
	struct mmx_folio_sum order[MMX_CONTENTS_ORDERS];
	struct {
		MMX_ARRAY(struct mmx_folio_sum);
	} nodes;
	uint64_t shadows, swapped, dax;
	uint64_t holes, beyond;
};

/** mmx_contents_find() - of a mapping that is not the swap cache's; -1 without memory */
int mmx_contents_find(struct mmx_contents *c, struct mmx_view *view, const struct mmx_mapping *m,
		      struct mmx_err *err);
void mmx_contents_free(struct mmx_contents *c);

#endif
