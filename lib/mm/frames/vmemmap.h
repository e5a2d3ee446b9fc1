// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vmemmap: the virtual array of all struct pages, and where its parts lie physically. Several
 * virtual pages of it can share one physical page: the tails of optimised huge pages.
 */
#ifndef MMX_MM_VMEMMAP_H
#define MMX_MM_VMEMMAP_H

#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "image/image.h"

struct mmx_kernel;
struct mmx_view;

/** struct mmx_vmemmap_extent - a run of the array; @repeat: every page of it is the same physical page */
struct mmx_vmemmap_extent {
	uint64_t va, len;
	uint64_t phys;
	bool repeat;
};

/** struct mmx_vmemmap - the array; @coverage: of the page tables that lead to it */
struct mmx_vmemmap {
	struct mmx_coverage coverage;
	uint64_t base;
	uint64_t page_size; /* sizeof(struct page) */
	MMX_ARRAY(struct mmx_vmemmap_extent);
	uint64_t pages;    /* virtual pages of the array that are mapped */
	uint64_t shared;   /* those of them whose physical page serves another one as well */
	uint64_t unmapped; /* struct pages that sections promise and no page table maps */
};

/** mmx_vmemmap_find() - fill mmx_mem(kernel)->vmemmap and its fact; needs sections and page tables */
void mmx_vmemmap_find(struct mmx_kernel *kernel);
void mmx_vmemmap_free(struct mmx_vmemmap *v);

static inline uint64_t mmx_page_addr(const struct mmx_vmemmap *v, uint64_t pfn)
{
	return v->base + pfn * v->page_size;
}

/** mmx_page_pfn() - the PFN of a struct page pointer; false when it points to none */
bool mmx_page_pfn(const struct mmx_kernel *kernel, uint64_t page, uint64_t *pfn);

/** mmx_vmemmap_extent_of() - the extent that has an address of the array, or NULL */
const struct mmx_vmemmap_extent *mmx_vmemmap_extent_of(const struct mmx_vmemmap *v, uint64_t va);

/**
 * mmx_pages_read() - struct pages in bulk
 * @pfn: the first one
 * @max: how many are wanted at most; @buf has room for them
 * @got: how many the result holds for, at least 1
 *
 * Returns how those @got struct pages stand: read into @buf, excluded, absent (no struct page), ...
 * Call again behind them for the rest.
 */
enum mmx_read mmx_pages_read(struct mmx_view *view, uint64_t pfn, uint64_t max, void *buf,
			     uint64_t *got);

#endif
