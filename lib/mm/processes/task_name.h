// SPDX-License-Identifier: GPL-2.0-or-later
/* What /proc calls a task: threads of the kernel have longer names than fit, and workers say what they work on. */
#ifndef MMX_MM_TASK_NAME_H
#define MMX_MM_TASK_NAME_H

#include "mm/processes/task.h"

struct mmx_view;

#define MMX_TASK_NAME 64

/** mmx_task_name() - of a task; -1 when not all of it can be told */
int mmx_task_name(char name[MMX_TASK_NAME], struct mmx_view *view, const struct mmx_task *task,
		  struct mmx_err *err);

#endif
