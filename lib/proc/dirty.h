// SPDX-License-Identifier: GPL-2.0-or-later
/* How much may be dirty before writers are slowed down, or writeback begins. */
#ifndef MMX_PROC_DIRTY_H
#define MMX_PROC_DIRTY_H

#include "proc/text.h"

/** struct mmx_dirty_limits - in pages */
struct mmx_dirty_limits {
	struct mmx_proc_value threshold, background;
};

/** mmx_dirty_limits() - as a task that is not of real time sees them */
void mmx_dirty_limits(struct mmx_proc *p, struct mmx_dirty_limits *limits);

#endif
