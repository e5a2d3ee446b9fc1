// SPDX-License-Identifier: GPL-2.0-or-later
/* page_ext: data that a kernel keeps for each page beside its struct page, as page_owner does. */
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/owner.h"

/* Bytes of it for each page; all that there are come to about 100. */
#define MAX_PAGE_EXT 4096

/* Each section's, an entry a frame, in the direct map; the pointer is biased by the first frame. */
static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	const struct mmx_sparse *sparse = &mmx_mem(view->kernel)->sparse;
	unsigned int page_shift = view->kernel->arch->page_shift;
	unsigned int shift = sparse->section_bits - page_shift;
	uint64_t size, start, end, first, base;

	*run = (struct mmx_owner_run){0};
	if (nth >= sparse->n || mmx_kread_variable(view, "page_ext_size", 8, &size) || !size ||
	    size > MAX_PAGE_EXT)
		return false;
	first = sparse->v[nth].nr << shift;
	base = sparse->v[nth].page_ext;
	/* The lowest bit marks one that is going away. */
	if (!base || base & 1 || mmx_kphys(view, base + first * size, &start) ||
	    mmx_kphys(view, base + ((first + (1ULL << shift)) * size - 1), &end) || end < start ||
	    end - start >= size << shift)
		return true;
	run->pfn = start >> page_shift;
	run->frames = (end >> page_shift) - run->pfn + 1;
	return true;
}

const struct mmx_owner_kind mmx_owner_page_ext = {
	.name = "page_ext",
	.class = CLASS_PAGE_EXT,
	.why = "a memory section keeps its page_ext there",
	.known = MMX_KNOWN_COUNT,
	.run = runs,
};
