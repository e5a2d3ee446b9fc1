// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/owners/slab_objects.h"
#include "mm/owners/slab_totals.h"

static void count(struct mmx_slab_total *total, const struct mmx_slab *slab, unsigned int shift)
{
	total->slabs++;
	total->pages += slab->bytes >> shift;
	total->objects += slab->objects;
	total->inuse += slab->inuse;
}

int mmx_slab_totals_find(struct mmx_slab_totals *totals, const struct mmx_slab_caches *caches,
			 struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_ranges *frames = &mmx_mem(view->kernel)->sparse.pfn;
	struct mmx_page_walk w;

	memset(totals, 0, sizeof(*totals));
	if (!mmx_array_grow(totals, caches->n + 1))
		return mmx_fail_nomem(err);
	totals->n = caches->n;
	memset(totals->v, 0, (caches->n + 1) * sizeof(*totals->v));
	if (mmx_page_walk_begin(&w, view, 0, frames->n ? frames->v[frames->n - 1].end : 0, err)) {
		mmx_slab_totals_free(totals);
		return -1;
	}
	mmx_cover_inherit(&totals->coverage, &caches->coverage);
	while (caches->slabs_known && mmx_page_walk_next(&w)) {
		struct mmx_slab slab;

		if (w.read && w.read != MMX_READ_ABSENT) {
			totals->missing += w.frames;
			mmx_cover_failf(&totals->coverage, MMX_EABSENT,
					"the struct pages from PFN 0x%" PRIx64 " on are %s", w.pfn,
					mmx_read_name(w.read));
		}
		if (w.read || w.tail || !w.folio.slab ||
		    !mmx_pfn_online(&mmx_mem(view->kernel)->sparse, w.pfn))
			continue;
		mmx_slab_decode(&slab, caches, &w);
		count(slab.cache ? &totals->v[slab.cache - caches->v] : &totals->stray, &slab,
		      view->kernel->arch->page_shift);
	}
	mmx_page_walk_end(&w);
	return 0;
}

void mmx_slab_totals_free(struct mmx_slab_totals *totals)
{
	mmx_array_free(totals);
}
