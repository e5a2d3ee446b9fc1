// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ring buffers of perf events, and what hardware traces into (AUX), through the open files of events.
 */
#ifndef MMX_MM_PERF_H
#define MMX_MM_PERF_H

#include "mm/owners/held.h"

struct mmx_perf_buffers {
	MMX_HOLDINGS;
};

/** mmx_perf_buffers_find() - all of them, and what they hold: mmx_know_perf_buffers() keeps it */
int mmx_perf_buffers_find(struct mmx_perf_buffers *it, struct mmx_view *view, struct mmx_err *err);
void mmx_perf_buffers_free(struct mmx_perf_buffers *it);

#endif
