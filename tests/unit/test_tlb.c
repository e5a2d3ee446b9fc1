// SPDX-License-Identifier: GPL-2.0-or-later
/* CR3 as the kernel writes it, with all that can stand there, and what a TLB may have: what no dump of the lab has. */
#include "../fake_memory.h"
#include "mm/processes/task.h"
#include "mm/processes/tlb.h"
#include "unit.h"

#define SLOTS 6
#define PAGES 64

struct rq {
	uint64_t curr;
};

struct task {
	uint64_t mm;
};

struct mm {
	uint64_t pgd, ctx_id, tlb_gen;
	uint16_t global_asid;
	uint64_t cpu_bitmap;
};

struct state {
	uint64_t loaded_mm;
	uint16_t asid;
	bool invalidate_other;
	uint8_t lam;
	uint16_t user_flush;
	uint64_t cr4;
	struct slot {
		uint64_t ctx_id, tlb_gen;
	} ctxs[SLOTS];
};

static struct fake_memory *m;
static struct state *state;
static struct mm *mm;
static uint64_t mm_at;
static struct mmx_tlbs tlbs;
static struct mmx_err err;

static void types(void)
{
	fake_no_types(m);
	fake_struct(m, S_per_cpu_zonestat,
		    8); /* which has nothing of what CPUs hold back: there is one */
	fake_struct(m, S_tlb_state, sizeof(struct state));
	FAKE_MEMBER(m, M_rq_curr, rq, curr);
	FAKE_MEMBER(m, M_task_struct_mm, task, mm);
	FAKE_MEMBER(m, M_mm_struct_pgd, mm, pgd);
	FAKE_MEMBER(m, M_mm_struct_ctx_id, mm, ctx_id);
	FAKE_MEMBER(m, M_mm_struct_tlb_gen, mm, tlb_gen);
	FAKE_MEMBER(m, M_mm_struct_global_asid, mm, global_asid);
	FAKE_MEMBER(m, M_mm_struct_cpu_bitmap, mm, cpu_bitmap);
	FAKE_MEMBER(m, M_tlb_state_loaded_mm, state, loaded_mm);
	FAKE_MEMBER(m, M_tlb_state_loaded_mm_asid, state, asid);
	FAKE_MEMBER(m, M_tlb_state_invalidate_other, state, invalidate_other);
	FAKE_MEMBER(m, M_tlb_state_lam, state, lam);
	FAKE_MEMBER(m, M_tlb_state_user_pcid_flush_mask, state, user_flush);
	FAKE_MEMBER(m, M_tlb_state_cr4, state, cr4);
	fake_member(m, M_tlb_state_ctxs, offsetof(struct state, ctxs), SLOTS * 16, SLOTS);
	FAKE_MEMBER(m, M_tlb_context_ctx_id, slot, ctx_id);
	FAKE_MEMBER(m, M_tlb_context_tlb_gen, slot, tlb_gen);
	fake_member(m, M_tlb_state_shared_is_lazy, 0, 1, 0);
	fake_member(m, M_cpuinfo_x86_x86_capability, 0, 4 * 20, 20);
}

/* One CPU, which runs a process that has change 7 of its memory in slot 2. */
static void setup(bool pcid, bool isolated)
{
	static const struct mmx_task process = {.addr = 1, .pid = 10, .tgid = 10};
	uint32_t capability[20] = {[4] = pcid ? 1 << 17 : 0};
	struct mmx_tasks *tasks;
	uint64_t task, pgd;

	m = fake_memory_new(PAGES << 12);
	types();
	m->mem.kernel.isolation = (struct mmx_isolation){isolated ? 4096 : 0, isolated};
	fake_put(m, "not at 0", 9);
	pgd = FAKE_VA + 8 * 4096;
	mm_at = fake_put(m, &(struct mm){pgd, 5, 7, 0, 1}, sizeof(struct mm));
	mm = fake_at(m, mm_at);
	task = fake_put(m, &(struct task){mm_at}, sizeof(struct task));
	fake_symbol(m, "runqueues", fake_put(m, &(struct rq){task}, sizeof(struct rq)));
	fake_symbol(m, "boot_cpu_data", fake_put(m, capability, sizeof(capability)));
	fake_symbol(m, "cpu_tlbstate_shared", fake_put(m, "\0", 1));
	state = fake_at(m, fake_put(m,
				    &(struct state){.loaded_mm = mm_at,
						    .asid = pcid ? 2 : 0,
						    .cr4 = pcid ? 1 << 17 : 0},
				    sizeof(*state)));
	fake_symbol(m, "cpu_tlbstate", FAKE_VA + ((unsigned char *)state - m->bytes));
	state->ctxs[state->asid] = (struct slot){5, 7};
	tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	if (!mmx_array_add(tasks, process) ||
	    !mmx_array_add(&tasks->users, (struct mmx_mm_user){mm_at, 10, 0, 1}))
		abort();
}

