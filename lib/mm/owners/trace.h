// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's trace (ftrace): the buffers of events, of every instance and CPU, with their snapshots; the table
 * of all places that can be traced; the names of tasks that it remembers.
 */
#ifndef MMX_MM_TRACE_H
#define MMX_MM_TRACE_H

#include "mm/owners/held.h"

struct mmx_traces {
	MMX_HOLDINGS;
};

/** mmx_traces_find() - all that tracing has: mmx_know_traces() keeps it */
int mmx_traces_find(struct mmx_traces *traces, struct mmx_view *view, struct mmx_err *err);
void mmx_traces_free(struct mmx_traces *traces);

#endif
