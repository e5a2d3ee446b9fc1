// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory sections (SPARSEMEM): which page frames have a struct page at all. A section is 128 MiB
 * on x86_64; within an early one every frame has a struct page, within a hot-plugged one those
 * subsections (2 MiB) whose bit is set.
 */
#ifndef MMX_MM_SPARSE_H
#define MMX_MM_SPARSE_H

#include <stdint.h>

#include "base/array.h"
#include "base/range.h"

struct mmx_kernel;

/** struct mmx_section - a section that is present */
struct mmx_section {
	uint64_t nr;
	bool online, early;
	bool device;       /* it holds memory of a device beside other memory */
	uint64_t usage;    /* pointer to mem_section_usage */
	uint64_t page_ext; /* pointer to it as it stands; 0 where this kernel has none */
	uint64_t map;      /* where PFN 0's struct page would be by its map word */
};

/**
 * struct mmx_sparse - all of them
 * @pfn: the frames that have a struct page
 * @offline, @holes, @device, @unseen: those of them that the kernel itself does not look at, see online.h
 * @map_base: what more than half of the sections' map words say vmemmap is; 0 when there is no such
 * @strays: sections whose map word says otherwise
 * @unreadable: section roots or usage words that could not be read
 * @end: no frame from here on has ever had a struct page. A section's root, the table that it is in,
 *       is made when memory is added and stays when the memory goes.
 */
struct mmx_sparse {
	MMX_ARRAY(struct mmx_section);
	struct mmx_ranges pfn;
	struct mmx_ranges offline, holes, device, unseen;
	unsigned int section_bits; /* log2 of a section's bytes */
	uint64_t map_base;
	size_t strays;
	unsigned int unreadable;
	uint64_t end;
};

/** mmx_sparse_find() - fill mmx_mem(kernel)->sparse and its fact */
void mmx_sparse_find(struct mmx_kernel *kernel);
void mmx_sparse_free(struct mmx_sparse *sparse);

/** mmx_section_of() - the section that a frame is in, or NULL */
const struct mmx_section *mmx_section_of(const struct mmx_sparse *sparse, uint64_t pfn,
					 unsigned int page_shift);

/** mmx_sparse_map_mask() - what of a section's map word is where its struct pages are, and no flags */
uint64_t mmx_sparse_map_mask(const struct mmx_kernel *kernel);

/** mmx_pfn_valid() - whether a frame has a struct page */
static inline bool mmx_pfn_valid(const struct mmx_sparse *sparse, uint64_t pfn)
{
	return mmx_ranges_has(&sparse->pfn, pfn, 1);
}

#define MMX_SUBSECTION_SHIFT 21 /* log2 of its bytes, since 5.3 */

/** struct mmx_subsections - which subsections, of 2 MiB, a section's map has */
struct mmx_subsections {
	uint64_t first;     /* frame of the section */
	unsigned int n;     /* subsections of a section */
	unsigned int shift; /* log2 of a subsection's frames */
	unsigned char bits[512];
};

/** mmx_subsections_read() - a section's map; false when it cannot be read */
bool mmx_subsections_read(const struct mmx_kernel *kernel, const struct mmx_section *section,
			  struct mmx_subsections *sub);

static inline bool mmx_subsection_present(const struct mmx_subsections *sub, unsigned int i)
{
	return sub->bits[i / 8] >> i % 8 & 1;
}

static inline uint64_t mmx_subsection_pfn(const struct mmx_subsections *sub, unsigned int i)
{
	return sub->first + ((uint64_t)i << sub->shift);
}

#endif
