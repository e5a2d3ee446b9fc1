// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/member.h"
#include "mm/processes/task.h"
#include "mm/zones/requester.h"

/* Macros of the kernel's, the same since 5.18. */
#define PF_MEMALLOC     0x00000800u
#define PF_MEMALLOC_PIN 0x10000000u
#define MAX_RT_PRIO     100 /* priorities below are of real-time tasks; that of deadline tasks is -1 */

int mmx_requester_read(struct mmx_requester *r, struct mmx_view *view, const struct mmx_task *task,
		       struct mmx_err *err)
{
	uint64_t flags, priority, signal, victim = 0;

	if (mmx_kget(view, task->addr, M_task_struct_flags, &flags, err) ||
	    mmx_kget(view, task->addr, M_task_struct_prio, &priority, err) ||
	    mmx_kget(view, task->addr, M_task_struct_signal, &signal, err) ||
	    (signal && mmx_kget(view, signal, M_signal_struct_oom_mm, &victim, err)))
		return -1;
	*r = (struct mmx_requester){
		.frees = flags & PF_MEMALLOC,
		.is_victim = victim,
		.is_realtime = (int32_t)priority < MAX_RT_PRIO,
		.pins = flags & PF_MEMALLOC_PIN,
	};
	return 0;
}
