// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel stacks of tasks and CPUs, how deep they are and were, and what is wrong with them. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/processes/task.h"
#include "records/records.h"
#include "records/stacks.h"

static const struct mmx_stackx *run_of(const struct mmx_rows *r)
{
	return r->arg;
}

static const struct mmx_task_stack *stack_of(const struct mmx_rows *r)
{
	return r->row;
}

static uint64_t size_of(const struct mmx_task_stack *s)
{
	return s->stack.end - s->stack.start;
}

/*
 * Of tasks.
 */

static const void *next_stack(struct mmx_rows *r)
{
	const struct mmx_stackx *x = run_of(r);

	return r->nth < x->shown.n ? x->shown.v[r->nth] : NULL;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = (uint64_t)stack_of(r)->stack.task->pid;
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = stack_of(r)->stack.task->comm;
}

static void size(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = size_of(stack_of(r));
}

static void cpu(struct mmx_rows *r, struct mmx_value *v)
{
	if (stack_of(r)->running)
		v->word = stack_of(r)->cpu;
	else
		mmx_value_null(v);
}

static void sp(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task_stack *s = stack_of(r);

	if (s->running)
		mmx_value_null(v);
	else if (s->no_sp.code)
		mmx_value_unknown(v, &s->no_sp);
	else
		v->word = s->sp;
}

static void used(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task_stack *s = stack_of(r);

	sp(r, v);
	if (v->state == MMX_GIVEN && !mmx_stack_has(&s->stack, s->sp))
		mmx_value_null(v);
	else if (v->state == MMX_GIVEN)
		v->word = s->stack.end - s->sp;
}

static bool is_unread(const struct mmx_stack_depth *d, struct mmx_value *v)
{
	if (d->unread.code)
		mmx_value_unknown(v, &d->unread);
	return d->unread.code;
}

static void deepest(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task_stack *s = stack_of(r);

	if (s->unfilled)
		mmx_value_null(v);
	else if (!is_unread(&s->depth, v))
		v->word = s->depth.deepest;
}

static void left(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task_stack *s = stack_of(r);

	deepest(r, v);
	if (v->state == MMX_GIVEN)
		v->word = size_of(s) - s->depth.deepest;
}

static void whole(struct mmx_rows *r, struct mmx_value *v)
{
	if (!is_unread(&stack_of(r)->depth, v))
		v->word = !mmx_stack_overwritten(stack_of(r));
}

static const struct mmx_field fields[] = {
	{"pid", MMX_NUMBER, "the task; 0 is the idle task of a CPU", .width = 7, .get = pid},
	{"comm", MMX_TEXT, "its name", .width = 15, .may = MMX_OR_EMPTY, .get = comm},
	{"start", MMX_ADDR, "the lowest address of its stack",
	 AT(struct mmx_task_stack, stack.start)},
	{"size", MMX_BYTES, "how large that is", .width = 5, .get = size},
	{"cpu", MMX_COUNT, "the CPU that it was running on", .width = 3, .may = MMX_OR_NULL,
	 .get = cpu},
	{"sp", MMX_ADDR,
	 "the stack pointer that it left off with; of a running one it is in a register",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = sp},
	{"used", MMX_BYTES, "from there to the stack's end", .width = 5,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = used},
	{"deepest", MMX_BYTES,
	 "how much was ever used, at least: the rest is still zero; null where it never was",
	 .width = 7, .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = deepest},
	{"left", MMX_BYTES, "what was never used", .width = 5, .may = MMX_OR_NULL | MMX_OR_UNKNOWN,
	 .get = left},
	{"guard", MMX_BOOL, "nothing is mapped below it, so that running over it faults",
	 .width = 5, AT(struct mmx_task_stack, depth.guard)},
	{"whole", MMX_BOOL, "its lowest word is the mark that it was given", .width = 5,
	 .may = MMX_OR_UNKNOWN, .get = whole},
	{0},
};

const struct mmx_record mmx_record_stacks = {
	.name = "stack",
	.doc = "the kernel stack of a task",
	.fields = fields,
	.next = next_stack,
};

