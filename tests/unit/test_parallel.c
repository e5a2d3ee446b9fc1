// SPDX-License-Identifier: GPL-2.0-or-later
/* Work over threads: in order, the first error counts, and nothing is left behind. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "unit.h"

#define NEVER UINT64_MAX

struct sum {
	pthread_t caller;
	unsigned int begun, ended, begin_fails_at; /* workers */
	uint64_t taken, sum;
	uint64_t work_fails_at, fails_too, leaves_at;
	bool out_of_order, elsewhere;
};

struct helper {
	struct sum *sum;
};

static void *begin(void *arg, struct mmx_err *err)
{
	struct sum *sum = arg;
	struct helper *helper;

	sum->elsewhere |= !pthread_equal(sum->caller, pthread_self());
	if (sum->begun == sum->begin_fails_at) {
		mmx_fail(err, MMX_ENOMEM, "no worker %u", sum->begun);
		return NULL;
	}
	helper = calloc(1, sizeof(*helper));
	helper->sum = sum;
	sum->begun++;
	return helper;
}

static void end(void *own)
{
	struct helper *helper = own;

	helper->sum->ended++;
	free(helper);
}

static int work(void *own, uint64_t piece, void *result, struct mmx_err *err)
{
	const struct helper *helper = own;

	/* Later pieces are faster, so that they come too early. */
	if (piece % 4 == 0)
		usleep(200);
	if (piece == helper->sum->work_fails_at || piece == helper->sum->fails_too)
		return mmx_fail(err, MMX_EIO, "piece %d", (int)piece);
	*(uint64_t *)result = piece * piece;
	return 0;
}

static bool take(struct sum *sum, uint64_t piece, const void *result)
{
	sum->out_of_order |= piece != sum->taken;
	if (piece == sum->leaves_at)
		return false;
	sum->taken++;
	sum->sum += *(const uint64_t *)result;
	return true;
}

static int add_up(struct sum *sum, unsigned int jobs, uint64_t pieces, struct mmx_err *err)
{
	const struct mmx_parallel all = {
		.jobs = jobs,
		.pieces = pieces,
		.result_size = sizeof(uint64_t),
		.arg = sum,
		.begin = begin,
		.end = end,
		.work = work,
	};
	struct mmx_team *team;
	const void *result;
	uint64_t piece;
	int ret;

	sum->caller = pthread_self();
	team = mmx_parallel_begin(&all, err);
	if (!team)
		return -1;
	do
		ret = mmx_parallel_next(team, &piece, &result, err);
	while (ret > 0 && take(sum, piece, result));
	/* What failed, or was taken to its end, stays so. */
	if (ret <= 0 && mmx_parallel_next(team, &piece, &result, err))
		ret = 1;
	mmx_parallel_end(team);
	return ret;
}

static const struct sum nothing_fails = {
	.begin_fails_at = -1,
	.work_fails_at = NEVER,
	.fails_too = NEVER,
	.leaves_at = NEVER,
};

static const unsigned int jobs[] = {1, 2, 3, 8, 32};

#define for_each_jobs(j) \
	for (const unsigned int *j = jobs; j < jobs + sizeof(jobs) / sizeof(*j); j++)

static void results_come_in_order(void)
{
	static const uint64_t counts[] = {0, 1, 2, 5, 200};

	for_each_jobs(j)
	{
		for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
			struct sum sum = nothing_fails;
			uint64_t n = counts[i], squares = n ? (n - 1) * n * (2 * n - 1) / 6 : 0;
			struct mmx_err err;

			CHECK(!add_up(&sum, *j, n, &err), "%u jobs failed", *j);
			CHECK(sum.taken == n && sum.sum == squares, "%u jobs took %d of %d", *j,
			      (int)sum.taken, (int)n);
			CHECK(!sum.out_of_order && !sum.elsewhere, "%u jobs", *j);
			CHECK(sum.begun == sum.ended && sum.begun <= *j && sum.begun <= n,
			      "%u jobs: %u begun, %u ended", *j, sum.begun, sum.ended);
		}
	}
}

