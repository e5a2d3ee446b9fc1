// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work in pieces over threads. Each thread has something of its own to work with (a view, say),
 * pieces are begun in order by whoever is free, and their results are taken in order by the caller's
 * thread, which works as well. What came out does not depend on how many threads there were: of
 * several errors the one of the first piece counts, after everything before it was taken.
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
 * @result_size: bytes of a piece's result; twice as many results as threads exist at a time
 * @begin: makes what one thread works with, NULL and @err when that fails; called in the caller's thread
 * @end: releases that
 * @work: does one piece; 0 or -1 and @err
 * @take: takes a piece's result, in the caller's thread; 0 or -1 and @err, which ends it all
 */
struct mmx_parallel {
	unsigned int jobs;
	uint64_t pieces;
	size_t result_size;
	void *arg;
	void *(*begin)(void *arg, struct mmx_err *err);
	void (*end)(void *own);
	int (*work)(void *own, uint64_t piece, void *result, struct mmx_err *err);
	int (*take)(void *arg, uint64_t piece, const void *result, struct mmx_err *err);
};

/** mmx_parallel() - do it; 0, or -1 and @err */
int mmx_parallel(const struct mmx_parallel *work, struct mmx_err *err);

#endif
