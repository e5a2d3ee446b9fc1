// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose memory an address space is, in the words of whoever looks for a process's: its own, another thread's, what a
 * thread of the kernel's works on for somebody, what is shared until a vfork()'s child runs a program - or why there
 * is none.
 */
#ifndef MMX_MM_USER_SPACE_H
#define MMX_MM_USER_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "mm/processes/task.h"

struct mmx_view;

/* MEMORY(entry, "in words") */
#define MMX_USER_MEMORIES(MEMORY)                                                         \
	MEMORY(OWN, "its own")                                                            \
	MEMORY(THREADS, "of threads that live on: their leader has exited")               \
	MEMORY(BORROWED, "somebody else's, for whom this thread of the kernel's works")   \
	MEMORY(KERNEL, "none: a thread of the kernel's")                                  \
	MEMORY(ZOMBIE, "none: it has exited, and waits for its parent")                   \
	MEMORY(EXITING, "none: it is exiting, and has given its memory up")               \
	MEMORY(NO_TASK, "of no task: held by KVM, vhost or AIO, or being made")           \
	MEMORY(TORN_DOWN, "of no task: its last user is gone, and it is being torn down") \
	MEMORY(KERNELS_OWN, "the kernel's own, for firmware or for changing its code")

enum mmx_user_memory {
#define MEMORY(id, words) MMX_MEMORY_##id,
	MMX_USER_MEMORIES(MEMORY)
#undef MEMORY
		MMX_USER_MEMORY_COUNT
};

const char *mmx_user_memory_words(unsigned int memory);

/**
 * struct mmx_user_space - an address space, and how it was come to
 * @mm: its mm_struct; 0 when there is none
 * @task: whose it is: the one that was asked for, or the first that has it; NULL when no task has it
 * @name: of the kernel's own: "efi_mm"
 * @users: the processes that have it
 * @mm_users, @mm_count: the kernel's counts: tasks and others who use it, and references to the struct; -1 unknown
 */
struct mmx_user_space {
	uint64_t mm;
	const struct mmx_task *task;
	const char *name;
	enum mmx_user_memory memory;
	const struct mmx_mm_user *users;
	size_t n_users;
	int64_t mm_users, mm_count;
};

/** mmx_user_space_of_pid() - of a process or a thread; -1 when there is no such */
int mmx_user_space_of_pid(struct mmx_user_space *space, struct mmx_view *view, int32_t pid,
			  struct mmx_err *err);

/** mmx_user_space_of_mm() - by its mm_struct; @name: of one of the kernel's own, else NULL */
void mmx_user_space_of_mm(struct mmx_user_space *space, struct mmx_view *view, uint64_t mm,
			  const char *name);

/** mmx_task_in_vfork() - whether a task uses its parent's memory, who waits, until it runs a program or exits */
bool mmx_task_in_vfork(struct mmx_view *view, const struct mmx_task *task);

#endif
