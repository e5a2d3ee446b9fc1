// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/processes/task.h"

#define TASKS_MAX  (4u << 20) /* the kernel's own limit of PIDs */
#define PF_KTHREAD 0x00200000 /* the same in every release since 2.6.27 */

struct raw_task {
	struct mmx_task t;
	uint32_t flags;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct raw_task, t.pid, task_struct, pid),
	MMX_WANT(struct raw_task, t.tgid, task_struct, tgid),
	MMX_WANT(struct raw_task, t.mm, task_struct, mm),
	MMX_WANT(struct raw_task, t.stack, task_struct, stack),
	MMX_WANT(struct raw_task, flags, task_struct, flags),
	MMX_WANT_TEXT(struct raw_task, t.comm, task_struct, comm),
};

static const struct mmx_decode task_struct = MMX_DECODE("task_struct", wanted);

struct finder {
	struct mmx_tasks *tasks;
	struct mmx_view *view;
	const struct mmx_layout *layout;
	bool no_memory;
};

static int read_task(struct finder *f, uint64_t addr, struct mmx_task *t, struct mmx_err *err)
{
	struct raw_task raw = {.t.addr = addr};

	if (mmx_decode_read(&task_struct, f->view, addr, &raw, err))
		return -1;
	*t = raw.t;
	t->kernel = raw.flags & PF_KTHREAD;
	return 0;
}

/* Tasks that were found, and places where some were lost. */
static uint64_t tried(const struct finder *f)
{
	const struct mmx_coverage *c = &f->tasks->coverage;

	return f->tasks->n + c->broken + c->absent + c->unknown;
}

/* False when the search cannot go on: without memory, or beyond what any kernel has. */
static bool add_task(struct finder *f, uint64_t addr)
{
	struct mmx_task t;
	struct mmx_err err;

	if (tried(f) >= TASKS_MAX) {
		mmx_cover_failf(&f->tasks->coverage, MMX_ECORRUPT, "there are more than %u tasks",
				TASKS_MAX);
		return false;
	}
	if (read_task(f, addr, &t, &err))
		mmx_cover_fail(&f->tasks->coverage, &err);
	else
		f->no_memory = !mmx_array_add(f->tasks, t);
	return !f->no_memory;
}

/* All threads of a process, through its signal_struct; its leader also when that list lacks it. */
static bool add_process(struct finder *f, uint64_t leader)
{
	bool met_leader = false, go_on = true;
	struct mmx_list list;
	uint64_t signal;

	if (mmx_kread_member(f->view, leader, M_task_struct_signal, &signal) || !signal) {
		mmx_cover_failf(&f->tasks->coverage, MMX_EABSENT,
				"the task_struct at 0x%" PRIx64
				" has no signal_struct to find its threads by",
				leader);
	} else {
		mmx_list_begin(&list, f->view,
			       signal + mmx_off(f->layout, M_signal_struct_thread_head), TASKS_MAX);
		while (go_on && mmx_list_next(&list)) {
			uint64_t task = list.node - mmx_off(f->layout, M_task_struct_thread_node);

			met_leader |= task == leader;
			go_on = add_task(f, task);
		}
		mmx_cover_inherit(&f->tasks->coverage, &list.coverage);
	}
	return go_on && (met_leader || add_task(f, leader));
}

/* A CPU that never came up has none. */
static void add_idle_task(struct finder *f, const struct mmx_cpu *cpu, uint64_t runqueues,
			  uint64_t init_task)
{
	struct mmx_err err;
	uint64_t idle;

	if (mmx_kget(f->view, runqueues + cpu->offset, M_rq_idle, &idle, &err)) {
		mmx_fail_prefix(&err, "the idle task of CPU %u", cpu->nr);
		mmx_cover_fail(&f->tasks->coverage, &err);
	} else if (idle && idle != init_task) {
		add_task(f, idle);
	}
}

/* CPU 0's idle task is the list's head; the others' are on no list. A kernel for one CPU has no others. */
static void add_idle_tasks(struct finder *f, uint64_t init_task)
{
	static const enum mmx_layout_member need[] = {M_rq_idle};
	const struct mmx_symbols *symbols = &f->view->kernel->symbols;
	struct mmx_cpus cpus = {0};
	uint64_t runqueues;
	struct mmx_err err;

	add_task(f, init_task);
	if (!mmx_symbols_find(symbols, "__per_cpu_offset"))
		return;
	if (!mmx_symbol_addr(symbols, "runqueues", &runqueues))
		mmx_cover_failf(&f->tasks->coverage, MMX_EMISSING,
				"idle tasks: there is no symbol runqueues");
	else if (mmx_layout_require(f->layout, need, 1, &err) ||
		 mmx_cpus_find(&cpus, f->view, &err))
		mmx_cover_fail(&f->tasks->coverage, &err);
	for (size_t i = 0; i < cpus.n; i++)
		add_idle_task(f, &cpus.v[i], runqueues, init_task);
	mmx_cpus_free(&cpus);
}