static const struct mmx_tlb_cpu *find(void)
{
	CHECK(!mmx_tlbs_find(&tlbs, m->view, &err) && tlbs.n == 1, "%s", err.text);
	return tlbs.v;
}

static void done(void)
{
	mmx_tlbs_free(&tlbs);
	fake_memory_free(m);
}

static void cr3_has_what_the_kernel_writes(void)
{
	const struct mmx_tlb_cpu *cpu;

	setup(true, true);
	state->lam = 1;
	cpu = find();
	CHECK(cpu->cr3 == (0x8000 | 3 | 1ULL << 61), "0x%llx", (unsigned long long)cpu->cr3);
	CHECK(cpu->user_cr3 == (0x9000 | 0x803 | 1ULL << 61), "0x%llx",
	      (unsigned long long)cpu->user_cr3);
	CHECK(!cpu->wrong.code && cpu->loaded == MMX_LOADED_OWN, "%s", cpu->wrong.text);
	done();
	setup(false, true);
	cpu = find();
	CHECK(cpu->cr3 == 0x8000 && cpu->user_cr3 == 0x9000, "without PCIDs");
	done();
	setup(true, false);
	cpu = find();
	CHECK(cpu->cr3 == 0x8003 && !cpu->user_cr3, "without isolation");
	done();
}

static void slots_are_told_by_their_context(void)
{
	setup(true, true);
	state->ctxs[0] = (struct slot){5000, 1};
	state->ctxs[3] = (struct slot){0, 9};
	state->user_flush = 1 << 3;
	find();
	CHECK(tlbs.slots.n == 2, "%zu: one without a context is empty", tlbs.slots.n);
	CHECK(tlbs.slots.v[0].state == MMX_TLB_NOBODYS, "not all address spaces are known here");
	CHECK(tlbs.slots.v[1].state == MMX_TLB_LOADED && tlbs.slots.v[1].user_flush,
	      "PCID 3 waits");
	CHECK(!tlbs.slots.v[0].user_flush, "and PCID 1 does not");
	done();
}

static void a_number_on_all_cpus_outlasts_slots(void)
{
	const struct mmx_tlb_cpu *cpu;

	setup(true, false);
	mm->global_asid = 40;
	state->asid = 40;
	cpu = find();
	CHECK(cpu->cr3 == (0x8000 | 41), "0x%llx", (unsigned long long)cpu->cr3);
	CHECK(tlbs.slots.n == 2 && tlbs.slots.v[0].state == MMX_TLB_MOVED, "%zu", tlbs.slots.n);
	CHECK(tlbs.slots.v[1].of_all && tlbs.slots.v[1].state == MMX_TLB_GLOBAL, "its own");
	done();
}

static void registers_are_held_against_it(void)
{
	struct mmx_registers r = {.cr3 = 0x9803, .cr4 = 1 << 17};

	setup(true, true);
	if (!mmx_array_add(&m->image.registers, r))
		abort();
	CHECK(!find()->wrong.code, "user mode's own is right as well: %s", tlbs.v->wrong.text);
	mmx_tlbs_free(&tlbs);
	m->image.registers.v[0].cr3 = 0x8002;
	CHECK(strstr(find()->wrong.text, "CR3 was 0x8002"), "%s", tlbs.v->wrong.text);
	mmx_tlbs_free(&tlbs);
	m->image.live = true;
	CHECK(!find()->wrong.code, "of a kernel that runs nothing is wrong");
	mmx_array_free(&m->image.registers);
	done();
}

static void who_is_not_told_of_changes_is_wrong(void)
{
	setup(true, false);
	mm->cpu_bitmap = 0;
	CHECK(strstr(find()->wrong.text, "not told"), "%s", tlbs.v->wrong.text);
	mmx_tlbs_free(&tlbs);
	state->loaded_mm = 1;
	CHECK(find()->loaded == MMX_LOADED_SWITCHING && !tlbs.v->cr3 && !tlbs.v->wrong.code, "%s",
	      tlbs.v->wrong.text);
	done();
}

int main(void)
{
	RUN(cr3_has_what_the_kernel_writes);
	RUN(slots_are_told_by_their_context);
	RUN(a_number_on_all_cpus_outlasts_slots);
	RUN(registers_are_held_against_it);
	RUN(who_is_not_told_of_changes_is_wrong);
	return unit_end();
}
