// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/user_space.h"

const char *mmx_user_memory_words(unsigned int memory)
{
	static const char *const words[] = {
#define MEMORY(id, words) [MMX_MEMORY_##id] = words,
		MMX_USER_MEMORIES(MEMORY)
#undef MEMORY
	};

	return memory < MMX_USER_MEMORY_COUNT ? words[memory] : NULL;
}

static int64_t count(struct mmx_view *view, uint64_t mm, enum mmx_layout_member id)
{
	uint64_t n;

	return !mm || mmx_kread_member(view, mm, id, &n) ? -1 : (int64_t)n;
}

static void take_mm(struct mmx_user_space *s, struct mmx_view *view, uint64_t mm)
{
	s->mm = mm;
	s->users = mm ? mmx_mm_users(mmx_know_tasks(view), mm, &s->n_users) : NULL;
	s->n_users = s->users ? s->n_users : 0;
	s->mm_users = count(view, mm, M_mm_struct_mm_users);
	s->mm_count = count(view, mm, M_mm_struct_mm_count);
}

/* Why a task has no memory. */
static enum mmx_user_memory none(struct mmx_view *view, const struct mmx_task *task)
{
	uint64_t exit_state;

	if (task->kernel)
		return MMX_MEMORY_KERNEL;
	if (mmx_kread_member(view, task->addr, M_task_struct_exit_state, &exit_state))
		return MMX_MEMORY_EXITING;
	return exit_state ? MMX_MEMORY_ZOMBIE : MMX_MEMORY_EXITING;
}

int mmx_user_space_of_pid(struct mmx_user_space *s, struct mmx_view *view, int32_t pid,
			  struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	const struct mmx_task *task = mmx_task_find(tasks, pid);

	if (!task)
		return mmx_fail(
			err, MMX_ENOTFOUND, "there is no process or thread %d%s%s", pid,
			mmx_cover_whole(&tasks->coverage) ? "" : "; not all could be looked at: ",
			tasks->coverage.first.text);
	*s = (struct mmx_user_space){.task = task};
	take_mm(s, view, mmx_task_mm(tasks, task));
	if (!s->mm)
		s->memory = none(view, task);
	else if (task->kernel)
		s->memory = MMX_MEMORY_BORROWED;
	else
		s->memory = task->mm ? MMX_MEMORY_OWN : MMX_MEMORY_THREADS;
	return 0;
}

void mmx_user_space_of_mm(struct mmx_user_space *s, struct mmx_view *view, uint64_t mm,
			  const char *name)
{
	*s = (struct mmx_user_space){.name = name};
	take_mm(s, view, mm);
	if (name) {
		s->memory = MMX_MEMORY_KERNELS_OWN;
	} else if (!s->n_users) {
		s->memory = s->mm_users ? MMX_MEMORY_NO_TASK : MMX_MEMORY_TORN_DOWN;
	} else {
		s->task = &mmx_know_tasks(view)->v[s->users[0].task];
		s->memory = s->task->mm ? MMX_MEMORY_OWN : MMX_MEMORY_THREADS;
	}
}

bool mmx_task_in_vfork(struct mmx_view *view, const struct mmx_task *task)
{
	uint64_t done;

	return !mmx_kread_member(view, task->addr, M_task_struct_vfork_done, &done) && done;
}
