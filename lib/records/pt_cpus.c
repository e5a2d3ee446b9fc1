// SPDX-License-Identifier: GPL-2.0-or-later
/* Which page tables each CPU runs on, and for which task. */
#include <inttypes.h>
#include <stdio.h>

#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/processes/mm.h"
#include "mm/processes/task.h"
#include "mm/processes/user_entry.h"
#include "records/ptx.h"

struct cpu {
	unsigned int nr;
	uint64_t task, mm;
	struct mmx_err why; /* why these are not known */
};

struct cpus {
	struct mmx_cpus all;
	uint64_t runqueues, tlbstate;
	struct cpu cpu;
};

static bool has_cpus(struct mmx_rows *r)
{
	return mmx_ptx_of(r)->cpus;
}

static int open_cpus(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_symbols *symbols = &r->view->kernel->symbols;
	struct cpus *c = r->state;

	if (!mmx_symbol_addr(symbols, "runqueues", &c->runqueues) ||
	    !mmx_symbol_addr(symbols, "cpu_tlbstate", &c->tlbstate))
		return mmx_fail(
			err, MMX_EMISSING,
			"what CPUs run on is in runqueues and cpu_tlbstate, and one of them "
			"has no symbol");
	return mmx_cpus_online(&c->all, r->view, err);
}

static void close_cpus(struct mmx_rows *r)
{
	mmx_cpus_free(&((struct cpus *)r->state)->all);
}

static const void *next_cpu(struct mmx_rows *r)
{
	struct cpus *c = r->state;
	const struct mmx_cpu *cpu = &c->all.v[r->nth];

	if (r->nth >= c->all.n)
		return NULL;
	c->cpu = (struct cpu){.nr = cpu->nr};
	if (mmx_kget(r->view, c->runqueues + cpu->offset, M_rq_curr, &c->cpu.task, &c->cpu.why) ||
	    mmx_kget(r->view, c->tlbstate + cpu->offset, M_tlb_state_loaded_mm, &c->cpu.mm,
		     &c->cpu.why))
		c->cpu.task = c->cpu.mm = 0;
	return &c->cpu;
}

static const struct cpu *cpu_of(const struct mmx_rows *r)
{
	return r->row;
}

static const struct mmx_task *task_at(const struct mmx_rows *r, uint64_t addr)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(r->view);

	for (size_t i = 0; addr && i < tasks->n; i++) {
		if (tasks->v[i].addr == addr)
			return &tasks->v[i];
	}
	return NULL;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task *task = task_at(r, cpu_of(r)->task);

	if (task)
		v->word = (uint64_t)task->pid;
	else
		mmx_value_null(v);
}

static void comm(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_task *task = task_at(r, cpu_of(r)->task);

	if (task)
		v->text = task->comm;
	else
		mmx_value_null(v);
}

/* A kernel thread goes on with whatever was there before it. */
static void whose(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(r->view);
	const struct mmx_mm_user *user;
	uint64_t init_mm;
	size_t n;

	user = cpu_of(r)->mm ? mmx_mm_users(tasks, cpu_of(r)->mm, &n) : NULL;
	if (user)
		mmx_value_textf(v, "PID %d", user->tgid);
	else if (mmx_symbol_addr(&r->view->kernel->symbols, "init_mm", &init_mm) &&
		 cpu_of(r)->mm == init_mm)
		v->text = "init_mm";
	else
		mmx_value_null(v);
}

static void root(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_err err;

	if (!cpu_of(r)->mm || mmx_user_root(r->view, cpu_of(r)->mm, &v->word, &err))
		mmx_value_null(v);
}

static const struct mmx_field cpu_fields[] = {
	{"cpu", MMX_COUNT, "its number", .width = 4, AT(struct cpu, nr)},
	{"root", MMX_ADDR,
	 "physical address of the root, as CR3 has it; null where it is not known", .width = 10,
	 .may = MMX_OR_NULL, .get = root},
	{"mm", MMX_ADDR, "the address space that is loaded", .width = 16, .zero = MMX_OR_NULL,
	 AT(struct cpu, mm)},
	{"whose", MMX_TEXT, "who has it: a process, or \"init_mm\"; null where nobody is known to",
	 .width = 11, .may = MMX_OR_NULL, .get = whose},
	{"task", MMX_ADDR, "that it runs: one of the kernel's keeps what was loaded before",
	 .width = 16, .zero = MMX_OR_NULL, AT(struct cpu, task)},
	{"pid", MMX_COUNT, "of that", .width = 7, .may = MMX_OR_NULL, .get = pid},
	{"comm", MMX_TEXT, "its name", .may = MMX_OR_NULL | MMX_OR_EMPTY, .get = comm},
	{"unknown", MMX_TROUBLE, "why it is not known", AT(struct cpu, why)},
	{0},
};

const struct mmx_record mmx_record_pt_cpus = {
	.name = "cpu",
	.doc = "a CPU that is online, and the page tables that it runs on",
	.fields = cpu_fields,
	.state_size = sizeof(struct cpus),
	.has = has_cpus,
	.open = open_cpus,
	.next = next_cpu,
	.close = close_cpus,
};
