// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "base/parallel.h"
#include "kernel/view_pieces.h"
#include "mm/mem.h"
#include "mm/frames/page_pieces.h"

struct mmx_page_team {
	struct mmx_page_pieces pieces;
	uint64_t start; /* of the first piece */
	struct mmx_team *team;
};

static void *begin(void *arg, struct mmx_err *err)
{
	const struct mmx_page_team *team = arg;

	return mmx_view_worker_new(team->pieces.kernel, arg, err);
}

static int do_piece(void *own, uint64_t piece, void *result, struct mmx_err *err)
{
	const struct mmx_view_worker *worker = own;
	const struct mmx_page_team *team = worker->arg;
	const struct mmx_page_pieces *pieces = &team->pieces;
	uint64_t start = team->start + piece * MMX_PIECE_FRAMES;
	uint64_t end = start + MMX_PIECE_FRAMES;
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

struct mmx_page_team *mmx_page_pieces_begin(const struct mmx_page_pieces *pieces,
					    struct mmx_err *err)
{
	struct mmx_page_team *team = malloc(sizeof(*team));
	struct mmx_parallel work = {
		.jobs = pieces->jobs,
		.result_size = pieces->result_size,
		.arg = team,
		.begin = begin,
		.end = mmx_view_worker_free,
		.work = do_piece,
	};

	if (!team) {
		mmx_fail_nomem(err);
		return NULL;
	}
	team->pieces = *pieces;
	team->start = pieces->start - pieces->start % MMX_PIECE_FRAMES;
	if (pieces->end > team->start)
		work.pieces = (pieces->end - team->start - 1) / MMX_PIECE_FRAMES + 1;
	team->team = mmx_parallel_begin(&work, err);
	if (team->team)
		return team;
	free(team);
	return NULL;
}

int mmx_page_pieces_next(struct mmx_page_team *team, uint64_t *pfn, const void **result,
			 struct mmx_err *err)
{
	uint64_t piece = 0;
	int ret = mmx_parallel_next(team->team, &piece, result, err);

	*pfn = team->start + piece * MMX_PIECE_FRAMES;
	return ret;
}

void mmx_page_pieces_end(struct mmx_page_team *team)
{
	if (team)
		mmx_parallel_end(team->team);
	free(team);
}
