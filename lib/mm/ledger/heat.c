// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/frames/pageblock.h"
#include "mm/ledger/heat.h"

#define PAGEBLOCK_ORDER 9u  /* of a cell at least, where pageblocks cannot be told */
#define LARGEST_SHIFT   31u /* a cell's frames are counted in 32 bits */

/* Frames from the first to the last of the zones that are wanted. */
static struct mmx_range reach_of(const struct mmx_heat *heat, const struct mmx_zones *zones)
{
	struct mmx_range reach = {0, UINT64_MAX};

	if (!heat->zones)
		return reach;
	reach = (struct mmx_range){UINT64_MAX, 0};
	for (size_t i = 0; i < zones->n; i++) {
		const struct mmx_zone *zone = &zones->v[i];

		if (!heat->zones[i])
			continue;
		if (zone->start_pfn < reach.start)
			reach.start = zone->start_pfn;
		if (zone->start_pfn + zone->spanned > reach.end)
			reach.end = zone->start_pfn + zone->spanned;
	}
	return reach;
}

/* Cells that have any frame with a struct page, and with @add where they are. */
static uint64_t lay_out(struct mmx_heat *heat, struct mmx_view *view, bool add, bool *nomem)
{
	struct mmx_range reach = reach_of(heat, &mmx_mem(view->kernel)->zones);
	uint64_t cells = 0, next = 0; /* the first cell's number that was not taken yet */

	mmx_for_each_range (r, &mmx_mem(view->kernel)->sparse.pfn) {
		uint64_t start = r->start > reach.start ? r->start : reach.start,
			 stop = r->end < reach.end ? r->end : reach.end;
		uint64_t first = start >> heat->shift,
			 end = start < stop ? ((stop - 1) >> heat->shift) + 1 : first;
		struct mmx_heat_run *last = heat->n ? &heat->v[heat->n - 1] : NULL;

		if (first < next)
			first = next;
		if (end <= first)
			continue;
		if (add && last && first == next && cells)
			last->n += end - first;
		else if (add && !mmx_array_add(heat, (struct mmx_heat_run){first << heat->shift,
									   end - first, cells}))
			*nomem = true;
		cells += end - first;
		next = end;
	}
	return cells;
}

int mmx_heat_begin(struct mmx_heat *heat, struct mmx_view *view, uint64_t most, const bool *zones,
		   struct mmx_err *err)
{
	const struct mmx_pageblock_format *blocks = mmx_know_pageblock_format(view);
	bool nomem = false;

	memset(heat, 0, sizeof(*heat));
	heat->zones = zones;
	heat->shift = blocks->bits ? blocks->order : PAGEBLOCK_ORDER;
	while (lay_out(heat, view, false, NULL) > most && heat->shift < LARGEST_SHIFT)
		heat->shift++;
	heat->cells = lay_out(heat, view, true, &nomem);
	if (!nomem)
		heat->count = calloc(heat->cells * MMX_CLASS_COUNT + 1, sizeof(*heat->count));
	if (heat->count)
		return 0;
	mmx_heat_free(heat);
	return mmx_fail_nomem(err);
}

void mmx_heat_free(struct mmx_heat *heat)
{
	free(heat->count);
	heat->count = NULL;
	mmx_array_free(heat);
}

void mmx_heat_add(struct mmx_heat *heat, uint64_t pfn, uint64_t n, uint32_t zone,
		  enum mmx_class class)
{
	if (heat->zones && !heat->zones[zone])
		return;
	while (n) {
		size_t at = mmx_array_bound(heat, run, run->pfn <= pfn);
		const struct mmx_heat_run *run = at ? &heat->v[at - 1] : NULL;
		uint64_t nth = run ? (pfn - run->pfn) >> heat->shift : 0;
		uint64_t part = (1ULL << heat->shift) - (pfn & ((1ULL << heat->shift) - 1));

		if (part > n)
			part = n;
		if (run && nth < run->n)
			atomic_fetch_add_explicit(
				&heat->count[(run->cell + nth) * MMX_CLASS_COUNT + class],
				(uint32_t)part, memory_order_relaxed);
		pfn += part;
		n -= part;
	}
}
