// SPDX-License-Identifier: GPL-2.0-or-later
/* page_ext: data that a kernel keeps for each page beside its struct page, as page_owner does. */
#ifndef MMX_MM_PAGE_EXT_H
#define MMX_MM_PAGE_EXT_H

#include "base/coverage.h"
#include "mm/owners/owned_frames.h"

struct mmx_view;

/**
 * struct mmx_page_exts - that of all memory sections
 * @frames: where it lies; the owner is the section, by its place in mmx_mem(kernel)->sparse. What lies
 *          in vmalloc areas is theirs.
 */
struct mmx_page_exts {
	struct mmx_coverage coverage;
	struct mmx_owned frames;
};

/** mmx_page_exts_find() - where each section keeps it: mmx_know_page_exts() keeps that */
int mmx_page_exts_find(struct mmx_page_exts *exts, struct mmx_view *view, struct mmx_err *err);
void mmx_page_exts_free(struct mmx_page_exts *exts);

/** mmx_page_ext_size() - bytes of it for each page */
int mmx_page_ext_size(struct mmx_view *view, uint64_t *size, struct mmx_err *err);

/** mmx_page_ext_at() - where that of a frame lies, of @size bytes each; 0 when its section keeps none */
uint64_t mmx_page_ext_at(const struct mmx_view *view, uint64_t pfn, uint64_t size);

#endif
