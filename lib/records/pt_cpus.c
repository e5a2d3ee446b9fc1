// SPDX-License-Identifier: GPL-2.0-or-later
/* Which page tables each CPU runs on, for which task, and what its TLB may still have of them and of others. */
#include <inttypes.h>

#include "image/image.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "mm/processes/tlb.h"
#include "records/ptx.h"

#define PCID_BITS   12
#define LAM_57      (1ULL << 61)
#define LAM_48      (1ULL << 62)
#define FRAME_OF(w) ((w)&0x000ffffffffff000ULL)

static const struct mmx_tlbs *tlbs(const struct mmx_rows *r)
{
	return mmx_ptx_of(r)->tlbs;
}

static bool has_cpus(struct mmx_rows *r)
{
	return mmx_ptx_of(r)->cpus;
}

static int open_cpus(struct mmx_rows *r, struct mmx_err *err)
{
	if (!tlbs(r)) {
		*err = mmx_ptx_of(r)->no_tlbs;
		return -1;
	}
	mmx_cover_inherit(r->coverage, &tlbs(r)->coverage);
	return 0;
}

static const void *next_cpu(struct mmx_rows *r)
{
	return r->nth < tlbs(r)->n ? &tlbs(r)->v[r->nth] : NULL;
}

static const struct mmx_tlb_cpu *cpu_of(const struct mmx_rows *r)
{
	return r->row;
}

