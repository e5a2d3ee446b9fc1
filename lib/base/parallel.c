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

struct worker {
	struct mmx_team *team;
	void *own;
	pthread_t thread;
};

struct mmx_team {
	struct mmx_parallel work;
	unsigned int n_threads; /* that were started, the caller's included */
	bool taking;            /* the caller has the result of the piece @taken */
	pthread_mutex_t lock;   /* over all that follows; a slot's contents are whose turn it is */
	pthread_cond_t done;    /* a piece is */
	pthread_cond_t room;    /* for another piece, or the end */
	uint64_t begun, taken;
	uint64_t end; /* no piece from here on is begun */
	size_t n_slots;
	struct slot *slot;
	unsigned int n_workers;
	struct worker worker[];
};

static struct slot *slot_of(struct mmx_team *team, uint64_t piece)
{
	return &team->slot[piece % team->n_slots];
}

static bool may_begin(const struct mmx_team *team)
{
	return team->begun < team->end && team->begun - team->taken < team->n_slots;
}

/* Does the next piece; the lock is held before and after, not meanwhile. */
static void do_piece(struct mmx_team *team, void *own)
{
	uint64_t piece = team->begun++;
	struct slot *slot = slot_of(team, piece);

	pthread_mutex_unlock(&team->lock);
	slot->ret = team->work.work(own, piece, slot->result, &slot->err);
	pthread_mutex_lock(&team->lock);
	slot->done = true;
	if (slot->ret && piece < team->end)
		team->end = piece + 1;
	pthread_cond_signal(&team->done);
}

static void *be_worker(void *arg)
{
	struct worker *me = arg;
	struct mmx_team *team = me->team;

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

/* The caller is done with what it has: its slot is free for another piece. */
static void give_back(struct mmx_team *team)
{
	if (!team->taking)
		return;
	team->taking = false;
	slot_of(team, team->taken)->done = false;
	team->taken++;
	pthread_cond_broadcast(&team->room);
}

/* The slot of the next piece when it is done; NULL when none follows. */
static struct slot *wait_for_piece(struct mmx_team *team)
{
	while (team->taken < team->end) {
		if (slot_of(team, team->taken)->done)
			return slot_of(team, team->taken);
		if (may_begin(team))
			do_piece(team, team->worker[0].own);
		else
			pthread_cond_wait(&team->done, &team->lock);
	}
	return NULL;
}

int mmx_parallel_next(struct mmx_team *team, uint64_t *piece, const void **result,
		      struct mmx_err *err)
{
	struct slot *slot;
	int ret = 0;

	pthread_mutex_lock(&team->lock);
	give_back(team);
	slot = wait_for_piece(team);
	if (slot) {
		ret = slot->ret ? -1 : 1;
		team->taking = true;
		*piece = team->taken;
		*result = slot->result;
	}
	if (ret < 0) {
		team->end = 0;
		if (err)
			*err = slot->err;
	}
	pthread_mutex_unlock(&team->lock);
	return ret;
}

/*
 * Starts the others; where the system has no thread left, fewer do the same work. Signals are the
 * caller's business, so they must not arrive in threads that it knows nothing of.
 */
static unsigned int start(struct mmx_team *team)
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

static void free_team(struct mmx_team *team)
{
	for (unsigned int i = 0; i < team->n_workers; i++)
		team->work.end(team->worker[i].own);
	for (size_t i = 0; team->slot && i < team->n_slots; i++)
		free(team->slot[i].result);
	free(team->slot);
	free(team);
}

static struct mmx_team *new_team(const struct mmx_parallel *work, unsigned int jobs,
				 struct mmx_err *err)
{
	struct mmx_team *team = calloc(1, sizeof(*team) + jobs * sizeof(team->worker[0]));
	bool ok;

	if (!team) {
		mmx_fail_nomem(err);
		return NULL;
	}
	team->work = *work;
	team->end = work->pieces;
	/* Alone a thread works in the same memory again and again, which its cache then has. */
	team->n_slots = jobs > 1 ? 2 * (size_t)jobs : 1;
	team->slot = calloc(team->n_slots + 1, sizeof(*team->slot));
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

struct mmx_team *mmx_parallel_begin(const struct mmx_parallel *work, struct mmx_err *err)
{
	unsigned int jobs = work->jobs < work->pieces ? work->jobs : work->pieces;
	struct mmx_team *team = new_team(work, jobs, err);

	if (!team)
		return NULL;
	pthread_mutex_init(&team->lock, NULL);
	pthread_cond_init(&team->done, NULL);
	pthread_cond_init(&team->room, NULL);
	team->n_threads = start(team);
	return team;
}

void mmx_parallel_end(struct mmx_team *team)
{
	if (!team)
		return;
	pthread_mutex_lock(&team->lock);
	team->end = 0;
	pthread_cond_broadcast(&team->room);
	pthread_mutex_unlock(&team->lock);
	while (--team->n_threads)
		pthread_join(team->worker[team->n_threads].thread, NULL);
	pthread_cond_destroy(&team->room);
	pthread_cond_destroy(&team->done);
	pthread_mutex_destroy(&team->lock);
	free_team(team);
}
