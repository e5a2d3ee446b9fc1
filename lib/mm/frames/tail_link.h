// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tail links: the pages of a large folio behind its first one, its head, are tails. Their link word has bit 0
 * set and leads to the head:
 *
 *	up to 7.0	page.compound_head: the address of the head's struct page
 *	since 7.1	page.compound_info: the same or, on a kernel that can optimise huge pages and whose
 *			struct pages are of a power of two of bytes (compound_info_has_mask()), a mask to
 *			be laid on the address of the tail's own struct page
 */
#ifndef MMX_MM_TAIL_LINK_H
#define MMX_MM_TAIL_LINK_H

#include "image/image.h"
#include "mm/frames/page_format.h"

struct mmx_kernel;
struct mmx_page_walk;

/** mmx_tail_link_find() - which of these this kernel has */
void mmx_tail_link_find(const struct mmx_kernel *kernel, struct mmx_page_format *f);

/** mmx_is_tail() - whether a struct page's link word says that it is a tail */
static inline bool mmx_is_tail(const struct mmx_page_format *f, const unsigned char *bytes)
{
	return mmx_word(bytes, f->link) & 1;
}

/**
 * mmx_tail_head() - the address of the head's struct page
 * @page: that of the tail's own
 * @link: the tail's link word. A mask is above every address of vmemmap, so the two cannot be taken for
 *        each other
 */
static inline uint64_t mmx_tail_head(const struct mmx_page_format *f, uint64_t page, uint64_t link)
{
	return f->mask_links && link >= 0xffffffff00000000ULL ? page & link : link - 1;
}

/**
 * mmx_tail_link() - the link of a walk's current page, which has bit 0 if it is a tail
 * It is not what the struct page says where that is a fake head. Other than MMX_READ_OK when a struct
 * page is missing that this rests on.
 */
enum mmx_read mmx_tail_link(const struct mmx_page_walk *w, uint64_t *link);

#endif
