// SPDX-License-Identifier: GPL-2.0-or-later
/* What comm, stat and status share: a task as the kernel tells of it. */
#ifndef MMX_PROC_TASK_H
#define MMX_PROC_TASK_H

#include "proc/maps.h"
#include "proc/text.h"

/**
 * struct mmx_proc_task - whose file it is
 * @at: its task_struct
 * @signal, @sighand, @cred: what it shares with others; 0 when it has none, or it cannot be told
 */
struct mmx_proc_task {
	struct mmx_proc_mm mm;
	uint64_t at;
	uint64_t signal, sighand, cred;
};

/** mmx_proc_task_find() - that of p->pid, a process or a thread; -1 when there is no such */
int mmx_proc_task_find(struct mmx_proc *p, struct mmx_proc_task *task, struct mmx_err *err);

/** mmx_proc_task_name() - its name; @escape: characters that are written with a backslash, "" none */
void mmx_proc_task_name(struct mmx_proc *p, const struct mmx_proc_task *task, bool escape);

/** mmx_proc_task_state() - "S (sleeping)"; NULL when it cannot be told, and the file's coverage has the reason */
const char *mmx_proc_task_state(struct mmx_proc *p, const struct mmx_proc_task *task);

/** mmx_proc_pid_nr() - the number of a struct pid in the first namespace; 0 where there is none */
struct mmx_proc_value mmx_proc_pid_nr(struct mmx_proc *p, uint64_t pid);

/** mmx_proc_process_group() - the struct pid of its session or the like, MMX_PROC_PIDTYPE_* */
struct mmx_proc_value mmx_proc_pid_of(struct mmx_proc *p, const struct mmx_proc_task *task,
				      enum mmx_layout_enumerator type);

/** mmx_proc_parent() - the process that it is a child of */
struct mmx_proc_value mmx_proc_parent(struct mmx_proc *p, const struct mmx_proc_task *task);

/** mmx_proc_limit() - the limit of a resource that it may not go beyond now */
struct mmx_proc_value mmx_proc_limit(struct mmx_proc *p, const struct mmx_proc_task *task,
				     unsigned int resource);

/** mmx_proc_signals() - those that it ignores, and those that it has a handler for */
void mmx_proc_signals(struct mmx_proc *p, const struct mmx_proc_task *task,
		      struct mmx_proc_value *ignored, struct mmx_proc_value *caught);

#endif
