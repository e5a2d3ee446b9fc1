// SPDX-License-Identifier: GPL-2.0-or-later
/* stackx: kernel stacks: where they are, how deep they are and ever were, and what has run over one. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/what.h"
#include "mm/processes/task.h"
#include "records/records.h"
#include "records/stacks.h"

static void tasks(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_stackx *x = r->arg;

	v->word = x->uses.n;
}

static const struct mmx_field fields[] = {
	{"tasks", MMX_COUNT, "that have a stack", .get = tasks},
	{"bytes", MMX_BYTES, "that all of those take", AT(struct mmx_stackx, bytes)},
	{"gone", MMX_COUNT, "tasks that have exited and given theirs away",
	 AT(struct mmx_stackx, uses.gone)},
	{"stacks", MMX_TABLE, "those that were asked for", .title = "Stacks of tasks",
	 .record = &mmx_record_stacks},
	{"cpu_stacks", MMX_TABLE, "without a PID: of CPUs", .title = "Stacks of CPUs",
	 .may = MMX_OR_NONE, .record = &mmx_record_cpu_stacks},
	{"findings", MMX_TABLE, "what is wrong", .title = "Findings",
	 .record = &mmx_record_stack_findings},
	{0},
};

static const struct mmx_record document = {
	.name = "stack",
	.doc = "kernel stacks",
	.version = 1,
	.fields = fields,
};

static bool nomem(struct mmx_run *run)
{
	mmx_say(run, "no memory");
	return false;
}

static bool add_all(struct mmx_run *run, struct mmx_stackx *x)
{
	for (size_t i = 0; i < x->uses.n; i++) {
		if (!mmx_array_add(&x->shown, &x->uses.v[i]))
			return nomem(run);
	}
	return true;
}

/* Every idle task is called 0. */
static bool add_pid(struct mmx_run *run, struct mmx_stackx *x, const char *text)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(run->view);
	size_t before = x->shown.n;
	uint64_t pid;

	if (mmx_number(text, NULL, true, &pid) || pid > INT32_MAX) {
		mmx_say(run, "%s is no PID", text);
		return false;
	}
	for (size_t i = 0; i < x->uses.n; i++) {
		if (x->uses.v[i].stack.task->pid == (int32_t)pid &&
		    !mmx_array_add(&x->shown, &x->uses.v[i]))
			return nomem(run);
	}
	if (x->shown.n == before)
		mmx_say(run,
			mmx_task_find(tasks, (int32_t)pid) ? "task %s has no stack" : "no task %s",
			text);
	return x->shown.n > before;
}

/* What cannot be read counts as the deepest, not to be overlooked; what says nothing comes last. */
static uint64_t left_of(const struct mmx_task_stack *s)
{
	if (s->unfilled)
		return UINT64_MAX;
	return s->depth.unread.code ? 0 : s->stack.end - s->stack.start - s->depth.deepest;
}

static int by_room(const void *a, const void *b)
{
	const struct mmx_task_stack *const *x = a, *const *y = b;
	uint64_t p = left_of(*x), q = left_of(*y);

	return p != q ? (p > q) - (p < q) : (*x > *y) - (*x < *y);
}

static bool take_top(struct mmx_run *run, struct mmx_stackx *x)
{
	uint64_t n;

	if (!run->option['t'])
		return true;
	if (mmx_number(run->option['t'], NULL, true, &n)) {
		mmx_say(run, "-t %s: that is no number", run->option['t']);
		return false;
	}
	mmx_array_sort(&x->shown, by_room);
	if (x->shown.n > n)
		x->shown.n = n;
	return true;
}

static bool take_operands(struct mmx_run *run, struct mmx_stackx *x)
{
	bool ok = true;

	x->cpus = !run->n_operands;
	if (!run->n_operands)
		return add_all(run, x);
	for (int i = 0; i < run->n_operands && ok; i++)
		ok = add_pid(run, x, run->operand[i]);
	return ok;
}

static enum mmx_exit judge(struct mmx_run *run, const struct mmx_stackx *x)
{
	enum mmx_exit status = MMX_EXIT_OK;
	char text[256];

	for (size_t i = 0; i < x->shown.n; i++) {
		for (unsigned int n = 0; mmx_stack_fault(x->shown.v[i], n, text, sizeof(text)); n++)
			status = mmx_run_wrong(run, "%d (%s): %s", x->shown.v[i]->stack.task->pid,
					       x->shown.v[i]->stack.task->comm, text);
	}
	return status;
}

static enum mmx_exit stackx(struct mmx_run *run)
{
	struct mmx_stackx x = {0};
	enum mmx_exit status = MMX_EXIT_CANNOT;
	struct mmx_err err;

	if (mmx_stack_uses_find(&x.uses, run->view, &err)) {
		mmx_say(run, "%s", err.text);
	} else if (take_operands(run, &x) && take_top(run, &x)) {
		for (size_t i = 0; i < x.uses.n; i++)
			x.bytes += x.uses.v[i].stack.end - x.uses.v[i].stack.start;
		status = mmx_worse(mmx_run_tell(run, &x), mmx_run_exit(run, &x.uses.coverage));
		if (!mmx_cover_whole(&x.uses.coverage))
			mmx_say(run, "%s", x.uses.coverage.first.text);
		status = mmx_worse(status, judge(run, &x));
	}
	mmx_array_free(&x.shown);
	mmx_stack_uses_free(&x.uses);
	return status;
}

static const struct mmx_option options[] = {
	{'t', "top", "N", "the N that have the least room left, that one first"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_DIRECT_MAP};

const struct mmx_command mmx_cmd_stackx = {
	.name = "stackx",
	.summary = "kernel stacks: how deep each is and ever was, and what has run over one",
	.operands = "[PID...]",
	.help = "The kernel stack of every task, or of those with these PIDs (of threads too): where it is, what of\n"
		"it is in use, from the stack pointer that the task left off with, and how deep it ever went.\n"
		"Stacks are given out filled with zeros, so the lowest word that is none tells that: at least so\n"
		"deep, as a frame may have zeros too. The kernel measures by the same rule. Of a task that was\n"
		"running, the stack pointer is in a register of its CPU, not in memory.\n"
		"\n"
		"Without a PID also the stacks that each CPU switches to for interrupts (irq), NMIs, double faults\n"
		"(#DF), debug (#DB) and machine-check exceptions (#MC).\n"
		"\n"
		"Where stacks are vmalloc areas (CONFIG_VMAP_STACK) nothing is mapped below them, and running\n"
		"over one faults at once. The lowest word of each task's is a mark: when it is overwritten, or the\n"
		"stack pointer is not in the stack, that is a finding, and the exit status is 1.\n"
		"\n"
		"For example, \"stackx -t 5\": the five that came closest to their end.",
	.example = "stackx -t 5",
	.options = options,
	.document = &document,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = stackx,
};
