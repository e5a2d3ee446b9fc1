// SPDX-License-Identifier: GPL-2.0-or-later
/* Idle tasks, which no list has: each CPU's runqueue names its own. Who uses an address space. */
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

/* A process of one thread, on the list behind init_task. */
static void add_process(uint32_t pid, uint64_t mm, uint32_t flags)
{
	uint64_t at = put_task(), init_task, tasks, signal[2];
	struct task *t = fake_at(m, at), *first;

	CHECK(mmx_symbol_addr(&m->view->kernel->symbols, "init_task", &init_task), "init_task");
	first = fake_at(m, init_task);
	tasks = init_task + offsetof(struct task, tasks);
	t->pid = t->tgid = pid;
	t->mm = mm;
	t->flags = flags;
	signal[0] = signal[1] = at + offsetof(struct task, thread_node);
	t->signal = fake_put(m, signal, sizeof(signal));
	t->thread_node.next = t->thread_node.prev = t->signal;
	t->tasks.next = first->tasks.next;
	t->tasks.prev = tasks;
	first->tasks.next = at + offsetof(struct task, tasks);
	((struct list *)fake_at(m, t->tasks.next))->prev = first->tasks.next;
}

/* Another thread of the process that was added last. */
static void add_thread(uint32_t pid, uint32_t tgid, uint64_t mm)
{
	uint64_t at = put_task(), init_task, leader, node = at + offsetof(struct task, thread_node);
	struct task *t = fake_at(m, at);
	struct list *head;

	mmx_symbol_addr(&m->view->kernel->symbols, "init_task", &init_task);
	leader = ((struct task *)fake_at(m, init_task))->tasks.next - offsetof(struct task, tasks);
	*t = (struct task){.pid = pid, .tgid = tgid, .mm = mm};
	t->signal = ((struct task *)fake_at(m, leader))->signal;
	head = fake_at(m, t->signal);
	t->thread_node = (struct list){t->signal, head->prev};
	((struct list *)fake_at(m, head->prev))->next = node;
	head->prev = node;
}

static void users_of_an_address_space(void)
{
	const uint64_t mm = 0xffff888000001000, other = 0xffff888000002000;
	const struct mmx_mm_user *users;
	const struct mmx_tasks *tasks;
	const struct mmx_task *kernel;
	size_t n;

	setup(false);
	add_process(30, mm, 0);
	add_process(20, mm, 0x00200000); /* PF_KTHREAD */
	add_process(10, mm, 0);
	add_thread(11, 10, mm);
	add_thread(12, 10, mm);
	tasks = find();
	CHECK(tasks->n == 6 && mmx_cover_whole(&tasks->coverage), SEEN);
	users = mmx_mm_users(tasks, mm, &n);
	CHECK(n == 2 && users[0].tgid == 10 && users[0].threads == 3 && users[1].tgid == 30 &&
		      users[1].threads == 1,
	      "%zu processes, %u threads", n, n ? users[0].threads : 0);
	kernel = mmx_mm_borrower(tasks, mm);
	CHECK(kernel && kernel->pid == 20, "PID %d", kernel ? kernel->pid : -1);
	CHECK(!mmx_mm_borrower(tasks, other), "nobody works on it");
	fake_memory_free(m);
}

int main(void)
{
	RUN(users_of_an_address_space);
	RUN(runqueues_name_idle_tasks);
	RUN(kernels_of_one_cpu_have_one);
	return unit_end();
}
