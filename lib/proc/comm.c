// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/comm: the name of a task. */
#include "proc/task.h"

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_task_find(p, p->state, err);
}

static int write_comm(struct mmx_proc *p, struct mmx_err *err)
{
	(void)err;
	mmx_proc_task_name(p, p->state, false);
	mmx_proc_put(p, "\n");
	return 0;
}

const struct mmx_proc_entry mmx_proc_comm = {
	.name = "PID/comm",
	.of_process = true,
	.state_size = sizeof(struct mmx_proc_task),
	.find = find,
	.write = write_comm,
	.end = mmx_proc_text_end,
};
