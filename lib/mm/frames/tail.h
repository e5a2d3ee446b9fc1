// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tails: struct folio overlays the struct pages of a folio's first pages, so that the struct page of a
 * tail holds fields of the folio as a whole: how often it is mapped and pinned, how large it is. How a tail
 * is recognised: tail_link.h.
 */
#ifndef MMX_MM_TAIL_H
#define MMX_MM_TAIL_H

#include <stdint.h>

#include "base/array.h"
#include "mm/frames/page_walk.h"

/**
 * struct mmx_tail_field - a word of a tail's struct page
 * @offset: from the start of that struct page
 * @field: the folio's member, ".next" or ".prev" behind that of a list
 * @meaning: in words; empty when the number alone says it
 */
struct mmx_tail_field {
	uint64_t offset, value;
	char field[72];
	char meaning[160];
};

/** struct mmx_tail - what a tail's struct page holds, in the order of struct folio */
struct mmx_tail {
	MMX_ARRAY(struct mmx_tail_field);
	/* Private. */
	struct mmx_page_walk *w;
	bool no_memory;
};

/** mmx_is_tail_of() - whether a walk's current page is a tail, and of which folio is known */
static inline bool mmx_is_tail_of(const struct mmx_page_walk *w)
{
	return w->tail && !(w->folio.read && w->folio.bad);
}

/**
 * mmx_tail_find() - the fields in the current page's struct page; for mmx_is_tail_of()
 * May be called again for another page. -1 without memory.
 */
int mmx_tail_find(struct mmx_tail *tail, struct mmx_page_walk *w, struct mmx_err *err);
void mmx_tail_free(struct mmx_tail *tail);

#endif
