// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A walk over frames: struct pages are read in bulk, and for each one it is known which folio and which
 * free block it belongs to. What a page and its folio then mean is told by the files beside this one.
 */
#ifndef MMX_MM_PAGE_WALK_H
#define MMX_MM_PAGE_WALK_H

#include <string.h>

#include "mm/mem.h"
#include "mm/frames/folio.h"

/** enum mmx_page_runs - which pages may make one step of a walk (page_run.c) */
enum mmx_page_runs {
	MMX_RUNS_NONE,     /* each page by itself */
	MMX_RUNS_OF_CLASS, /* those of which who has them is the same, wherever they lie */
	MMX_RUNS_OF_WORDS, /* those whose struct pages, and folio, say the same of flags, counts and charge */
};

/**
 * struct mmx_page_walk - a walk over frames in ascending order
 * @pfn: the current frame
 * @frames: how many frames, from @pfn on, this step stands for: 1 when the page was read, but for @runs,
 *          and a whole run of frames whose struct pages are equally missing when not. Who wants the step to
 *          end earlier may make them fewer
 * @runs: to be set by those who want pages that are alike as one step
 * @read: how its struct page stands
 * @bytes: the struct page
 * @folio: the folio that it belongs to
 * @tail: it is not the first page of that folio
 * @type: what this very page's type word says
 * @block_type: of the last block that the walk came to which only its first page's type tells:
 *              free memory, or guard pages. Each block has that type and its order there, and
 *              nothing on its other pages
 * @block_head, @block_end: its frames; the current one is in it when it is below @block_end
 * @lost_end, @lost: frames below it may lie in such a block whose head's struct page could not be
 *                   read, and why not
 */
struct mmx_page_walk {
	uint64_t pfn, frames;
	enum mmx_page_runs runs;
	enum mmx_read read;
	const unsigned char *bytes;
	struct mmx_folio folio;
	bool tail;
	enum mmx_page_type type;
	enum mmx_page_type block_type;
	uint64_t block_head, block_end;
	uint64_t lost_end;
	enum mmx_read lost;

	struct mmx_view *view;
	uint64_t end;
	unsigned char *buffer;
	uint64_t first, got; /* frames in the buffer */
	uint64_t folio_end;
	bool mapped_known, mapped; /* mmx_folio_mapped() of the current folio */
	enum mmx_read mapped_read;
	bool counted_known; /* mmx_folio_counted() of the current folio */
	int counted;
	unsigned char saved
		[MMX_HEAD_PAGES *
		 MMX_STRUCT_PAGE_MAX]; /* a folio's first pages when they are not in the buffer */
};

/** mmx_page_walk_begin() - prepare to walk frames [start, end); -1 without memory */
int mmx_page_walk_begin(struct mmx_page_walk *w, struct mmx_view *view, uint64_t start,
			uint64_t end, struct mmx_err *err);

/** mmx_page_walk_next() - step to the first or next frame; false behind the last one, or when stopped */
bool mmx_page_walk_next(struct mmx_page_walk *w);

/**
 * mmx_page_walk_look() - go to any frame, for those who come to frames in no order
 * Some struct pages behind it are read with it. In which free block it may lie is not looked for: of a frame that
 * nobody holds no more is known than its own struct page says.
 */
bool mmx_page_walk_look(struct mmx_page_walk *w, uint64_t pfn);

void mmx_page_walk_end(struct mmx_page_walk *w);

/*
 * For those who tell what a page means.
 */

static inline const struct mmx_page_format *mmx_walk_format(const struct mmx_page_walk *w)
{
	return &mmx_mem(w->view->kernel)->page_format;
}

/** mmx_walk_page_addr() - the address of a frame's struct page */
static inline uint64_t mmx_walk_page_addr(const struct mmx_page_walk *w, uint64_t pfn)
{
	return mmx_page_addr(&mmx_mem(w->view->kernel)->vmemmap, pfn);
}

/** mmx_walk_buffered() - the struct page of a frame if the buffer has it, or NULL */
static inline const unsigned char *mmx_walk_buffered(const struct mmx_page_walk *w, uint64_t pfn)
{
	return pfn - w->first < w->got ? w->buffer + (pfn - w->first) * mmx_walk_format(w)->size
				       : NULL;
}

/** mmx_walk_peek() - any frame's struct page, from the buffer or read, into @page */
static inline enum mmx_read mmx_walk_peek(const struct mmx_page_walk *w, uint64_t pfn,
					  unsigned char *page)
{
	const unsigned char *at = mmx_walk_buffered(w, pfn);
	uint64_t got;

	if (!at)
		return mmx_pages_read(w->view, pfn, 1, page, &got);
	memcpy(page, at, mmx_walk_format(w)->size);
	return MMX_READ_OK;
}

#endif
