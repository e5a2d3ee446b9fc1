// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pieces of work over threads, each of which reads through a view of its own: base/parallel.h where the caller
 * has a place for the result of each piece, and takes them in their order.
 */
#ifndef MMX_KERNEL_VIEW_PIECES_H
#define MMX_KERNEL_VIEW_PIECES_H

#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

/** struct mmx_view_worker - what a thread of base/parallel.h works with where it needs no more than a view */
struct mmx_view_worker {
	void *arg;
	struct mmx_view *view;
};

/** mmx_view_worker_new() - for .begin, which knows the kernel; NULL when there is no view */
void *mmx_view_worker_new(struct mmx_kernel *kernel, void *arg, struct mmx_err *err);

/** mmx_view_worker_free() - for .end */
void mmx_view_worker_free(void *worker);

/**
 * struct mmx_view_pieces - what is to be done
 * @n: how many pieces there are
 * @work: does one, in any thread; what it writes to is that piece's alone
 * @take: has the result of one, in the caller's thread
 */
struct mmx_view_pieces {
	struct mmx_kernel *kernel;
	uint64_t n;
	void *arg;
	int (*work)(void *arg, struct mmx_view *view, uint64_t piece, struct mmx_err *err);
	int (*take)(void *arg, uint64_t piece, struct mmx_err *err);
};

/** mmx_view_pieces_do() - all of them; -1 when one fails, and MMX_EIO when the user stopped it */
int mmx_view_pieces_do(const struct mmx_view_pieces *pieces, struct mmx_err *err);

#endif
