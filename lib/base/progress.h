// SPDX-License-Identifier: GPL-2.0-or-later
/* How far a long walk is. Whoever watches hears of one only that takes more than a second. */
#ifndef MMX_BASE_PROGRESS_H
#define MMX_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct mmx_progress - one walk's
 * @show: tells who watches, or NULL when nobody does; a negative @percent: it is over, wipe it
 */
struct mmx_progress {
	void (*show)(void *arg, int percent);
	void *arg;
	uint64_t total;
	int64_t begun; /* nanoseconds */
	int percent;   /* what was shown last, negative when nothing was */
};

void mmx_progress_begin(struct mmx_progress *p, void (*show)(void *arg, int percent), void *arg,
			uint64_t total);

/** mmx_progress_at() - that much of the total is done */
void mmx_progress_at(struct mmx_progress *p, uint64_t done);

void mmx_progress_end(struct mmx_progress *p);

#endif
