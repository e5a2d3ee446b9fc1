// SPDX-License-Identifier: GPL-2.0-or-later
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/parallel.h"

/* A piece's result has the slot that its number, modulo the number of slots, names. */
struct slot {
	bool done;
	int ret;
	struct mmx_err err;
	void *result;
};

struct team;

struct worker {
	struct team *team;
	void *own;
	pthread_t thread;
};

struct team {
	const struct mmx_parallel *work;
	pthread_mutex_t lock; /* over all that follows; a slot's contents are whose turn it is */
	pthread_cond_t done;  /* a piece is */
	pthread_cond_t room;  /* for another piece, or the end */
	uint64_t begun, taken;
	uint64_t end; /* no piece from here on is begun */
	size_t n_slots;
	struct slot *slot;
	unsigned int n_workers;
	struct worker worker[];
};

static struct slot *slot_of(struct team *team, uint64_t piece)
{
	return &team->slot[piece % team->n_slots];
}

static bool may_begin(const struct team *team)
{
	return team->begun < team->end && team->begun - team->taken < team->n_slots;
}

/* Does the next piece; the lock is held before and after, not meanwhile. */
static void do_piece(struct team *team, void *own)
{
	uint64_t piece = team->begun++;
	struct slot *slot = slot_of(team, piece);

	pthread_mutex_unlock(&team->lock);
	slot->ret = team->work->work(own, piece, slot->result, &slot->err);
	pthread_mutex_lock(&team->lock);
	slot->done = true;
	if (slot->ret && piece < team->end)
		team->end = piece + 1;
	pthread_cond_signal(&team->done);
}

static void *be_worker(void *arg)
{
	struct worker *me = arg;
	struct team *team = me->team;

	pthread_mutex_lock(&team->lock);
	while (team->begun < team->end) {
		if (may_begin(team))
			do_piece(team, me->own);
		else
			pthread_cond_wait(&team->room, &team->lock);
	}
	pthread_mutex_unlock(&team->lock);
	return NULL;
}

static int take_piece(struct team *team, struct mmx_err *err)
{
	struct slot *slot = slot_of(team, team->taken);
	int ret = slot->ret;

	pthread_mutex_unlock(&team->lock);
	if (ret && err)
		*err = slot->err;
	if (!ret)
		ret = team->work->take(team->work->arg, team->taken, slot->result, err);
	pthread_mutex_lock(&team->lock);
	slot->done = false;
	team->taken++;
	if (ret)
		team->end = 0;
	pthread_cond_broadcast(&team->room);
	return ret;
}

static int lead(struct team *team, struct mmx_err *err)
{
	int ret = 0;

	pthread_mutex_lock(&team->lock);
	while (!ret && team->taken < team->end) {
		if (slot_of(team, team->taken)->done)
			ret = take_piece(team, err);
		else if (may_begin(team))
			do_piece(team, team->worker[0].own);
		else
			pthread_cond_wait(&team->done, &team->lock);
	}
	pthread_mutex_unlock(&team->lock);
	return ret;
}

/*
 * Starts the others; where the system has no thread left, fewer do the same work. Signals are the
 * caller's business, so they must not arrive in threads that it knows nothing of.
 */
static unsigned int start(struct team *team)
{
	sigset_t all, before;
	unsigned int n = 1;

	if (team->n_workers == 1)
		return n;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (n < team->n_workers &&
	       !pthread_create(&team->worker[n].thread, NULL, be_worker, &team->worker[n]))
		n++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return n;
}

static int run(struct team *team, struct mmx_err *err)
{
	unsigned int n;
	int ret;

	pthread_mutex_init(&team->lock, NULL);
	pthread_cond_init(&team->done, NULL);
	pthread_cond_init(&team->room, NULL);
	n = start(team);
	ret = lead(team, err);
	while (--n)
		pthread_join(team->worker[n].thread, NULL);
	pthread_cond_destroy(&team->room);
	pthread_cond_destroy(&team->done);
	pthread_mutex_destroy(&team->lock);
	return ret;
}

static void free_team(struct team *team)
{
	for (unsigned int i = 0; i < team->n_workers; i++)
		team->work->end(team->worker[i].own);
	for (size_t i = 0; team->slot && i < team->n_slots; i++)
		free(team->slot[i].result);
	free(team->slot);
	free(team);
}

static struct team *new_team(const struct mmx_parallel *work, unsigned int jobs,
			     struct mmx_err *err)
{
	struct team *team = calloc(1, sizeof(*team) + jobs * sizeof(team->worker[0]));
	bool ok;

	if (!team) {
		mmx_fail_nomem(err);
		return NULL;
	}
	team->work = work;
	team->end = work->pieces;
	team->n_slots = 2 * (size_t)jobs;
	team->slot = calloc(team->n_slots, sizeof(*team->slot));
	ok = team->slot;
	for (size_t i = 0; ok && i < team->n_slots; i++) {
		team->slot[i].result = malloc(work->result_size);
		ok = team->slot[i].result;
	}
	if (!ok)
		mmx_fail_nomem(err);
	while (ok && team->n_workers < jobs) {
		struct worker *worker = &team->worker[team->n_workers];

		worker->team = team;
		worker->own = work->begin(work->arg, err);
		ok = worker->own;
		team->n_workers += ok;
	}
	if (ok)
		return team;
	free_team(team);
	return NULL;
}

int mmx_parallel(const struct mmx_parallel *work, struct mmx_err *err)
{
	unsigned int jobs = work->jobs < work->pieces ? work->jobs : work->pieces;
	struct team *team;
	int ret;

	if (!work->pieces)
		return 0;
	team = new_team(work, jobs, err);
	if (!team)
		return -1;
	ret = run(team, err);
	free_team(team);
	return ret;
}
