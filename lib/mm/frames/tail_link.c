// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/frames/page_walk.h"
#include "mm/frames/tail_link.h"

#define VMEMMAP_PAGE 4096u

void mmx_tail_link_find(const struct mmx_kernel *k, struct mmx_page_format *f)
{
	f->mask_links = k->layout.member[M_page_link].alt == 1;
	f->fake_heads = !f->mask_links;
}

/*
 * Up to 7.0 the struct pages of an optimised huge page repeat its first 64: every 64th one looks
 * like a head, and the one behind it knows better.
 */
static enum mmx_read see_through_fake_head(const struct mmx_page_walk *w, uint64_t *link)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t page = mmx_walk_page_addr(w, w->pfn);
	unsigned char next[MMX_STRUCT_PAGE_MAX];
	enum mmx_read read;

	if (!mmx_bit(mmx_word(w->bytes, f->flags), f->head) || page % VMEMMAP_PAGE)
		return MMX_READ_OK;
	read = mmx_walk_peek(w, w->pfn + 1, next);
	if (!read && mmx_is_tail(f, next) && mmx_word(next, f->link) - 1 != page)
		*link = mmx_word(next, f->link);
	return read;
}

enum mmx_read mmx_tail_link(const struct mmx_page_walk *w, uint64_t *link)
{
	const struct mmx_page_format *f = mmx_walk_format(w);

	*link = mmx_word(w->bytes, f->link);
	return *link & 1 || !f->fake_heads ? MMX_READ_OK : see_through_fake_head(w, link);
}
