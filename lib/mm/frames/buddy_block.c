// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/frames/buddy_block.h"

static enum mmx_page_type type_of(const struct mmx_page_format *f, const unsigned char *page)
{
	return mmx_page_type_of(&f->types, mmx_int(page, f->mapcount));
}

/* Whether this struct page is the first one of a block, as its type and its private word, the order, say. */
static bool heads_block(const struct mmx_page_format *f, uint64_t pfn, const unsigned char *page)
{
	uint64_t order = mmx_word(page, f->private);

	return mmx_heads_block(type_of(f, page)) && order < MMX_BLOCK_ORDERS &&
	       !(pfn & ((1ULL << order) - 1));
}

static void enter(struct mmx_page_walk *w, uint64_t head, const unsigned char *page)
{
	const struct mmx_page_format *f = mmx_walk_format(w);

	w->block_type = type_of(f, page);
	w->block_head = head;
	w->block_end = head + (1ULL << mmx_word(page, f->private));
}

void mmx_buddy_block_search(struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	unsigned char page[MMX_STRUCT_PAGE_MAX];

	for (unsigned int o = 1; o < MMX_BLOCK_ORDERS; o++) {
		uint64_t head = w->pfn & ~((1ULL << o) - 1);
		enum mmx_read read = mmx_walk_peek(w, head, page);

		if (read && read != MMX_READ_ABSENT) {
			w->lost_end = head + (1ULL << o);
			w->lost = read;
		} else if (!read && heads_block(f, head, page) && mmx_word(page, f->private) >= o) {
			enter(w, head, page);
		}
	}
}

void mmx_buddy_block_enter(struct mmx_page_walk *w)
{
	if (heads_block(mmx_walk_format(w), w->pfn, w->bytes))
		enter(w, w->pfn, w->bytes);
}
