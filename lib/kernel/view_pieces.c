// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "base/parallel.h"
#include "kernel/kernel.h"
#include "kernel/view_pieces.h"

void *mmx_view_worker_new(struct mmx_kernel *kernel, void *arg, struct mmx_err *err)
{
	struct mmx_view_worker *worker = calloc(1, sizeof(*worker));

	if (!worker) {
		mmx_fail_nomem(err);
		return NULL;
	}
	worker->arg = arg;
	worker->view = mmx_view_new(kernel, err);
	if (worker->view)
		return worker;
	free(worker);
	return NULL;
}

void mmx_view_worker_free(void *own)
{
	struct mmx_view_worker *worker = own;

	mmx_view_free(worker->view);
	free(worker);
}

static void *begin(void *arg, struct mmx_err *err)
{
	const struct mmx_view_pieces *pieces = arg;

	return mmx_view_worker_new(pieces->kernel, arg, err);
}

/* One that was stopped ends like one that is done, and its result is none. */
static int do_piece(void *own, uint64_t piece, void *result, struct mmx_err *err)
{
	const struct mmx_view_worker *worker = own;
	const struct mmx_view_pieces *pieces = worker->arg;

	(void)result;
	if (pieces->work(pieces->arg, worker->view, piece, err))
		return -1;
	return mmx_stopped(worker->view->kernel->image) ? mmx_fail(err, MMX_EIO, "stopped") : 0;
}

int mmx_view_pieces_do(const struct mmx_view_pieces *pieces, struct mmx_err *err)
{
	const struct mmx_parallel work = {
		.jobs = pieces->kernel->jobs,
		.pieces = pieces->n,
		.result_size = 1,
		.arg = (void *)pieces,
		.begin = begin,
		.end = mmx_view_worker_free,
		.work = do_piece,
	};
	struct mmx_team *team = mmx_parallel_begin(&work, err);
	const void *result;
	uint64_t piece;
	int ret = -1;

	while (team && (ret = mmx_parallel_next(team, &piece, &result, err)) > 0) {
		if (pieces->take(pieces->arg, piece, err)) {
			ret = -1;
			break;
		}
	}
	mmx_parallel_end(team);
	return ret;
}
