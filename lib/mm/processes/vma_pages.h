// SPDX-License-Identifier: GPL-2.0-or-later
/* What the page tables have of a mapping, in pages. */
#ifndef MMX_MM_VMA_PAGES_H
#define MMX_MM_VMA_PAGES_H

#include <stdint.h>

#include "base/coverage.h"
#include "mm/processes/vma.h"

/**
 * struct mmx_vma_pages - of a mapping
 * @coverage: what could not be walked
 * @all: as many as there is room for
 * @present: behind which a frame stands that the process has: PROT_NONE and the shared page of zeros as well
 * @swapped: that are in swap
 * @other: that are neither, and have an entry: migration, a device's memory, poison, markers
 */
struct mmx_vma_pages {
	struct mmx_coverage coverage;
	uint64_t all, present, swapped, other;
};

/** mmx_vma_pages_count() - walk the page tables below a mapping */
void mmx_vma_pages_count(struct mmx_vma_pages *pages, struct mmx_view *view,
			 const struct mmx_vma *vma);

#endif