/*
 * Of CPUs.
 */

static bool has_cpus(struct mmx_rows *r)
{
	return run_of(r)->cpus;
}

static const void *next_cpu(struct mmx_rows *r)
{
	const struct mmx_stackx *x = run_of(r);

	return r->nth < x->uses.cpus.n ? &x->uses.cpus.v[r->nth] : NULL;
}

static void cpu_size(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_cpu_stack *s = r->row;

	v->word = s->end - s->start;
}

static void cpu_deepest(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_cpu_stack *s = r->row;

	if (!is_unread(&s->depth, v))
		v->word = s->depth.deepest;
}

static void cpu_left(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_cpu_stack *s = r->row;

	if (!is_unread(&s->depth, v))
		v->word = s->end - s->start - s->depth.deepest;
}

static const struct mmx_field cpu_fields[] = {
	{"cpu", MMX_COUNT, "the CPU", .width = 3, AT(struct mmx_cpu_stack, cpu)},
	{"for", MMX_TEXT, "what it switches to it for: irq, NMI, or an exception", .width = 4,
	 AT(struct mmx_cpu_stack, what)},
	{"start", MMX_ADDR, "the lowest address", AT(struct mmx_cpu_stack, start)},
	{"size", MMX_BYTES, "how large it is", .width = 5, .get = cpu_size},
	{"deepest", MMX_BYTES, "how much was ever used, at least", .width = 7,
	 .may = MMX_OR_UNKNOWN, .get = cpu_deepest},
	{"left", MMX_BYTES, "what was never used", .width = 5, .may = MMX_OR_UNKNOWN,
	 .get = cpu_left},
	{"guard", MMX_BOOL, "nothing is mapped below it", .width = 5,
	 AT(struct mmx_cpu_stack, depth.guard)},
	{0},
};

const struct mmx_record mmx_record_cpu_stacks = {
	.name = "cpu_stack",
	.doc = "a stack that a CPU switches to",
	.fields = cpu_fields,
	.has = has_cpus,
	.next = next_cpu,
};

/*
 * What is wrong.
 */

bool mmx_stack_fault(const struct mmx_task_stack *s, unsigned int nth, char *text, size_t size)
{
	if (mmx_stack_overwritten(s) && !nth--) {
		snprintf(text, size,
			 "its lowest word is 0x%" PRIx64 ", not 0x%llx: something has run over its "
			 "end",
			 s->last_word, MMX_STACK_END);
		return true;
	}
	if (!s->running && !s->no_sp.code && !mmx_stack_has(&s->stack, s->sp) && !nth--) {
		snprintf(text, size,
			 "it left off with the stack pointer 0x%" PRIx64 ", which is not in it",
			 s->sp);
		return true;
	}
	return false;
}

struct finding {
	size_t at;
	unsigned int nth;
	char text[160];
};

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_stackx *x = run_of(r);
	struct finding *f = r->state;

	for (; f->at < x->shown.n; f->at++, f->nth = 0) {
		if (mmx_stack_fault(x->shown.v[f->at], f->nth, f->text, sizeof(f->text))) {
			f->nth++;
			return f;
		}
	}
	return NULL;
}

static const struct mmx_task_stack *found_in(const struct mmx_rows *r)
{
	const struct finding *f = r->row;

	return run_of(r)->shown.v[f->at];
}

static void found_pid(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = (uint64_t)found_in(r)->stack.task->pid;
}

static void found_start(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = found_in(r)->stack.start;
}

static const struct mmx_field finding_fields[] = {
	{"pid", MMX_NUMBER, "the task", .width = 7, .get = found_pid},
	{"start", MMX_ADDR, "the lowest address of its stack", .get = found_start},
	{"what", MMX_TEXT, "what is wrong", AT(struct finding, text)},
	{0},
};

const struct mmx_record mmx_record_stack_findings = {
	.name = "finding",
	.doc = "something that is wrong with a stack",
	.fields = finding_fields,
	.state_size = sizeof(struct finding),
	.next = next_finding,
};
