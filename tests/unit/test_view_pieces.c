// SPDX-License-Identifier: GPL-2.0-or-later
/* Pieces of work with a view each: all are done, taken in order, and nothing is behind one that fails. */
#include <stdatomic.h>

#include "../fake_memory.h"
#include "kernel/view_pieces.h"
#include "unit.h"

#define PIECES 100u

static struct fake_memory *m;

/* @fails, @refuses: the piece that cannot be done, or taken; @words: what a piece read through its view */
struct sum {
	uint64_t fails, refuses;
	uint64_t words[PIECES];
	uint64_t taken, sum;
	bool out_of_order;
	atomic_uint done;
};

static int work(void *arg, struct mmx_view *view, uint64_t piece, struct mmx_err *err)
{
	struct sum *s = arg;

	if (piece == s->fails)
		return mmx_fail(err, MMX_ECORRUPT, "piece %lu", piece);
	atomic_fetch_add(&s->done, 1);
	return mmx_kread_u64(view, FAKE_VA + piece * 8, &s->words[piece]) ? -1 : 0;
}

static int take(void *arg, uint64_t piece, struct mmx_err *err)
{
	struct sum *s = arg;

	s->out_of_order |= piece != s->taken;
	s->sum += s->words[piece];
	s->taken++;
	return piece == s->refuses ? mmx_fail(err, MMX_ENOMEM, "refused") : 0;
}

static int do_all(struct sum *s, uint64_t n, struct mmx_err *err)
{
	const struct mmx_view_pieces pieces = {
		.kernel = &m->mem.kernel, .n = n, .arg = s, .work = work, .take = take};

	*err = (struct mmx_err){0};
	return mmx_view_pieces_do(&pieces, err);
}

static bool stop(void *arg)
{
	(void)arg;
	return true;
}

static void with_threads(unsigned int jobs)
{
	struct sum all = {.fails = PIECES, .refuses = PIECES}, none = all, failing = all,
		   refusing = all, stopped = all;
	struct mmx_err err;

	m = fake_memory_new(4096);
	m->mem.kernel.jobs = jobs;
	for (uint64_t i = 0; i < PIECES; i++)
		memcpy(m->bytes + i * 8, &i, 8);
	CHECK(!do_all(&all, PIECES, &err) && all.taken == PIECES && !all.out_of_order &&
		      all.sum == PIECES * (PIECES - 1) / 2,
	      "%u jobs took %lu, %lu", jobs, all.taken, all.sum);
	CHECK(!do_all(&none, 0, &err) && !none.done, "%u jobs with nothing to do", jobs);
	failing.fails = 40;
	CHECK(do_all(&failing, PIECES, &err) && err.code == MMX_ECORRUPT && failing.taken == 40,
	      "%u jobs took %lu before the one that fails", jobs, failing.taken);
	refusing.refuses = 7;
	CHECK(do_all(&refusing, PIECES, &err) && err.code == MMX_ENOMEM && refusing.taken == 8,
	      "%u jobs took %lu", jobs, refusing.taken);
	m->image.stop = stop;
	CHECK(do_all(&stopped, PIECES, &err) && !stopped.taken, "%u jobs took %lu", jobs,
	      stopped.taken);
	fake_memory_free(m);
}

static void whatever_the_number_of_threads(void)
{
	with_threads(1);
	with_threads(2);
	with_threads(7);
}

int main(void)
{
	RUN(whatever_the_number_of_threads);
	return unit_end();
}
