// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "arch/pt_path.h"
#include "base/bytes.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/knowledge.h"
#include "mm/mem.h"
#include "mm/owners/stack_use.h"
#include "mm/processes/task.h"

#define WORD  8u
#define PIECE 4096u

/* By the page tables, since arithmetic says the same of all of the direct map's room, and that ends where vmalloc's begins. */
static bool is_mapped(struct mmx_view *view, uint64_t addr)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_pte *end;
	struct mmx_pt_path path;

	mmx_pt_path_find(&path, view->reader, k->arch, &k->paging, k->paging.root, addr);
	end = mmx_pt_path_end(&path);
	return end && end->kind == MMX_PTE_LEAF && !end->no_access;
}

void mmx_stack_depth_find(struct mmx_stack_depth *d, struct mmx_view *view, uint64_t start,
			  uint64_t from, uint64_t end)
{
	unsigned char bytes[PIECE];

	*d = (struct mmx_stack_depth){.guard = !is_mapped(view, start - 1)};
	for (uint64_t at = from; at < end;) {
		uint64_t n = PIECE - at % PIECE < end - at ? PIECE - at % PIECE : end - at;

		if (mmx_kread_ok(view, at, bytes, n, "a stack", &d->unread))
			return;
		for (uint64_t i = 0; i + WORD <= n; i += WORD) {
			if (mmx_le64(bytes + i)) {
				d->deepest = end - at - i;
				return;
			}
		}
		at += n;
	}
}

/*
 * Of tasks.
 */

struct run {
	uint64_t task;
	unsigned int cpu;
};

struct runs {
	MMX_ARRAY(struct run);
};

/* Which task each CPU runs. */
static int find_running(struct runs *runs, struct mmx_coverage *coverage, struct mmx_view *view,
			struct mmx_err *err)
{
	struct mmx_cpus cpus = {0};
	uint64_t runqueues, task;
	struct mmx_err why;
	int ret = 0;

	if (!mmx_symbol_addr(&view->kernel->symbols, "runqueues", &runqueues)) {
		mmx_cover_failf(
			coverage, MMX_EMISSING,
			"without the symbol runqueues nothing tells which tasks were running");
		return 0;
	}
	if (mmx_cpus_online(&cpus, view, &why)) {
		mmx_cover_fail(coverage, &why);
		return 0;
	}
	for (size_t i = 0; i < cpus.n && !ret; i++) {
		if (mmx_kget(view, runqueues + cpus.v[i].offset, M_rq_curr, &task, &why))
			mmx_cover_fail(coverage, &why);
		else if (!mmx_array_add(runs, (struct run){task, cpus.v[i].nr}))
			ret = mmx_fail_nomem(err);
	}
	mmx_cpus_free(&cpus);
	return ret;
}

/* The first task's is part of the image, where linkers fill what nobody laid out with anything. */
static bool was_filled(const struct mmx_task_stack *s, const struct mmx_view *view)
{
	return s->depth.deepest < s->stack.end - s->stack.start - WORD ||
	       mmx_region_of(&view->kernel->regions, s->stack.start) != REGION_KERNEL_IMAGE;
}

static void look_at(struct mmx_task_stack *s, const struct runs *runs, struct mmx_view *view)
{
	const struct mmx_stack *stack = &s->stack;

	for (size_t i = 0; i < runs->n && !s->running; i++) {
		s->running = runs->v[i].task == stack->task->addr;
		s->cpu = runs->v[i].cpu;
	}
	mmx_kget(view, stack->task->addr, M_task_struct_sp, &s->sp, &s->no_sp);
	mmx_stack_depth_find(&s->depth, view, stack->start, stack->start + WORD, stack->end);
	if (!s->depth.unread.code)
		mmx_kread_ok(view, stack->start, &s->last_word, sizeof(s->last_word),
			     "the last word of a stack", &s->depth.unread);
	s->unfilled = !was_filled(s, view);
	if (mmx_stack_overwritten(s))
		s->depth.deepest = stack->end - stack->start;
}

static int find_tasks(struct mmx_stack_uses *u, const struct runs *runs, struct mmx_view *view,
		      struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	const struct mmx_stacks *stacks = mmx_know_stacks(view);

	for (size_t i = 0; i < tasks->n; i++) {
		const struct mmx_stack *stack = mmx_stack_of(stacks, tasks->v[i].stack);
		struct mmx_task_stack use = {0};

		if (mmx_stopped(view->kernel->image))
			return mmx_fail(err, MMX_EIO, "stopped");
		u->gone += !tasks->v[i].stack;
		if (!stack || stack->task != &tasks->v[i])
			continue;
		use.stack = *stack;
		look_at(&use, runs, view);
		mmx_cover_fail(&u->coverage, &use.depth.unread);
		if (!mmx_array_add(u, use))
			return mmx_fail_nomem(err);
	}
	return 0;
}

int mmx_stack_uses_find(struct mmx_stack_uses *u, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_stacks *stacks = mmx_know_stacks(view);
	struct runs runs = {0};
	int ret;

	*u = (struct mmx_stack_uses){0};
	mmx_cover_inherit(&u->coverage, &stacks->coverage);
	ret = find_running(&runs, &u->coverage, view, err) || find_tasks(u, &runs, view, err);
	mmx_array_free(&runs);
	/* All have one size, those for interrupts too. */
	if (!ret && u->n)
		ret = mmx_cpu_stacks_find(u, view, u->v[0].stack.end - u->v[0].stack.start, err);
	u->coverage.found = u->n;
	return ret ? -1 : 0;
}

void mmx_stack_uses_free(struct mmx_stack_uses *u)
{
	mmx_array_free(&u->cpus);
	mmx_array_free(u);
}
