// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pages that a vmalloc area maps, by a cursor over them.
 */
#ifndef MMX_MM_VMALLOC_PAGES_H
#define MMX_MM_VMALLOC_PAGES_H

#include "arch/pagetable.h"
#include "mm/owners/vmalloc.h"

#define MMX_VMALLOC_BLOCK 512

/**
 * struct mmx_vmalloc_pages - a walk over what memory an area maps
 * Out of its array of pages, or out of the kernel's page tables when it has none. An ioremap maps
 * no memory of the kernel's, and an area that was freed maps none any more.
 * @at: the place in the area of the run's first page, counted in pages
 * @pfn, @frames: the run
 */
struct mmx_vmalloc_pages {
	struct mmx_coverage coverage;
	uint64_t at, pfn, frames;
	/* Private. */
	struct mmx_view *view;
	const struct mmx_vmalloc_area *area;
	uint64_t i, n; /* in the array */
	uint64_t block[MMX_VMALLOC_BLOCK];
	bool in_tables;
	struct mmx_pt pt;
};

void mmx_vmalloc_pages_begin(struct mmx_vmalloc_pages *pages, struct mmx_view *view,
			     const struct mmx_vmalloc_area *area);

/** mmx_vmalloc_pages_next() - go to the next run; false at the end */
bool mmx_vmalloc_pages_next(struct mmx_vmalloc_pages *pages);

#endif
