// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Of every frame: how many entries hold it, and a key by which an entry is known to be where the page's
 * mapping and index lead to. The key is a sum, so that of pages that follow each other costs an addition.
 */
#ifndef MMX_MM_FRAME_COUNTS_H
#define MMX_MM_FRAME_COUNTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/range.h"
#include "mm/frames/class.h"
#include "mm/rmap/survey.h"

#define MMX_KEY_NONE 0 /* nothing maps it, or it has no mapping */
#define MMX_KEY_KSM  1

/**
 * struct mmx_frame_counts - both, by the number that a frame has among those with a struct page
 * @base: of each range of frames the number of its first one
 */
struct mmx_frame_counts {
	const struct mmx_ranges *pfn;
	uint64_t *base;
	uint64_t n;
	uint64_t *key;
	_Atomic uint32_t *count;
	struct mmx_classifier classifier;
};

int mmx_frame_counts_begin(struct mmx_frame_counts *c, const struct mmx_kernel *k,
			   struct mmx_err *err);
void mmx_frame_counts_end(struct mmx_frame_counts *c);

/** mmx_frame_slot() - the number of a frame; false when it has no struct page. *@hint: the range of the one before */
static inline bool mmx_frame_slot(const struct mmx_frame_counts *c, uint64_t pfn, size_t *hint,
				  uint64_t *slot)
{
	const struct mmx_range *r = &c->pfn->v[*hint];

	if (pfn - r->start >= r->end - r->start) {
		*hint = mmx_array_bound(c->pfn, e, e->end <= pfn);
		if (*hint == c->pfn->n || pfn < c->pfn->v[*hint].start) {
			*hint = 0;
			return false;
		}
		r = &c->pfn->v[*hint];
	}
	*slot = c->base[*hint] + (pfn - r->start);
	return true;
}

static inline uint64_t mmx_frame_key(uint64_t mapping, uint64_t index)
{
	return mapping * 0x9e3779b97f4a7c15ULL + index * 0xc2b2ae3d27d4eb4fULL;
}

/** mmx_frame_keys_find() - the keys of all pages that are mapped; -1 when stopped */
int mmx_frame_keys_find(struct mmx_frame_counts *c, struct mmx_view *view,
			struct mmx_survey *survey, struct mmx_err *err);

/** mmx_frame_counts_compare() - hold what was counted against the kernel's own counts */
int mmx_frame_counts_compare(struct mmx_frame_counts *c, struct mmx_view *view,
			     struct mmx_survey *survey, struct mmx_err *err);

#endif
