// SPDX-License-Identifier: GPL-2.0-or-later
/* What this kernel says of a task in PID/status and in its name, by the kernel's own texts. */
#ifndef MMX_MM_TASK_LINES_H
#define MMX_MM_TASK_LINES_H

#include <stdbool.h>

#include "base/coverage.h"

struct mmx_view;

/** enum mmx_task_line - what not every kernel has: lines of status, and the numbers of a worker in its name */
enum mmx_task_line {
	MMX_TASK_NAMESPACES,
	MMX_TASK_KTHREAD,
	MMX_TASK_HUGETLB,
	MMX_TASK_UNTAG,
	MMX_TASK_SECCOMP,
	MMX_TASK_FILTERS,
	MMX_TASK_BRANCH,
	MMX_TASK_MEMS,
	MMX_TASK_FEATURES,
	MMX_TASK_WORKER,
	MMX_TASK_LINES
};

struct mmx_task_lines {
	struct mmx_coverage coverage;
	bool has[MMX_TASK_LINES];
};

/** mmx_task_lines_find() - look for them: mmx_know_task_lines() keeps them */
int mmx_task_lines_find(struct mmx_task_lines *lines, struct mmx_view *view, struct mmx_err *err);
void mmx_task_lines_free(struct mmx_task_lines *lines);

/** mmx_task_lines() - those of the dump; NULL when they cannot be told */
const struct mmx_task_lines *mmx_task_lines(struct mmx_view *view, struct mmx_err *err);

#endif
