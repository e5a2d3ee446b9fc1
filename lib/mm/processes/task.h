// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks: every process, its threads, the kernel's own threads and each CPU's idle task, and which
 * processes use an address space. PIDs are those of the initial namespace.
 */
#ifndef MMX_MM_TASK_H
#define MMX_MM_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "kernel/view.h"

#define MMX_COMM 16

/** struct mmx_task - a thread; a process is the one whose @pid is its @tgid */
struct mmx_task {
	uint64_t addr;  /* of task_struct */
	uint64_t mm;    /* 0: a kernel thread, or a task that has exited */
	uint64_t stack; /* lowest address of its kernel stack */
	int32_t pid, tgid;
	bool kernel; /* the kernel's own, also while it borrows a process's mm */
	char comm[MMX_COMM];
};

/** struct mmx_mm_user - a process that uses an address space, through any of its threads */
struct mmx_mm_user {
	uint64_t mm;
	int32_t tgid;
	uint32_t task;    /* index of the leader, or of the first thread that is known */
	uint32_t threads; /* how many of them do */
};

/** struct mmx_mm_borrower - a thread of the kernel's that works on an address space for somebody */
struct mmx_mm_borrower {
	uint64_t mm;
	uint32_t task; /* its index */
};

/**
 * struct mmx_tasks - all of them
 * @v: by process and then thread; the idle tasks have PID 0 and come first
 * @users: by address space and then process
 * @borrowers: threads of the kernel's, by address space
 */
struct mmx_tasks {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_task);
	struct {
		MMX_ARRAY(struct mmx_mm_user);
	} users;
	struct {
		MMX_ARRAY(struct mmx_mm_borrower);
	} borrowers;
};

/** mmx_tasks_find() - read them all: mmx_know_tasks() keeps them */
int mmx_tasks_find(struct mmx_tasks *tasks, struct mmx_view *view, struct mmx_err *err);

void mmx_tasks_free(struct mmx_tasks *tasks);

/** mmx_task_find() - a process or thread by its PID, NULL when there is none; 0 is an idle task */
const struct mmx_task *mmx_task_find(const struct mmx_tasks *tasks, int32_t pid);

/** mmx_task_mm() - the address space of a task's process: another thread's when its own is gone; or 0 */
uint64_t mmx_task_mm(const struct mmx_tasks *tasks, const struct mmx_task *task);

/** mmx_mm_borrower() - the first thread of the kernel's that works on an address space; NULL when none does */
const struct mmx_task *mmx_mm_borrower(const struct mmx_tasks *tasks, uint64_t mm);

/** mmx_mm_users() - the processes that use an address space; NULL and *@n = 0 when none does */
const struct mmx_mm_user *mmx_mm_users(const struct mmx_tasks *tasks, uint64_t mm, size_t *n);

#endif
