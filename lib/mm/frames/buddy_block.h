// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Blocks of the buddy allocator, free ones and guard pages: a block's first page alone has its type, and
 * its order in the private word. The others have nothing; a walk tells them by the first, and by that
 * nobody holds them.
 */
#ifndef MMX_MM_BUDDY_BLOCK_H
#define MMX_MM_BUDDY_BLOCK_H

#include "mm/frames/page_walk.h"

/** MMX_BLOCK_ORDERS - orders that a free block can have: 0 to 10 in every configuration of x86_64 */
#define MMX_BLOCK_ORDERS 11

/** mmx_heads_block() - whether a page of this type tells for a whole block, as its first page */
static inline bool mmx_heads_block(enum mmx_page_type type)
{
	return type == MMX_PAGE_BUDDY || type == MMX_PAGE_GUARD;
}

/**
 * mmx_buddy_block_search() - the block around a page that a walk has come to without passing its head
 * A block's head precedes its pages, but for a walk that begins within the block, or comes to it from
 * where struct pages are missing.
 */
void mmx_buddy_block_search(struct mmx_page_walk *w);

/** mmx_buddy_block_enter() - the current page has the type of a block's head: if it is one, note it */
void mmx_buddy_block_enter(struct mmx_page_walk *w);

/** mmx_buddy_block_note() - what the current page, whose type is known, tells of blocks */
static inline void mmx_buddy_block_note(struct mmx_page_walk *w)
{
	/* A block that went on behind this page would have it, and no such page lies within a block. */
	if (w->lost_end &&
	    (w->type != MMX_PAGE_NONE || mmx_int(w->bytes, mmx_walk_format(w)->refcount)))
		w->lost_end = 0;
	if (mmx_heads_block(w->type))
		mmx_buddy_block_enter(w);
}

/**
 * mmx_page_block() - the type of the block that the page lies in: buddy, guard, or none
 * The folio must have been read.
 */
static inline enum mmx_read mmx_page_block(const struct mmx_page_walk *w,
					   const struct mmx_page_format *f,
					   enum mmx_page_type *type)
{
	bool held = mmx_int(w->folio.bytes, f->refcount) != 0;

	*type = MMX_PAGE_NONE;
	if (mmx_heads_block(w->type))
		*type = w->type;
	else if (!held && w->pfn < w->block_end)
		*type = w->block_type;
	if (*type != MMX_PAGE_NONE || held || w->pfn >= w->lost_end || w->folio.large ||
	    w->type != MMX_PAGE_NONE)
		return MMX_READ_OK;
	return w->lost;
}

#endif
