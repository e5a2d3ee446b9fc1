// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel stacks. */
#include "mm/owners/stack.h"
#include "mm/processes/task.h"
#include "records/page/page.h"

static bool has_stack(struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_STACK;
}

static const void *next_stack(struct mmx_rows *r)
{
	const struct mmx_stacks *stacks = mmx_know_stacks(r->view);
	const struct mmx_owned_run *run = mmx_owned_find(&stacks->frames, mmx_page_of(r)->walk.pfn);

	return run && !r->nth ? &stacks->v[run->owner] : NULL;
}

static void task(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_stack *stack = r->row;

	v->word = stack->task->addr;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_stack *stack = r->row;

	v->count = stack->task->pid;
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_stack *stack = r->row;

	v->text = stack->task->comm;
}

static const struct mmx_field fields[] = {
	{"start", MMX_ADDR, "its lowest address", AT(struct mmx_stack, start)},
	{"end", MMX_ADDR, "the first address above it", AT(struct mmx_stack, end)},
	{"task", MMX_ADDR, "whose it is: a task_struct", .get = task},
	{"pid", MMX_COUNT, "that task's", .get = pid},
	{"name", MMX_TEXT, "that task's", .may = MMX_OR_EMPTY, .get = name},
	{0},
};

static const struct mmx_record stack = {
	.name = "stack",
	.doc = "the kernel stack that it is a page of",
	.fields = fields,
	.has = has_stack,
	.next = next_stack,
};

const struct mmx_field mmx_page_fields_stack[] = {
	{"stack", MMX_BLOCK, "of class stack", .title = "kernel stack", .may = MMX_OR_NONE,
	 .record = &stack},
	{0},
};
