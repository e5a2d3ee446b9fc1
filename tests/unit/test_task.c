// SPDX-License-Identifier: GPL-2.0-or-later
/* Idle tasks, which no list has: each CPU's runqueue names its own. */
#include <inttypes.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/processes/task.h"
#include "unit.h"

struct list {
	uint64_t next, prev;
};

struct task {
	uint32_t pid, tgid, flags, pad;
	uint64_t mm, stack, signal;
	char comm[16];
	struct list tasks, thread_node;
};

static struct fake_memory *m;
static uint64_t offsets; /* of two CPUs */

static uint64_t put_task(void)
{
	struct task t = {0};
	uint64_t at = fake_put(m, &t, sizeof(t)), list = at + offsetof(struct task, tasks);

	t.tasks.next = t.tasks.prev = list;
	memcpy(fake_at(m, at), &t, sizeof(t));
	return at;
}

static void make_layout(void)
{
	fake_no_types(m);
	fake_struct(m, S_task_struct, sizeof(struct task));
	fake_struct(m, S_cpumask, 8);
	FAKE_MEMBER(m, M_task_struct_pid, task, pid);
	FAKE_MEMBER(m, M_task_struct_tgid, task, tgid);
	FAKE_MEMBER(m, M_task_struct_flags, task, flags);
	FAKE_MEMBER(m, M_task_struct_mm, task, mm);
	FAKE_MEMBER(m, M_task_struct_stack, task, stack);
	FAKE_MEMBER(m, M_task_struct_signal, task, signal);
	fake_member(m, M_task_struct_comm, offsetof(struct task, comm), 16, 16);
	FAKE_MEMBER(m, M_task_struct_tasks, task, tasks);
	FAKE_MEMBER(m, M_task_struct_thread_node, task, thread_node);
	fake_member(m, M_signal_struct_thread_head, 0, 16, 0);
}

/* A kernel of two CPUs or, without @smp, one for a single CPU; with nothing but idle tasks. */
static void setup(bool smp)
{
	uint64_t init_task, runqueue[2], words[] = {0, 0}, mask = 3;

	m = fake_memory_new(1 << 16);
	make_layout();
	init_task = put_task();
	fake_symbol(m, "init_task", init_task);
	if (!smp)
		return;
	runqueue[0] = fake_put(m, &init_task, 8);
	words[0] = put_task();
	runqueue[1] = fake_put(m, words, 8);
	words[0] = 0;
	words[1] = runqueue[1] - runqueue[0];
	offsets = fake_put(m, words, sizeof(words));
	fake_symbol(m, "__per_cpu_offset", offsets);
	fake_symbol(m, "__cpu_possible_mask", fake_put(m, &mask, 8));
	fake_symbol(m, "runqueues", runqueue[0]);
}

static const struct mmx_tasks *find(void)
{
	mmx_knowledge_free(m->mem.knowledge);
	m->mem.knowledge = mmx_knowledge_new(NULL);
	return mmx_know_tasks(m->view);
}

#define SEEN "%zu tasks: %s", tasks->n, tasks->coverage.first.text

static void runqueues_name_idle_tasks(void)
{
	const struct mmx_tasks *tasks;

	setup(true);
	tasks = find();
	CHECK(tasks->n == 1 && tasks->coverage.unknown == 1, SEEN); /* without struct rq */
	fake_member(m, M_rq_idle, 0, 8, 0);
	tasks = find();
	CHECK(tasks->n == 2 && mmx_cover_whole(&tasks->coverage), SEEN);
	memset(fake_at(m, offsets + 8), 0x11, 8);
	tasks = find();
	CHECK(tasks->n == 1 && tasks->coverage.broken == 1, SEEN);
	fake_memory_free(m);
}

static void kernels_of_one_cpu_have_one(void)
{
	const struct mmx_tasks *tasks;

	setup(false);
	tasks = find();
	CHECK(tasks->n == 1 && mmx_cover_whole(&tasks->coverage), SEEN);
	fake_symbol(m, "runqueues", FAKE_VA);
	fake_member(m, M_rq_idle, 0, 8, 0);
	tasks = find();
	CHECK(tasks->n == 1 && mmx_cover_whole(&tasks->coverage), SEEN);
	fake_memory_free(m);
}

int main(void)
{
	RUN(runqueues_name_idle_tasks);
	RUN(kernels_of_one_cpu_have_one);
	return unit_end();
}
