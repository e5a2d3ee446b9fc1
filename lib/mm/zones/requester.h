// SPDX-License-Identifier: GPL-2.0-or-later
/* What a task that asks for memory is to the allocator: some may have more than others. */
#ifndef MMX_MM_REQUESTER_H
#define MMX_MM_REQUESTER_H

#include <stdbool.h>

struct mmx_err;
struct mmx_task;
struct mmx_view;

/**
 * struct mmx_requester - a task
 * @frees: it is freeing memory, so that watermarks do not hold for it (PF_MEMALLOC)
 * @is_victim: the OOM killer has chosen it, which may have half of the minimum
 * @is_realtime: by its priority, deadline tasks among them, which may go below the minimum too
 * @pins: what it gets must not be movable (PF_MEMALLOC_PIN)
 */
struct mmx_requester {
	bool frees, is_victim, is_realtime, pins;
};

/** mmx_requester_read() - -1 when it cannot be told */
int mmx_requester_read(struct mmx_requester *r, struct mmx_view *view, const struct mmx_task *task,
		       struct mmx_err *err);

#endif