static void the_first_piece_that_fails_counts(void)
{
	for_each_jobs(j)
	{
		struct sum sum = nothing_fails;
		struct mmx_err err = {0};

		sum.work_fails_at = 100;
		sum.fails_too = 101; /* sooner: see work() */
		CHECK(add_up(&sum, *j, 200, &err) == -1, "%u jobs did not fail", *j);
		CHECK(!strcmp(err.text, "piece 100"), "%u jobs: %s", *j, err.text);
		CHECK(sum.taken == 100 && !sum.out_of_order, "%u jobs took %d", *j, (int)sum.taken);
		CHECK(sum.begun == sum.ended, "%u jobs: workers left", *j);
	}
}

static void it_can_be_left_before_its_end(void)
{
	for_each_jobs(j)
	{
		struct sum sum = nothing_fails;
		struct mmx_err err = {0};

		sum.leaves_at = 50;
		CHECK(add_up(&sum, *j, 200, &err) == 1, "%u jobs", *j);
		CHECK(sum.taken == 50 && sum.begun == sum.ended, "%u jobs", *j);
		sum = nothing_fails;
		sum.leaves_at = sum.work_fails_at = 0;
		CHECK(add_up(&sum, *j, 200, NULL) == -1, "without somebody to hear why");
	}
}

static void a_worker_that_cannot_begin_ends_it(void)
{
	for_each_jobs(j)
	{
		struct sum sum = nothing_fails;
		struct mmx_err err = {0};

		sum.begin_fails_at = *j - 1;
		CHECK(add_up(&sum, *j, 200, &err) == -1, "%u jobs did not fail", *j);
		CHECK(err.code == MMX_ENOMEM, "%u jobs: %s", *j, err.text);
		CHECK(!sum.taken && sum.begun == sum.ended, "%u jobs", *j);
	}
}

struct shown {
	int calls, last;
};

static void show(void *arg, int percent)
{
	struct shown *shown = arg;

	shown->calls++;
	shown->last = percent;
}

static void progress_shows_after_a_second_only(void)
{
	struct shown shown = {0};
	struct mmx_progress p;

	mmx_progress_begin(&p, show, &shown, 200);
	for (int i = 0; i < 100; i++)
		mmx_progress_at(&p, i);
	CHECK(!shown.calls, "shown at once");
	p.begun -= 1100000000;
	mmx_progress_at(&p, 50);
	CHECK(shown.calls == 1 && shown.last == 25, "%d calls, %d %%", shown.calls, shown.last);
	mmx_progress_at(&p, 51);
	CHECK(shown.calls == 1, "the same figure once more");
	mmx_progress_at(&p, 200);
	CHECK(shown.last == 100, "%d %% in the end", shown.last);
	mmx_progress_end(&p);
	CHECK(shown.calls == 3 && shown.last < 0, "not wiped");
}

static void what_was_not_shown_is_not_wiped(void)
{
	struct shown shown = {0};
	struct mmx_progress p;

	mmx_progress_begin(&p, show, &shown, 10);
	mmx_progress_at(&p, 10);
	mmx_progress_end(&p);
	CHECK(!shown.calls, "%d calls", shown.calls);
	mmx_progress_begin(&p, NULL, NULL, 0);
	p.begun -= 1100000000;
	mmx_progress_at(&p, 0);
	mmx_progress_end(&p);
}

int main(void)
{
	RUN(results_come_in_order);
	RUN(the_first_piece_that_fails_counts);
	RUN(it_can_be_left_before_its_end);
	RUN(a_worker_that_cannot_begin_ends_it);
	RUN(progress_shows_after_a_second_only);
	RUN(what_was_not_shown_is_not_wiped);
	return unit_end();
}
