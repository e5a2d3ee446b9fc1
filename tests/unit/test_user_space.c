// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose memory an address space is, and why a task has none. */
#include "../fake_memory.h"
#include "mm/processes/user_space.h"
#include "unit.h"

struct task {
	int32_t exit_state;
	uint64_t vfork_done;
};

struct mm {
	int32_t users, count;
};

static struct fake_memory *m;
static struct mmx_tasks *tasks;
static struct mmx_user_space space;
static struct mmx_err err;
static uint64_t mm;

static void setup(void)
{
	m = fake_memory_new(1 << 16);
	fake_no_types(m);
	FAKE_MEMBER(m, M_task_struct_exit_state, task, exit_state);
	FAKE_MEMBER(m, M_task_struct_vfork_done, task, vfork_done);
	FAKE_MEMBER(m, M_mm_struct_mm_users, mm, users);
	FAKE_MEMBER(m, M_mm_struct_mm_count, mm, count);
	fake_put(m, "not at 0", 9);
	mm = fake_put(m, &(struct mm){2, 3}, sizeof(struct mm));
	tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
}

static void add(int32_t pid, int32_t tgid, uint64_t its_mm, int32_t exit_state, bool kernel)
{
	struct mmx_task task = {
		.addr = fake_put(m, &(struct task){exit_state, 0}, sizeof(struct task)),
		.mm = its_mm,
		.pid = pid,
		.tgid = tgid,
		.kernel = kernel};

	if (!mmx_array_add(tasks, task))
		abort();
}

static enum mmx_user_memory of(int32_t pid)
{
	CHECK(!mmx_user_space_of_pid(&space, m->view, pid, &err), "%d: %s", pid, err.text);
	return space.memory;
}

static void a_process_has_its_own_or_why_not(void)
{
	setup();
	add(10, 10, mm, 0, false);
	add(20, 20, 0, 32, false);
	add(30, 30, 0, 0, false);
	add(40, 40, 0, 0, true);
	add(50, 50, mm, 0, true);
	add(60, 60, 0, 32, false);
	add(61, 60, mm, 0, false);
	CHECK(of(10) == MMX_MEMORY_OWN && space.mm == mm, "%u", space.memory);
	CHECK(space.mm_users == 2 && space.mm_count == 3, "counts");
	CHECK(of(20) == MMX_MEMORY_ZOMBIE && !space.mm && space.mm_users == -1, "%u", space.memory);
	CHECK(of(30) == MMX_MEMORY_EXITING, "%u", space.memory);
	CHECK(of(40) == MMX_MEMORY_KERNEL && !space.mm, "%u", space.memory);
	CHECK(of(50) == MMX_MEMORY_BORROWED && space.mm == mm, "%u", space.memory);
	CHECK(of(60) == MMX_MEMORY_THREADS && space.mm == mm, "%u", space.memory);
	CHECK(of(61) == MMX_MEMORY_OWN, "%u", space.memory);
	CHECK(mmx_user_space_of_pid(&space, m->view, 99, &err) && strstr(err.text, "99"), "%s",
	      err.text);
	fake_memory_free(m);
}

static void those_of_no_task_are_told_apart(void)
{
	setup();
	mmx_user_space_of_mm(&space, m->view, mm, NULL);
	CHECK(space.memory == MMX_MEMORY_NO_TASK && !space.task, "%u", space.memory);
	((struct mm *)fake_at(m, mm))->users = 0;
	mmx_user_space_of_mm(&space, m->view, mm, NULL);
	CHECK(space.memory == MMX_MEMORY_TORN_DOWN, "%u", space.memory);
	mmx_user_space_of_mm(&space, m->view, mm, "efi_mm");
	CHECK(space.memory == MMX_MEMORY_KERNELS_OWN, "%u", space.memory);
	fake_memory_free(m);
}

static void a_child_of_vfork_is_known_by_who_waits(void)
{
	setup();
	add(10, 10, mm, 0, false);
	CHECK(!mmx_task_in_vfork(m->view, &tasks->v[0]), "not");
	((struct task *)fake_at(m, tasks->v[0].addr))->vfork_done = 0x1000;
	CHECK(mmx_task_in_vfork(m->view, &tasks->v[0]), "is");
	fake_memory_free(m);
}

int main(void)
{
	RUN(a_process_has_its_own_or_why_not);
	RUN(those_of_no_task_are_told_apart);
	RUN(a_child_of_vfork_is_known_by_who_waits);
	return unit_end();
}