static int by_pid(const void *a, const void *b)
{
	const struct mmx_task *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static int by_mm(const void *a, const void *b)
{
	const struct mmx_mm_user *x = a, *y = b;

	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return x->tgid < y->tgid ? -1 : x->tgid > y->tgid;
}

static int by_borrowed_mm(const void *a, const void *b)
{
	const struct mmx_mm_borrower *x = a, *y = b;

	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static bool same_process(const struct mmx_task *a, const struct mmx_task *b)
{
	return a->tgid == b->tgid;
}

/* One entry for each address space that a process's threads have: normally just one. */
static bool add_users(struct mmx_tasks *tasks, size_t first, size_t end)
{
	uint32_t task = first;
	uint64_t last = 0;

	for (size_t i = first; i < end; i++) {
		if (tasks->v[i].pid == tasks->v[i].tgid)
			task = i;
	}
	for (size_t i = first; i < end; i++) {
		const struct mmx_task *t = &tasks->v[i];

		if (!t->mm)
			continue;
		if (t->kernel) {
			if (!mmx_array_add(&tasks->borrowers, (struct mmx_mm_borrower){t->mm, i}))
				return false;
			continue;
		}
		if (t->mm != last &&
		    !mmx_array_add(&tasks->users, (struct mmx_mm_user){t->mm, t->tgid, task, 0}))
			return false;
		last = t->mm;
		tasks->users.v[tasks->users.n - 1].threads++;
	}
	return true;
}

static bool find_users(struct mmx_tasks *tasks)
{
	size_t end;

	for (size_t first = 0; first < tasks->n; first = end) {
		end = first + 1;
		while (end < tasks->n && same_process(&tasks->v[first], &tasks->v[end]))
			end++;
		if (!add_users(tasks, first, end))
			return false;
	}
	if (tasks->users.n)
		qsort(tasks->users.v, tasks->users.n, sizeof(*tasks->users.v), by_mm);
	mmx_array_sort(&tasks->borrowers, by_borrowed_mm);
	return true;
}

int mmx_tasks_find(struct mmx_tasks *tasks, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member lists[] = {
		M_task_struct_tasks, M_task_struct_thread_node, M_task_struct_signal,
		M_signal_struct_thread_head};
	struct finder f = {.tasks = tasks, .view = view, .layout = &view->kernel->layout};
	uint64_t init_task;
	struct mmx_list list;

	if (mmx_decode_require(&task_struct, f.layout, err) ||
	    mmx_layout_require(f.layout, lists, sizeof(lists) / sizeof(*lists), err))
		return -1;
	if (!mmx_symbol_addr(&view->kernel->symbols, "init_task", &init_task))
		return mmx_fail(err, MMX_EMISSING, "no symbol init_task");
	add_idle_tasks(&f, init_task);
	mmx_list_begin(&list, view, init_task + mmx_off(f.layout, M_task_struct_tasks), TASKS_MAX);
	while (mmx_list_next(&list) &&
	       add_process(&f, list.node - mmx_off(f.layout, M_task_struct_tasks)))
		;
	mmx_cover_inherit(&tasks->coverage, &list.coverage);
	if (tasks->n)
		qsort(tasks->v, tasks->n, sizeof(*tasks->v), by_pid);
	if (f.no_memory || !find_users(tasks))
		return mmx_fail_nomem(err);
	tasks->coverage.found = tasks->n;
	return 0;
}

void mmx_tasks_free(struct mmx_tasks *tasks)
{
	mmx_array_free(tasks);
	mmx_array_free(&tasks->users);
	mmx_array_free(&tasks->borrowers);
}

const struct mmx_task *mmx_task_find(const struct mmx_tasks *tasks, int32_t pid)
{
	for (size_t i = 0; i < tasks->n; i++) {
		if (tasks->v[i].pid == pid)
			return &tasks->v[i];
	}
	return NULL;
}

uint64_t mmx_task_mm(const struct mmx_tasks *tasks, const struct mmx_task *task)
{
	if (task->mm || task->kernel)
		return task->mm;
	for (size_t i = 0; i < tasks->n; i++) {
		if (same_process(&tasks->v[i], task) && tasks->v[i].mm && !tasks->v[i].kernel)
			return tasks->v[i].mm;
	}
	return 0;
}

const struct mmx_task *mmx_mm_borrower(const struct mmx_tasks *tasks, uint64_t mm)
{
	const struct mmx_mm_borrower *first = mmx_array_at(&tasks->borrowers, mm, mm);

	return first ? &tasks->v[first->task] : NULL;
}

const struct mmx_mm_user *mmx_mm_users(const struct mmx_tasks *tasks, uint64_t mm, size_t *n)
{
	const struct mmx_mm_user *first = mmx_array_at(&tasks->users, mm, mm);

	for (*n = 0; first && first + *n < tasks->users.v + tasks->users.n && first[*n].mm == mm;)
		++*n;
	return first;
}
