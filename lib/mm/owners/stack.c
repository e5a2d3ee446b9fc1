// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "mm/mem.h"
#include "mm/knowledge.h"
#include "mm/owners/stack.h"
#include "mm/processes/task.h"
#include "mm/owners/vmalloc.h"
#include "mm/owners/owner.h"

#define MAX_STACK_BYTES (1u << 20)

/* How much memory a stack in an area of its own has; 0 when it has no such area. */
static uint64_t size_in_area(const struct mmx_vmalloc *areas, const struct mmx_view *view,
			     uint64_t start)
{
	const struct mmx_vmalloc_area *area = mmx_vmalloc_of(areas, start);

	return area && area->start == start ? mmx_vmalloc_mapped_end(view, area) - start : 0;
}

/*
 * All stacks have one size. That of the first task, which is part of the kernel image, lies between
 * two symbols; where they are missing, any stack in an area shows it. 0 when none does.
 */
static uint64_t usual_size(const struct mmx_tasks *tasks, const struct mmx_vmalloc *areas,
			   const struct mmx_view *view)
{
	static const char *const ends[][2] = {{"__start_init_stack", "__end_init_stack"},
					      {"__start_init_task", "__end_init_task"}};
	const struct mmx_symbols *s = &view->kernel->symbols;
	uint64_t start, end, size = 0;

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (mmx_symbol_addr(s, ends[i][0], &start) && mmx_symbol_addr(s, ends[i][1], &end))
			return end - start;
	}
	for (size_t i = 0; i < tasks->n && !size; i++)
		size = size_in_area(areas, view, tasks->v[i].stack);
	return size;
}

static int find_end(const struct mmx_vmalloc *areas, const struct mmx_view *view, uint64_t usual,
		    struct mmx_stack *stack, struct mmx_err *err)
{
	uint64_t page = 1ULL << view->kernel->arch->page_shift;
	uint64_t size = size_in_area(areas, view, stack->start);

	if (!size)
		size = usual;
	if (!size)
		return mmx_fail(err, MMX_EMISSING,
				"nothing tells how large the stack of task %d at 0x%" PRIx64 " is",
				stack->task->pid, stack->start);
	if (size > MAX_STACK_BYTES || size % page || stack->start % page)
		return mmx_fail(err, MMX_ECORRUPT,
				"the stack of task %d at 0x%" PRIx64 " cannot be of %" PRIu64
				" bytes",
				stack->task->pid, stack->start, size);
	stack->end = stack->start + size;
	return 0;
}

/* Sorts; of two tasks that claim the same stack neither is believed more: the first one keeps it. */
static void arrange(struct mmx_stacks *s)
{
	size_t kept = 0;

	mmx_array_sort_by(s, start);
	for (size_t i = 0; i < s->n; i++) {
		if (!kept || s->v[i].start >= s->v[kept - 1].end)
			s->v[kept++] = s->v[i];
		else
			mmx_cover_failf(&s->coverage, MMX_ECORRUPT,
					"tasks %d and %d have one stack, at 0x%" PRIx64,
					s->v[kept - 1].task->pid, s->v[i].task->pid, s->v[i].start);
	}
	s->n = kept;
}

static int add_frames(struct mmx_stacks *s, size_t nr, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_stack *stack = &s->v[nr];
	unsigned int shift = view->kernel->arch->page_shift;

	for (uint64_t va = stack->start; va < stack->end; va += 1ULL << shift) {
		uint64_t phys;
		enum mmx_read read = mmx_kphys(view, va, &phys);

		if (read)
			mmx_cover_failf(&s->coverage, mmx_read_code(read),
					"the stack of task %d: 0x%" PRIx64 " is %s",
					stack->task->pid, va, mmx_read_name(read));
		else if (!mmx_owned_add(&s->frames, nr, (va - stack->start) >> shift, phys >> shift,
					1))
			return mmx_fail_nomem(err);
	}
	return 0;
}

int mmx_stacks_find(struct mmx_stacks *s, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	const struct mmx_vmalloc *areas = mmx_know_vmalloc(view);
	uint64_t usual = usual_size(tasks, areas, view);
	struct mmx_err one;

	for (size_t i = 0; i < tasks->n; i++) {
		struct mmx_stack stack = {.start = tasks->v[i].stack, .task = &tasks->v[i]};

		if (!stack.start) /* exited, and its stack given away */
			continue;
		if (find_end(areas, view, usual, &stack, &one))
			mmx_cover_fail(&s->coverage, &one);
		else if (!mmx_array_add(s, stack))
			return mmx_fail_nomem(err);
	}
	arrange(s);
	for (size_t i = 0; i < s->n; i++) {
		if (add_frames(s, i, view, err))
			return -1;
	}
	mmx_owned_sort(&s->frames);
	s->coverage.found = s->n;
	return 0;
}

void mmx_stacks_free(struct mmx_stacks *s)
{
	mmx_owned_free(&s->frames);
	mmx_array_free(s);
}

const struct mmx_stack *mmx_stack_of(const struct mmx_stacks *s, uint64_t addr)
{
	size_t n = mmx_array_bound(s, stack, stack->start <= addr);

	return n && addr < s->v[n - 1].end ? &s->v[n - 1] : NULL;
}

static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	return mmx_owned_run(&mmx_know_stacks(view)->frames, nth, run);
}

const struct mmx_owner_kind mmx_owner_stack = {
	.name = "tasks",
	.class = CLASS_STACK,
	.why = "a vmalloc area that is a task's stack has it",
	.known = MMX_KNOWN_stacks,
	.run = runs,
};
