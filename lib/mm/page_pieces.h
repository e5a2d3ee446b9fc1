// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A walk over all struct pages, split by PFN range over threads: base/parallel.h with a view and a page
 * walk for each thread. How the results are ordered, and which error counts, is said there.
 */
#ifndef MMX_MM_PAGE_PIECES_H
#define MMX_MM_PAGE_PIECES_H

#include "mm/page.h"

/* Frames of a piece: no free block of memory reaches from one piece into the next. */
#define MMX_PIECE_FRAMES 32768u

/**
 * struct mmx_page_pieces - what is to be done with every frame
 * @jobs: threads, the caller's included
 * @end: the first frame that is not asked for; the walk begins at 0
 * @result_size: bytes of a piece's result
 * @work: walks a piece to its end and fills its result; in any thread, so @arg is only to be read
 * @take: takes the result of the piece that begins at @pfn; in the caller's thread
 */
struct mmx_page_pieces {
	struct mmx_kernel *kernel;
	unsigned int jobs;
	uint64_t end;
	size_t result_size;
	void *arg;
	int (*work)(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err);
	int (*take)(void *arg, uint64_t pfn, const void *result, struct mmx_err *err);
};

/** mmx_page_pieces() - do it; 0, or -1 and @err, which is MMX_EIO when the user stopped it */
int mmx_page_pieces(const struct mmx_page_pieces *pieces, struct mmx_err *err);

#endif
