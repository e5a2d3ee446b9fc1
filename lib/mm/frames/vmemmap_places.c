// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/mem.h"
#include "mm/frames/vmemmap_places.h"

static int by_pfn(const void *a, const void *b)
{
	const struct mmx_vmemmap_place *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	return (x->va > y->va) - (x->va < y->va);
}

/* What an earlier one has of a frame already is cut off. */
static void part(struct mmx_vmemmap_places *places, unsigned int shift)
{
	uint64_t end = 0;
	size_t n = 0;

	for (size_t i = 0; i < places->n; i++) {
		struct mmx_vmemmap_place place = places->v[i];

		if (place.end <= end)
			continue;
		if (place.pfn < end) {
			place.va += (end - place.pfn) << shift;
			place.pfn = end;
		}
		end = place.end;
		places->v[n++] = place;
	}
	places->n = n;
}

int mmx_vmemmap_places_find(struct mmx_vmemmap_places *places, struct mmx_view *view,
			    struct mmx_err *err)
{
	const struct mmx_vmemmap *v = &mmx_mem(view->kernel)->vmemmap;
	unsigned int shift = view->kernel->arch->page_shift;

	for (size_t i = 0; i < v->n; i++) {
		const struct mmx_vmemmap_extent *e = &v->v[i];
		uint64_t pfn = e->phys >> shift, frames = e->repeat ? 1 : e->len >> shift;

		if (!mmx_array_add(places, (struct mmx_vmemmap_place){pfn, pfn + frames, e->va}))
			return mmx_fail_nomem(err);
	}
	mmx_array_sort(places, by_pfn);
	part(places, shift);
	places->coverage.found = places->n;
	return 0;
}

void mmx_vmemmap_places_free(struct mmx_vmemmap_places *places)
{
	mmx_array_free(places);
}

bool mmx_vmemmap_holds(struct mmx_view *view, uint64_t pfn, uint64_t *first)
{
	const struct mmx_vmemmap_places *places = mmx_know_vmemmap_places(view);
	const struct mmx_vmemmap *v = &mmx_mem(view->kernel)->vmemmap;
	size_t i = mmx_array_bound(places, place, place->end <= pfn);
	const struct mmx_vmemmap_place *place = i < places->n ? &places->v[i] : NULL;

	if (!place || place->pfn > pfn)
		return false;
	*first = (place->va + ((pfn - place->pfn) << view->kernel->arch->page_shift) - v->base) /
		 v->page_size;
	return true;
}
