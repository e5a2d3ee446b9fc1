// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All slabs, counted by walking every frame.
 */
#ifndef MMX_MM_SLAB_TOTALS_H
#define MMX_MM_SLAB_TOTALS_H

#include "mm/owners/slab_caches.h"

/** struct mmx_slab_total - a cache's slabs, counted by walking all frames */
struct mmx_slab_total {
	uint64_t slabs, pages, objects, inuse;
};

/**
 * struct mmx_slab_totals - all slabs there are
 * @v: for each cache, in the order of struct mmx_slab_caches
 * @stray: slabs whose cache is none of them
 * @missing: frames whose struct pages could not be read
 */
struct mmx_slab_totals {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_slab_total);
	struct mmx_slab_total stray;
	uint64_t missing;
};

int mmx_slab_totals_find(struct mmx_slab_totals *totals, const struct mmx_slab_caches *caches,
			 struct mmx_view *view, struct mmx_err *err);
void mmx_slab_totals_free(struct mmx_slab_totals *totals);

#endif
