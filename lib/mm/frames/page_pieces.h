// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A walk over all struct pages, split by PFN range over threads: base/parallel.h with a view and a page
 * walk for each thread. How the results are ordered, and which error counts, is said there.
 */
#ifndef MMX_MM_PAGE_PIECES_H
#define MMX_MM_PAGE_PIECES_H

#include "mm/frames/page_walk.h"

/* Frames of a piece: no free block of memory reaches from one piece into the next. */
#define MMX_PIECE_FRAMES 32768u

/**
 * struct mmx_page_pieces - what is to be done with every frame
 * @jobs: threads, the caller's included
 * @start: the first frame that is asked for; the first piece begins where one of all frames would
 * @end: the first frame that is not asked for
 * @result_size: bytes of a piece's result
 * @work: walks a piece to its end and fills its result; in any thread, so @arg is only to be read
 */
struct mmx_page_pieces {
	struct mmx_kernel *kernel;
	unsigned int jobs;
	uint64_t start, end;
	size_t result_size;
	void *arg;
	int (*work)(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err);
};

struct mmx_page_team;

/** mmx_page_pieces_begin() - NULL and @err when it cannot; @pieces is copied */
struct mmx_page_team *mmx_page_pieces_begin(const struct mmx_page_pieces *pieces,
					    struct mmx_err *err);

/**
 * mmx_page_pieces_next() - the result of the next piece, which begins at *pfn; as mmx_parallel_next()
 * The error is MMX_EIO when the user stopped it.
 */
int mmx_page_pieces_next(struct mmx_page_team *team, uint64_t *pfn, const void **result,
			 struct mmx_err *err);

void mmx_page_pieces_end(struct mmx_page_team *team);

#endif
