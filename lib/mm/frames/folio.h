// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folios: what the first struct pages of one say of all of it: its order, its type, whether it is of
 * hugetlb or of slabs.
 */
#ifndef MMX_MM_FOLIO_H
#define MMX_MM_FOLIO_H

#include "image/image.h"
#include "mm/frames/page_format.h"

struct mmx_kernel;
struct mmx_page_walk;

/**
 * struct mmx_folio - the folio that a page belongs to; a page of its own is one of order 0
 * @bytes: its first struct pages, four of them or all that it has
 * @read: how these stand; unless they were read nothing but @head is known of the folio, and @bytes
 *        are zeros, which nobody must take for an answer
 * @bad: why what the pages say of it cannot be; NULL normally. A page whose link leads astray has no
 *       folio that could be read; when only the order is bad, @order says 0 and the rest stands
 */
struct mmx_folio {
	uint64_t head; /* PFN */
	uint64_t flags;
	const unsigned char *bytes;
	enum mmx_read read;
	const char *bad;
	uint8_t order;
	bool large; /* PG_head is set */
	bool hugetlb, slab;
	enum mmx_page_type type;
};

/** mmx_folio_format_find() - where this kernel keeps the order, and how it tells hugetlb and slabs */
int mmx_folio_format_find(const struct mmx_kernel *kernel, struct mmx_page_format *f,
			  struct mmx_err *err);

/** mmx_folio_order() - what the first two struct pages of a large folio say; it may make no sense */
unsigned int mmx_folio_order(const struct mmx_page_format *f, const unsigned char *bytes);

/** mmx_folio_find() - fill the folio of a walk that has come to a page of a large one, and whether it is a tail */
void mmx_folio_find(struct mmx_page_walk *w);

/** mmx_folio_anon() - whether its mapping word says anonymous; the folio must have been read */
bool mmx_folio_anon(const struct mmx_page_walk *w);

#endif
