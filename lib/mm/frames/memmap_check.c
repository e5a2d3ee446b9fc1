// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether a struct page can be that of its frame, and what the frames are that struct pages lie in. */
#include <inttypes.h>

#include "mm/frames/buddy_block.h"
#include "mm/frames/memmap.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/tail_link.h"
#include "mm/frames/vmemmap_places.h"
#include "mm/owners/owner.h"

#define MAX_ORDER 22 /* the largest folio that any kernel makes: 16 GiB */

static bool spans(const struct mmx_zone *zone, uint64_t pfn)
{
	return pfn >= zone->start_pfn && pfn - zone->start_pfn < zone->spanned;
}

static bool in_any_zone(const struct mmx_zones *zones, uint64_t pfn)
{
	for (size_t i = 0; i < zones->n; i++) {
		if (spans(&zones->v[i], pfn))
			return true;
	}
	return false;
}

/* Frames behind the end of the last zone, in the same section, have that zone in their flags. */
static int check_zone(struct mmx_memmap *memmap, struct mmx_view *view, uint64_t pfn,
		      uint64_t flags)
{
	const struct mmx_mem *mem = mmx_mem(view->kernel);
	unsigned int node = mmx_flag_field(&mem->flags, FIELD_NODE, flags),
		     index = mmx_flag_field(&mem->flags, FIELD_ZONE, flags);
	const struct mmx_zone *zone = mmx_zone_of(&mem->zones, node, index);

	if ((zone && spans(zone, pfn)) || !in_any_zone(&mem->zones, pfn))
		return 0;
	return mmx_memmap_found(
		memmap, view, MMX_MEMMAP_ZONE, pfn,
		"PFN 0x%" PRIx64
		": its struct page says node %u, zone number %u, whose frames these are not",
		pfn, node, index);
}

static int check_link(struct mmx_memmap *memmap, struct mmx_view *view, uint64_t pfn,
		      const unsigned char *bytes)
{
	const struct mmx_mem *mem = mmx_mem(view->kernel);
	const struct mmx_page_format *f = &mem->page_format;
	uint64_t page = mmx_page_addr(&mem->vmemmap, pfn), head,
		 to = mmx_tail_head(f, page, mmx_word(bytes, f->link));

	if (!mmx_is_tail(f, bytes) || (mmx_page_pfn(view->kernel, to, &head) && head <= pfn &&
				       pfn - head < 1ULL << MAX_ORDER))
		return 0;
	return mmx_memmap_found(memmap, view, MMX_MEMMAP_LINK, pfn,
				"PFN 0x%" PRIx64 ": its struct page is a tail of 0x%" PRIx64
				", which is none of a folio around it",
				pfn, to);
}

int mmx_memmap_check_page(struct mmx_memmap *memmap, struct mmx_view *view, uint64_t pfn)
{
	const struct mmx_mem *mem = mmx_mem(view->kernel);
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t got, flags;

	if (!mmx_fact_usable(&view->kernel->facts, FACT_FLAGS_ZONE) ||
	    !mmx_fact_usable(&view->kernel->facts, FACT_PAGES) ||
	    mmx_pages_read(view, pfn, 1, bytes, &got))
		return 0;
	flags = mmx_word(bytes, mem->page_format.flags);
	/* Not filled yet: by a kernel that died early, or with DEBUG_VM. */
	if (!flags || flags == UINT64_MAX)
		return 0;
	return check_zone(memmap, view, pfn, flags) || check_link(memmap, view, pfn, bytes) ? -1
											    : 0;
}

/* The frame, or frames that are missing alike, that a walk is at: struct pages lie there. */
static enum mmx_memmap_place place_of(const struct mmx_altmaps *altmaps,
				      const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);

	if (w->read)
		return MMX_PLACE_UNKNOWN;
	if (mmx_altmap_at(altmaps, w->pfn))
		return MMX_PLACE_SELF;
	return mmx_bit(mmx_word(w->bytes, f->flags), f->reserved) ? MMX_PLACE_BOOT
								  : MMX_PLACE_ALLOCATED;
}

static int wrong_place(struct mmx_memmap *memmap, const struct mmx_page_walk *w,
		       enum mmx_memmap_fault fault, const char *what)
{
	uint64_t pfn = 0;

	mmx_vmemmap_holds(w->view, w->pfn, &pfn);
	return mmx_memmap_found(memmap, w->view, fault, pfn,
				"the struct page of PFN 0x%" PRIx64
				" and those behind it lie in frame 0x%" PRIx64 ", which %s",
				pfn, w->pfn, what);
}

static int check_place(struct mmx_memmap *memmap, const struct mmx_altmaps *altmaps,
		       const struct mmx_page_walk *w)
{
	enum mmx_page_type block;

	if (w->read == MMX_READ_ABSENT)
		return wrong_place(memmap, w, MMX_MEMMAP_NO_MEMORY, "has no struct page itself");
	memmap->placed[place_of(altmaps, w)] += w->frames;
	if (w->read || w->folio.read || mmx_page_block(w, mmx_walk_format(w), &block) ||
	    block != MMX_PAGE_BUDDY)
		return 0;
	return wrong_place(memmap, w, MMX_MEMMAP_FREE, "is free");
}

static int check_range(struct mmx_memmap *memmap, struct mmx_view *view, uint64_t first,
		       uint64_t end, struct mmx_err *err)
{
	const struct mmx_altmaps *altmaps = mmx_know_altmaps(view);
	struct mmx_page_walk w;
	int failed = 0;

	if (mmx_page_walk_begin(&w, view, first, end, err))
		return -1;
	while (!failed && mmx_page_walk_next(&w))
		failed = check_place(memmap, altmaps, &w);
	mmx_page_walk_end(&w);
	return failed ? mmx_fail_nomem(err) : 0;
}

int mmx_memmap_check_places(struct mmx_memmap *memmap, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_vmemmap_places *places = mmx_know_vmemmap_places(view);
	size_t i = 0;

	while (i < places->n && !mmx_stopped(view->kernel->image)) {
		uint64_t first = places->v[i].pfn, end = places->v[i].end;

		while (++i < places->n && places->v[i].pfn == end)
			end = places->v[i].end;
		if (check_range(memmap, view, first, end, err))
			return -1;
	}
	return 0;
}
