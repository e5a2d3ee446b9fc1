// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work in pieces over threads. Each thread has something of its own to work with (a view, say),
 * pieces are begun in order by whoever is free, and their results are taken in order by the caller's
 * thread, which works as well while it waits for one. What comes out does not depend on how many threads
 * there are: of several errors the one of the first piece counts, after everything before it was taken.
 *
 *	struct mmx_team *team = mmx_parallel_begin(&work, err);
 *
 *	while (team && (ret = mmx_parallel_next(team, &piece, &result, err)) > 0)
 *		...
 *	mmx_parallel_end(team);
 */
#ifndef MMX_BASE_PARALLEL_H
#define MMX_BASE_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/**
 * struct mmx_parallel - what is to be done
 * @jobs: threads, the caller's included; with 1 no thread is made
 * @pieces: how many pieces there are, numbered from 0
 * @result_size: bytes of a piece's result; with several threads twice as many results exist at a time, else one
 * @begin: makes what one thread works with, NULL and @err when that fails; called in the caller's thread
 * @end: releases that
 * @work: does one piece; 0 or -1 and @err
 */
struct mmx_parallel {
	unsigned int jobs;
	uint64_t pieces;
	size_t result_size;
	void *arg;
	void *(*begin)(void *arg, struct mmx_err *err);
	void (*end)(void *own);
	int (*work)(void *own, uint64_t piece, void *result, struct mmx_err *err);
};

struct mmx_team;

/** mmx_parallel_begin() - the threads begin to work; NULL and @err when they cannot. @work is copied. */
struct mmx_team *mmx_parallel_begin(const struct mmx_parallel *work, struct mmx_err *err);

/**
 * mmx_parallel_next() - the next piece's result, good until the next call
 * Returns 1, 0 behind the last one, or -1 and @err when that piece failed: then nothing follows.
 */
int mmx_parallel_next(struct mmx_team *team, uint64_t *piece, const void **result,
		      struct mmx_err *err);

/** mmx_parallel_end() - whether all was taken or not; NULL is none */
void mmx_parallel_end(struct mmx_team *team);

#endif