/* A value of a CPU that is known. */
static bool known(struct mmx_rows *r, struct mmx_value *v)
{
	if (cpu_of(r)->why.code)
		mmx_value_null(v);
	return !cpu_of(r)->why.code;
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

/* Who has an address space: a process, or the kernel by a name; null where nobody is known to. */
static void user_of(struct mmx_rows *r, struct mmx_value *v, int64_t space)
{
	const struct mmx_tlb_space *s = space < 0 ? NULL : &tlbs(r)->spaces.v[space];
	const struct mmx_mm_user *user;
	size_t n;

	user = s ? mmx_mm_users(mmx_know_tasks(r->view), s->mm, &n) : NULL;
	if (user)
		mmx_value_textf(v, "PID %d", user->tgid);
	else if (s && s->name)
		v->text = s->name;
	else
		mmx_value_null(v);
}

static void whose(struct mmx_rows *r, struct mmx_value *v)
{
	user_of(r, v, cpu_of(r)->mm ? cpu_of(r)->space : -1);
}

static void root(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = FRAME_OF(cpu_of(r)->cr3) & ~r->view->kernel->paging.clear;
	if (!cpu_of(r)->cr3)
		mmx_value_null(v);
}

/* Whether it is the task's own cannot be told without a task. */
static void loaded(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = cpu_of(r)->loaded;
	if (cpu_of(r)->why.code || (cpu_of(r)->no_task.code && v->word == MMX_LOADED_OTHER))
		mmx_value_null(v);
}

static void trouble(struct mmx_rows *r, struct mmx_value *v)
{
	v->err = cpu_of(r)->why.code ? &cpu_of(r)->why : &cpu_of(r)->no_task;
	if (!v->err->code)
		mmx_value_none(v);
}

static void pcid(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = cpu_of(r)->cr3 & ((1U << PCID_BITS) - 1);
	if (!cpu_of(r)->cr3 || !tlbs(r)->pcid)
		mmx_value_null(v);
}

static const struct mmx_field cpu_fields[] = {
	{"cpu", MMX_COUNT, "its number", .width = 4, AT(struct mmx_tlb_cpu, nr)},
	{"root", MMX_ADDR,
	 "physical address of the root, as CR3 has it; null where it is not known", .width = 10,
	 .may = MMX_OR_NULL, .get = root},
	{"pcid", MMX_HEX,
	 "the number under which its TLB keeps what it knows; null where the kernel numbers nothing",
	 .width = 4, .may = MMX_OR_NULL, .get = pcid},
	{"mm", MMX_ADDR, "the address space that is loaded", .width = 16, .zero = MMX_OR_NULL,
	 AT(struct mmx_tlb_cpu, mm)},
	{"whose", MMX_TEXT, "who has it: a process, or \"init_mm\"; null where nobody is known to",
	 .width = 9, .may = MMX_OR_NULL, .get = whose},
	{"loaded", MMX_WORD, "why that one", .width = 14, .may = MMX_OR_NULL, .get = loaded,
	 WORDS(MMX_LOADED_COUNT, mmx_loaded_words)},
	{"task", MMX_ADDR, "that it runs: one of the kernel's keeps what was loaded before",
	 .width = 16, .zero = MMX_OR_NULL, AT(struct mmx_tlb_cpu, task)},
	{"pid", MMX_COUNT, "of that", .width = 7, .may = MMX_OR_NULL, .get = pid},
	{"comm", MMX_TEXT, "its name", .may = MMX_OR_NULL | MMX_OR_EMPTY, .get = comm},
	{"unknown", MMX_TROUBLE, "why it is not known", .get = trouble},
	{0},
};

const struct mmx_record mmx_record_pt_cpus = {
	.name = "cpu",
	.doc = "a CPU that is online, and the page tables that it runs on",
	.fields = cpu_fields,
	.has = has_cpus,
	.open = open_cpus,
	.next = next_cpu,
};

/*
 * CR3, and what waits to be flushed.
 */

static bool has_registers(struct mmx_rows *r)
{
	return has_cpus(r) && tlbs(r);
}

static void note(struct mmx_rows *r, struct mmx_value *v)
{
	if (cpu_of(r)->registers)
		v->word = cpu_of(r)->registers->cr3;
	else
		mmx_value_null(v);
}

static void cr4(struct mmx_rows *r, struct mmx_value *v)
{
	if (known(r, v))
		v->word = cpu_of(r)->cr4;
}

static void lam(struct mmx_rows *r, struct mmx_value *v)
{
	uint64_t cr3 = cpu_of(r)->cr3;

	if (cr3 & LAM_57)
		v->word = 57;
	else if (cr3 & LAM_48)
		v->word = 48;
	else
		mmx_value_null(v);
}

static void masks(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = cpu_of(r)->masks;
}

static void pending(struct mmx_rows *r, struct mmx_value *v)
{
	if (known(r, v) && cpu_of(r)->invalidate_other)
		v->text = "with the next switch all but what is in use is forgotten";
	else
		mmx_value_null(v);
}

static const struct mmx_field register_fields[] = {
	{"cpu", MMX_COUNT, "its number", .width = 4, AT(struct mmx_tlb_cpu, nr)},
	{"cr3", MMX_HEX,
	 "CR3 as the kernel wrote it: the root, with a PCID where it numbers what is in TLBs, the bits of "
	 "LAM and of encryption; null while what is loaded changes",
	 .title = "CR3", .width = 16, .zero = MMX_OR_NULL, AT(struct mmx_tlb_cpu, cr3)},
	{"user_cr3", MMX_HEX,
	 "with page-table isolation: what user mode runs on, the root behind that one and a PCID of its own",
	 .title = "USER CR3", .width = 16, .zero = MMX_OR_NULL, AT(struct mmx_tlb_cpu, user_cr3)},
	{"note", MMX_HEX, "CR3 as the machine had it, which QEMU's notes tell",
	 .title = "QEMU'S CR3", .width = 16, .may = MMX_OR_NULL, .get = note},
	{"cr4", MMX_HEX, "CR4 as the kernel remembers it", .title = "CR4", .width = 8,
	 .may = MMX_OR_NULL, .get = cr4},
	{"lam", MMX_COUNT,
	 "bits of an address that count where the topmost are the program's own (LAM)",
	 .title = "LAM", .width = 3, .may = MMX_OR_NULL, .get = lam},
	{"masks", MMX_COUNT,
	 "address spaces that tell this CPU of changes, as it may have something of them: mm_cpumask",
	 .width = 5, .get = masks},
	{"pending", MMX_TEXT, "what is to be flushed, and has not been", .may = MMX_OR_NULL,
	 .get = pending},
	{"wrong", MMX_TROUBLE, "what cannot be", AT(struct mmx_tlb_cpu, wrong)},
	{0},
};

const struct mmx_record mmx_record_pt_registers = {
	.name = "register",
	.doc = "a CPU's CR3, as it follows from what is loaded and as the machine had it",
	.fields = register_fields,
	.has = has_registers,
	.next = next_cpu,
};

/*
 * Slots.
 */

/* @cpu: whose the current one is */
struct slots {
	size_t cpu, nth;
};

static const void *next_slot(struct mmx_rows *r)
{
	const struct mmx_tlbs *t = tlbs(r);
	struct slots *s = r->state;

	while (s->cpu < t->n && s->nth >= t->v[s->cpu].n_slots) {
		s->cpu++;
		s->nth = 0;
	}
	if (s->cpu >= t->n)
		return NULL;
	return &t->slots.v[t->v[s->cpu].slots + s->nth++];
}

static const struct mmx_tlb_slot *slot_of(const struct mmx_rows *r)
{
	return r->row;
}

static const struct mmx_tlb_space *space_of(const struct mmx_rows *r)
{
	int64_t space = slot_of(r)->space;

	return space < 0 ? NULL : &tlbs(r)->spaces.v[space];
}

static void slot_cpu(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = tlbs(r)->v[((const struct slots *)r->state)->cpu].nr;
}

static void slot_pcid(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_tlb_pcid(slot_of(r)->asid, false);
	if (!tlbs(r)->pcid)
		mmx_value_null(v);
}

static void slot_mm(struct mmx_rows *r, struct mmx_value *v)
{
	if (space_of(r))
		v->word = space_of(r)->mm;
	else
		mmx_value_null(v);
}

static void slot_whose(struct mmx_rows *r, struct mmx_value *v)
{
	user_of(r, v, slot_of(r)->space);
}

static void context(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slot_of(r)->ctx_id;
	if (slot_of(r)->of_all)
		mmx_value_null(v);
}

static void generation(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = slot_of(r)->tlb_gen;
	if (slot_of(r)->of_all)
		mmx_value_null(v);
}

static void changes(struct mmx_rows *r, struct mmx_value *v)
{
	if (space_of(r) && !space_of(r)->why.code)
		v->word = space_of(r)->tlb_gen;
	else
		mmx_value_null(v);
}

static void user_flush(struct mmx_rows *r, struct mmx_value *v)
{
	v->truth = slot_of(r)->user_flush;
	if (!tlbs(r)->pcid || !r->view->kernel->isolation.on)
		mmx_value_null(v);
}

static const struct mmx_field slot_fields[] = {
	{"cpu", MMX_COUNT, "whose TLB", .width = 4, .get = slot_cpu},
	{"asid", MMX_COUNT, "the kernel's number for it on this CPU", .title = "ASID", .width = 4,
	 AT(struct mmx_tlb_slot, asid)},
	{"pcid", MMX_HEX, "the processor's number; null where the kernel numbers nothing",
	 .title = "PCID", .width = 4, .may = MMX_OR_NULL, .get = slot_pcid},
	{"mm", MMX_ADDR, "the address space; null where none is known to be it", .width = 16,
	 .may = MMX_OR_NULL, .get = slot_mm},
	{"whose", MMX_TEXT, "who has that", .width = 9, .may = MMX_OR_NULL, .get = slot_whose},
	{"context", MMX_COUNT, "its number, which no other address space has had or will have",
	 .width = 7, .may = MMX_OR_NULL, .get = context},
	{"as_of", MMX_COUNT,
	 "what the TLB has is no older than this change of the address space (tlb_gen)", .width = 7,
	 .may = MMX_OR_NULL, .get = generation},
	{"changes", MMX_COUNT, "the last change that the address space has had", .width = 7,
	 .may = MMX_OR_NULL, .get = changes},
	{"user_flush", MMX_BOOL,
	 "with page-table isolation: what user mode had under its number is flushed before it goes there "
	 "again",
	 .title = "USER FLUSH", .width = 5, .may = MMX_OR_NULL, .get = user_flush},
	{"state", MMX_WORD, "what there may be in the TLB, and what becomes of it",
	 AT(struct mmx_tlb_slot, state), WORDS(MMX_TLB_STATE_COUNT, mmx_tlb_words)},
	{"wrong", MMX_TROUBLE, "what cannot be", AT(struct mmx_tlb_slot, wrong)},
	{0},
};

const struct mmx_record mmx_record_pt_tlbs = {
	.name = "tlb",
	.doc = "what a CPU's TLB may have of user memory, beside what is the kernel's own",
	.fields = slot_fields,
	.state_size = sizeof(struct slots),
	.has = has_registers,
	.next = next_slot,
};
