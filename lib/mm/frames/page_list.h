// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists that are linked through struct pages, walked with doubt: those of the LRU, and the free lists of the buddy
 * allocator, of each zone one for each order and migrate type, of blocks of 1 << order free frames, linked
 * through the struct page of each block's first frame.
 *
 *	struct mmx_page_list list;
 *
 *	mmx_free_list_begin(&list, view, heads, zone, order, type);
 *	while (mmx_page_list_next(&list))
 *		use(list.pfn);
 *
 * A list that breaks off is walked from its other end up to the break. A walk goes to no block twice, of
 * whatever list: those that it has been at are a set of the caller's. So a list that bends back on itself
 * or into another one ends there, and the walks over all lists together end after as many steps as there
 * are frames.
 */
#ifndef MMX_MM_PAGE_LIST_H
#define MMX_MM_PAGE_LIST_H

#include "base/array.h"
#include "base/coverage.h"
#include "mm/frames/buddy_block.h"
#include "mm/frames/pageblock.h"

/**
 * struct mmx_page_heads - a set of frames: the first ones of the blocks on lists
 * A bit a frame, of those memory sections alone that have one.
 */
struct mmx_page_heads {
	uint64_t **section;
	size_t n;
};

/** mmx_page_heads_has() - whether a list has a block that begins with that frame */
bool mmx_page_heads_has(const struct mmx_page_heads *heads, const struct mmx_kernel *kernel,
			uint64_t pfn);

/** enum mmx_page_list_end - how a walk over a list ended */
enum mmx_page_list_end {
	MMX_PAGE_LIST_WHOLE,
	MMX_PAGE_LIST_LOST,    /* a node, @end_node, is not in the dump; @end_read tells how */
	MMX_PAGE_LIST_NO_PAGE, /* it leads to what is no page */
	MMX_PAGE_LIST_AGAIN,   /* it comes back to a block that this list has been at */
	MMX_PAGE_LIST_SHARED,  /* it goes on into a block that another list has */
	MMX_PAGE_LIST_CUT,     /* it comes to its head, which says that another block is the last */
	MMX_PAGE_LIST_NOMEM,
};

/**
 * struct mmx_page_list - a walk over one list
 * @found: blocks so far
 * @pfn, @page, @bytes: the current block's first frame, its struct page's address, and that itself
 * @from, @back: the list node, or head, that it was reached from, and the one that it says is there
 * @backward: the list broke off and is walked from its end
 * @end: how it ended; of one that broke off, how it did so the first time
 * @end_from: the node that leads to @end_node
 */
struct mmx_page_list {
	const struct mmx_zone *zone;
	unsigned int order, type;
	uint64_t found;
	uint64_t pfn, page;
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t from, back;
	bool backward;
	enum mmx_page_list_end end;
	enum mmx_read end_read;
	uint64_t end_node, end_from;
	/* Private. */
	struct mmx_view *view;
	struct mmx_page_heads *heads;
	uint64_t head, here, ahead, last;
	uint32_t link;
};

void mmx_free_list_begin(struct mmx_page_list *list, struct mmx_view *view,
			 struct mmx_page_heads *heads, const struct mmx_zone *zone,
			 unsigned int order, unsigned int type);

/**
 * mmx_page_list_begin() - the same for other lists
 * @head: the address of the list's head
 * @link: where in struct page its link is
 */
void mmx_page_list_begin(struct mmx_page_list *list, struct mmx_view *view,
			 struct mmx_page_heads *heads, uint64_t head, uint32_t link);

/** mmx_page_heads_free() - forget them */
void mmx_page_heads_free(struct mmx_page_heads *heads);

/** mmx_page_list_next() - go to the next block; false at the end */
bool mmx_page_list_next(struct mmx_page_list *list);

/** mmx_page_list_tell() - where it ended, of one that has a fault: @text says it; returns the node that it is about */
uint64_t mmx_page_list_tell(const struct mmx_page_list *list, char *text, size_t size);

#endif
