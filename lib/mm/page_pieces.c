// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "base/parallel.h"
#include "kernel/kernel.h"
#include "mm/page_pieces.h"

/* What a thread works with. */
struct worker {
	const struct mmx_page_pieces *pieces;
	struct mmx_view *view;
};

static void *worker_new(void *arg, struct mmx_err *err)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	if (!worker) {
		mmx_fail_nomem(err);
		return NULL;
	}
	worker->pieces = arg;
	worker->view = mmx_view_new(worker->pieces->kernel, err);
	if (worker->view)
		return worker;
	free(worker);
	return NULL;
}

static void worker_free(void *own)
{
	struct worker *worker = own;

	mmx_view_free(worker->view);
	free(worker);
}

static int do_piece(void *own, uint64_t piece, void *result, struct mmx_err *err)
{
	const struct worker *worker = own;
	const struct mmx_page_pieces *pieces = worker->pieces;
	uint64_t start = piece * MMX_PIECE_FRAMES, end = start + MMX_PIECE_FRAMES;
	struct mmx_page_walk w;
	int ret;

	if (end > pieces->end)
		end = pieces->end;
	if (mmx_page_walk_begin(&w, worker->view, start, end, err))
		return -1;
	ret = pieces->work(pieces->arg, &w, result, err);
	mmx_page_walk_end(&w);
	/* A walk that was stopped ends like one that is done, and its result is none. */
	if (!ret && mmx_stopped(worker->view->kernel->image))
		return mmx_fail(err, MMX_EIO, "stopped");
	return ret;
}

static int take_piece(void *arg, uint64_t piece, const void *result, struct mmx_err *err)
{
	const struct mmx_page_pieces *pieces = arg;

	return pieces->take(pieces->arg, piece * MMX_PIECE_FRAMES, result, err);
}

int mmx_page_pieces(const struct mmx_page_pieces *pieces, struct mmx_err *err)
{
	struct mmx_page_pieces own = *pieces;
	const struct mmx_parallel work = {
		.jobs = pieces->jobs,
		.pieces = (pieces->end + MMX_PIECE_FRAMES - 1) / MMX_PIECE_FRAMES,
		.result_size = pieces->result_size,
		.arg = &own,
		.begin = worker_new,
		.end = worker_free,
		.work = do_piece,
		.take = take_piece,
	};

	return mmx_parallel(&work, err);
}
