// SPDX-License-Identifier: GPL-2.0-or-later
#include <time.h>

#include "base/progress.h"

#define SECOND 1000000000

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

void mmx_progress_begin(struct mmx_progress *p, void (*show)(void *arg, int percent), void *arg,
			uint64_t total)
{
	*p = (struct mmx_progress){
		.show = show,
		.arg = arg,
		.total = total,
		.begun = now(),
		.percent = -1,
	};
}

void mmx_progress_at(struct mmx_progress *p, uint64_t done)
{
	int percent = p->total ? (int)((double)done / (double)p->total * 100) : 100;

	if (!p->show || percent == p->percent || now() - p->begun < SECOND)
		return;
	p->percent = percent;
	p->show(p->arg, percent);
}

void mmx_progress_end(struct mmx_progress *p)
{
	if (p->percent >= 0)
		p->show(p->arg, -1);
}
