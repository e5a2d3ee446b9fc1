// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where struct pages lie, by frame. A machine of terabytes whose huge pages are optimised has millions of extents of
 * vmemmap, and as many frames to be asked about.
 */
#ifndef MMX_MM_VMEMMAP_PLACES_H
#define MMX_MM_VMEMMAP_PLACES_H

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_vmemmap_place - frames [pfn, end) hold vmemmap from @va on */
struct mmx_vmemmap_place {
	uint64_t pfn, end, va;
};

/** struct mmx_vmemmap_places - in ascending order, each frame in one of them, though it may hold several parts of vmemmap */
struct mmx_vmemmap_places {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_vmemmap_place);
};

int mmx_vmemmap_places_find(struct mmx_vmemmap_places *places, struct mmx_view *view,
			    struct mmx_err *err);
void mmx_vmemmap_places_free(struct mmx_vmemmap_places *places);

/** mmx_vmemmap_holds() - whether struct pages lie in a frame; *@first is the PFN of the first of them, or of some */
bool mmx_vmemmap_holds(struct mmx_view *view, uint64_t pfn, uint64_t *first);

#endif
