// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/cpu_feature.h"
#include "kernel/decode.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/processes/mm.h"
#include "mm/processes/task.h"
#include "mm/processes/tlb.h"
#include "mm/processes/user_entry.h"

/* Of x86_64: what stands in CR3 beside the root, and the bit of CR4 that lets a number stand there. */
#define LAM_BIT  61
#define CR4_PCID (1ULL << 17)
#define SLOTS    64 /* more than any kernel has: it has had six since 4.15 */

/* While CR3 and what is said of it differ, loaded_mm is no pointer: LOADED_MM_SWITCHING. */
#define SWITCHING 1

#define NONE (-1)

const char *mmx_loaded_words(unsigned int loaded)
{
	static const char *const words[] = {
#define LOADED(id, words) [MMX_LOADED_##id] = (words),
		MMX_LOADED_REASONS(LOADED)
#undef LOADED
	};

	return loaded < MMX_LOADED_COUNT ? words[loaded] : NULL;
}

const char *mmx_tlb_words(unsigned int state)
{
	static const char *const words[] = {
#define TLB(id, words) [MMX_TLB_##id] = (words),
		MMX_TLB_STATES(TLB)
#undef TLB
	};

	return state < MMX_TLB_STATE_COUNT ? words[state] : NULL;
}

/*
 * Address spaces, as TLBs see them.
 */

struct context {
	uint64_t ctx_id, tlb_gen;
	uint16_t global_asid;
};

static const struct mmx_wanted context_wanted[] = {
	MMX_WANT(struct context, ctx_id, mm_struct, ctx_id),
	MMX_WANT(struct context, tlb_gen, mm_struct, tlb_gen),
	MMX_WANT_IF(struct context, global_asid, mm_struct, global_asid),
};
static const struct mmx_decode context_decode = MMX_DECODE("mm_struct", context_wanted);

static bool add_space(struct mmx_tlbs *t, struct mmx_view *view, uint64_t mm, const char *name)
{
	struct mmx_tlb_space space = {.mm = mm, .name = name};
	struct context context = {0};

	if (mmx_decode_read(&context_decode, view, mm, &context, &space.why))
		mmx_cover_fail(&t->coverage, &space.why);
	space.ctx_id = context.ctx_id;
	space.tlb_gen = context.tlb_gen;
	space.global_asid = context.global_asid;
	return mmx_array_add(&t->spaces, space);
}

static int find_spaces(struct mmx_tlbs *t, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_mms mms;
	uint64_t init_mm;

	if (mmx_symbol_addr(&view->kernel->symbols, "init_mm", &init_mm) &&
	    !add_space(t, view, init_mm, "init_mm"))
		return mmx_fail_nomem(err);
	mmx_mms_begin(&mms, view);
	while (mmx_mms_next(&mms)) {
		if (!add_space(t, view, mms.mm, mms.name))
			return mmx_fail_nomem(err);
	}
	mmx_cover_inherit(&t->coverage, &mms.coverage);
	return 0;
}

static int64_t space_of_mm(const struct mmx_tlbs *t, uint64_t mm)
{
	for (size_t i = 0; i < t->spaces.n; i++) {
		if (t->spaces.v[i].mm == mm)
			return (int64_t)i;
	}
	return NONE;
}

static int64_t space_of_context(const struct mmx_tlbs *t, uint64_t ctx_id)
{
	for (size_t i = 0; i < t->spaces.n; i++) {
		if (!t->spaces.v[i].why.code && t->spaces.v[i].ctx_id == ctx_id)
			return (int64_t)i;
	}
	return NONE;
}

/*
 * A CPU: what it runs, and what is loaded.
 */

struct state {
	uint64_t loaded_mm, cr4;
	uint16_t asid, user_flush;
	uint8_t lam;
	bool invalidate_other;
};

static const struct mmx_wanted state_wanted[] = {
	MMX_WANT(struct state, loaded_mm, tlb_state, loaded_mm),
	MMX_WANT(struct state, asid, tlb_state, loaded_mm_asid),
	MMX_WANT(struct state, cr4, tlb_state, cr4),
	MMX_WANT(struct state, invalidate_other, tlb_state, invalidate_other),
	MMX_WANT_IF(struct state, lam, tlb_state, lam),
	MMX_WANT_IF(struct state, user_flush, tlb_state, user_pcid_flush_mask),
};
static const struct mmx_decode state_decode = MMX_DECODE("tlb_state", state_wanted);

/* Where each CPU has what is read of it. */
struct places {
	uint64_t runqueues, tlbstate, shared;
};

static int find_places(struct places *p, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	static const enum mmx_layout_member need[] = {M_tlb_state_ctxs, M_tlb_context_ctx_id,
						      M_tlb_context_tlb_gen, M_task_struct_mm,
						      M_tlb_state_shared_is_lazy};

	if (!mmx_symbol_addr(symbols, "runqueues", &p->runqueues) ||
	    !mmx_symbol_addr(symbols, "cpu_tlbstate", &p->tlbstate) ||
	    !mmx_symbol_addr(symbols, "cpu_tlbstate_shared", &p->shared))
		return mmx_fail(err, MMX_EMISSING,
				"what CPUs run on is in runqueues, cpu_tlbstate and "
				"cpu_tlbstate_shared, and one of them has no symbol");
	if (mmx_decode_require(&state_decode, &view->kernel->layout, err))
		return -1;
	return mmx_layout_require(&view->kernel->layout, need, sizeof(need) / sizeof(*need), err);
}

static enum mmx_loaded why_loaded(const struct mmx_tlbs *t, const struct mmx_tlb_cpu *cpu,
				  uint64_t task_mm)
{
	const char *name = cpu->space == NONE ? NULL : t->spaces.v[cpu->space].name;

	if (cpu->mm == SWITCHING)
		return MMX_LOADED_SWITCHING;
	if (name && !strcmp(name, "init_mm"))
		return MMX_LOADED_KERNEL;
	if (name)
		return MMX_LOADED_TEMPORARY;
	if (cpu->lazy)
		return MMX_LOADED_LAZY;
	return task_mm == cpu->mm ? MMX_LOADED_OWN : MMX_LOADED_OTHER;
}

/* With encrypted memory the root's address in CR3 says so, as in any entry. */
static int find_cr3(const struct mmx_tlbs *t, struct mmx_tlb_cpu *cpu, struct mmx_view *view,
		    const struct state *state)
{
	const struct mmx_kernel *k = view->kernel;
	int64_t encrypted = 0;
	uint64_t root;

	if (cpu->loaded == MMX_LOADED_SWITCHING)
		return 0;
	if (mmx_user_root(view, cpu->mm, &root, &cpu->why))
		return -1;
	mmx_vmcoreinfo_number(&k->vmcoreinfo, "sme_mask", &encrypted);
	root |= (uint64_t)encrypted | (uint64_t)state->lam << LAM_BIT;
	cpu->cr3 = root | (t->pcid ? mmx_tlb_pcid(cpu->asid, false) : 0);
	if (k->isolation.on && cpu->loaded != MMX_LOADED_KERNEL)
		cpu->user_cr3 = (root + k->isolation.user_root) |
				(t->pcid ? mmx_tlb_pcid(cpu->asid, true) : 0);
	return 0;
}

/* A CPU's own memory is where one of its GS bases says; a kernel for one CPU has none apart. */
static const struct mmx_registers *registers_of(const struct mmx_tlbs *t,
						const struct mmx_tlb_cpu *cpu,
						const struct mmx_image *image)
{
	for (size_t i = 0; i < image->registers.n; i++) {
		const struct mmx_registers *r = &image->registers.v[i];

		if (cpu->offset ? r->gs[0] == cpu->offset || r->gs[1] == cpu->offset
				: t->n == 1 && image->registers.n == 1)
			return r;
	}
	return NULL;
}

/* What is loaded is known without it. */
static uint64_t task_mm_of(struct mmx_tlb_cpu *cpu, struct mmx_view *view, const struct places *p)
{
	uint64_t mm;

	if (mmx_kget(view, p->runqueues + cpu->offset, M_rq_curr, &cpu->task, &cpu->no_task) ||
	    mmx_kget(view, cpu->task, M_task_struct_mm, &mm, &cpu->no_task))
		return 0;
	return mm;
}

static int read_cpu(struct mmx_tlbs *t, struct mmx_tlb_cpu *cpu, struct mmx_view *view,
		    const struct places *p, struct state *state)
{
	uint64_t lazy;

	if (mmx_decode_read(&state_decode, view, p->tlbstate + cpu->offset, state, &cpu->why) ||
	    mmx_kget(view, p->shared + cpu->offset, M_tlb_state_shared_is_lazy, &lazy, &cpu->why))
		return -1;
	cpu->mm = state->loaded_mm;
	cpu->asid = state->asid;
	cpu->cr4 = state->cr4;
	cpu->invalidate_other = t->pcid && state->invalidate_other; /* without, every switch does */
	cpu->lazy = lazy;
	cpu->space = space_of_mm(t, cpu->mm);
	cpu->loaded = why_loaded(t, cpu, task_mm_of(cpu, view, p));
	cpu->registers = registers_of(t, cpu, view->kernel->image);
	return find_cr3(t, cpu, view, state);
}

/*
 * What cannot be. The first that is found is told.
 */

static void say_wrong(struct mmx_err *wrong, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say_wrong(struct mmx_err *wrong, const char *fmt, ...)
{
	va_list args;

	if (wrong->code)
		return;
	va_start(args, fmt);
	mmx_vfail(wrong, MMX_ECORRUPT, fmt, args);
	va_end(args);
}

static void check_cpu(const struct mmx_tlbs *t, struct mmx_tlb_cpu *cpu)
{
	const struct mmx_registers *r = cpu->registers;

	if (t->moves || cpu->loaded == MMX_LOADED_SWITCHING)
		return;
	if (cpu->space == NONE && mmx_cover_whole(&t->coverage))
		say_wrong(&cpu->wrong, "0x%" PRIx64 " is loaded, which is no address space",
			  cpu->mm);
	if (t->pcid != !!(cpu->cr4 & CR4_PCID))
		say_wrong(&cpu->wrong,
			  "the kernel %s what is in TLBs, and CR4 of this CPU, 0x%" PRIx64
			  ", says otherwise",
			  t->pcid ? "numbers" : "does not number", cpu->cr4);
	if (r && r->cr3 != cpu->cr3 && (!cpu->user_cr3 || r->cr3 != cpu->user_cr3))
		say_wrong(&cpu->wrong, "CR3 was 0x%" PRIx64 ", and what is loaded makes 0x%" PRIx64,
			  r->cr3, cpu->cr3);
}

/*
 * Slots of a TLB.
 */

static bool add_slot(struct mmx_tlbs *t, struct mmx_tlb_cpu *cpu, const struct mmx_tlb_slot *slot)
{
	cpu->n_slots++;
	return mmx_array_add(&t->slots, *slot);
}

static enum mmx_tlb_state without_space(const struct mmx_tlbs *t)
{
	return mmx_cover_whole(&t->coverage) ? MMX_TLB_GONE : MMX_TLB_NOBODYS;
}

static enum mmx_tlb_state state_of(const struct mmx_tlbs *t, const struct mmx_tlb_cpu *cpu,
				   const struct mmx_tlb_slot *slot)
{
	const struct mmx_tlb_space *space = slot->space == NONE ? NULL : &t->spaces.v[slot->space];
	bool in_use = cpu->loaded != MMX_LOADED_SWITCHING && slot->asid == cpu->asid;

	if (!space)
		return without_space(t);
	if (space->why.code)
		return MMX_TLB_UNKNOWN;
	if (in_use && slot->tlb_gen < space->tlb_gen)
		return cpu->lazy ? MMX_TLB_LAZY_BEHIND : MMX_TLB_BEHIND;
	if (in_use)
		return cpu->lazy ? MMX_TLB_LAZY : MMX_TLB_LOADED;
	if (space->global_asid)
		return MMX_TLB_MOVED;
	return slot->tlb_gen < space->tlb_gen ? MMX_TLB_STALE : MMX_TLB_KEPT;
}

static void check_slot(const struct mmx_tlbs *t, const struct mmx_tlb_cpu *cpu,
		       struct mmx_tlb_slot *slot)
{
	const struct mmx_tlb_space *space = slot->space == NONE ? NULL : &t->spaces.v[slot->space];

	if (t->moves)
		return;
	if (cpu->loaded != MMX_LOADED_SWITCHING && slot->asid == cpu->asid && cpu->space != NONE &&
	    !t->spaces.v[cpu->space].why.code && slot->space != cpu->space)
		say_wrong(&slot->wrong,
			  "it is in use, and of context 0x%" PRIx64
			  ", where what is loaded is 0x%" PRIx64,
			  slot->ctx_id, t->spaces.v[cpu->space].ctx_id);
	if (space && !space->why.code && slot->tlb_gen > space->tlb_gen)
		say_wrong(&slot->wrong,
			  "it is as of change %" PRIu64 ", and the address space has had %" PRIu64,
			  slot->tlb_gen, space->tlb_gen);
	if (slot->wrong.code)
		slot->state = MMX_TLB_UNKNOWN;
}

/* Without PCIDs all else was flushed with the last switch. One without a context is flushed before it is used. */
static int find_slots(struct mmx_tlbs *t, struct mmx_tlb_cpu *cpu, struct mmx_view *view,
		      const struct places *p, const struct state *state, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	const struct mmx_member *ctxs = &l->member[M_tlb_state_ctxs].m;
	uint64_t at = p->tlbstate + cpu->offset + mmx_off(l, M_tlb_state_ctxs);
	unsigned int n = ctxs->nelems < SLOTS ? ctxs->nelems : SLOTS;

	cpu->slots = t->slots.n;
	for (uint32_t asid = 0; asid < (t->pcid ? n : 1); asid++, at += ctxs->elem_size) {
		struct mmx_tlb_slot slot = {.asid = asid};

		if (mmx_kget(view, at, M_tlb_context_ctx_id, &slot.ctx_id, &cpu->why) ||
		    mmx_kget(view, at, M_tlb_context_tlb_gen, &slot.tlb_gen, &cpu->why))
			return 0;
		if (!slot.ctx_id && (asid != cpu->asid || cpu->loaded == MMX_LOADED_SWITCHING))
			continue;
		slot.space = space_of_context(t, slot.ctx_id);
		slot.state = state_of(t, cpu, &slot);
		slot.user_flush = t->pcid && view->kernel->isolation.on &&
				  state->user_flush >> mmx_tlb_pcid(asid, false) & 1;
		check_slot(t, cpu, &slot);
		if (!add_slot(t, cpu, &slot))
			return mmx_fail_nomem(err);
	}
	return 0;
}

/*
 * Masks: which CPUs an address space tells of changes.
 */

#define MASK_BYTES 1024 /* 8192 CPUs */

static bool in_mask(const unsigned char *mask, unsigned int cpu)
{
	return cpu < MASK_BYTES * 8 && mask[cpu / 8] >> cpu % 8 & 1;
}

static bool exempt(const struct mmx_tlb_cpu *cpu)
{
	return cpu->loaded == MMX_LOADED_KERNEL || cpu->loaded == MMX_LOADED_TEMPORARY ||
	       cpu->loaded == MMX_LOADED_SWITCHING;
}

static bool is_init_mm(const struct mmx_tlbs *t, int64_t space)
{
	const char *name = t->spaces.v[space].name;

	return name && !strcmp(name, "init_mm");
}

static void look_at_mask(struct mmx_tlbs *t, int64_t space, const unsigned char *mask)
{
	for (size_t i = 0; i < t->n; i++) {
		struct mmx_tlb_cpu *cpu = &t->v[i];

		cpu->masks += in_mask(mask, cpu->nr) && !is_init_mm(t, space);
		if (!t->moves && !cpu->why.code && cpu->space == space && !exempt(cpu) &&
		    !in_mask(mask, cpu->nr))
			say_wrong(
				&cpu->wrong,
				"mm_cpumask of what is loaded has not this CPU: it is not told of "
				"changes");
	}
}

static void find_masks(struct mmx_tlbs *t, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned char mask[MASK_BYTES] = {0};
	size_t size = t->n ? (t->v[t->n - 1].nr / 64 + 1) * 8 : 0;
	struct mmx_err err;

	if (mmx_layout_require(l, (enum mmx_layout_member[]){M_mm_struct_cpu_bitmap}, 1, &err)) {
		mmx_cover_fail(&t->coverage, &err);
		return;
	}
	if (size > sizeof(mask))
		size = sizeof(mask);
	for (size_t i = 0; i < t->spaces.n; i++) {
		const struct mmx_tlb_space *space = &t->spaces.v[i];

		if (space->why.code)
			continue;
		if (mmx_kread_ok(view, space->mm + mmx_off(l, M_mm_struct_cpu_bitmap), mask, size,
				 "mm_cpumask", &err))
			mmx_cover_fail(&t->coverage, &err);
		else
			look_at_mask(t, (int64_t)i, mask);
	}
}

/*
 * All of it.
 */

static bool is_dynamic(const struct mmx_layout *l, uint32_t asid)
{
	return asid < l->member[M_tlb_state_ctxs].m.nelems;
}

static int find_one(struct mmx_tlbs *t, struct mmx_tlb_cpu *cpu, struct mmx_view *view,
		    const struct places *p, struct mmx_err *err)
{
	struct state state = {0};

	cpu->space = NONE;
	if (read_cpu(t, cpu, view, p, &state))
		return 0;
	check_cpu(t, cpu);
	if (find_slots(t, cpu, view, p, &state, err))
		return -1;
	if (cpu->loaded != MMX_LOADED_SWITCHING && t->pcid &&
	    !is_dynamic(&view->kernel->layout, cpu->asid)) {
		const struct mmx_tlb_slot slot = {.asid = cpu->asid,
						  .space = cpu->space,
						  .of_all = true,
						  .state = MMX_TLB_GLOBAL};

		if (!add_slot(t, cpu, &slot))
			return mmx_fail_nomem(err);
	}
	return 0;
}

int mmx_tlbs_find(struct mmx_tlbs *t, struct mmx_view *view, struct mmx_err *err)
{
	struct mmx_cpus cpus = {0};
	struct places places;

	*t = (struct mmx_tlbs){.moves = view->kernel->image->live};
	if (find_places(&places, view, err) || mmx_cpu_feature(view, MMX_CPU_PCID, &t->pcid, err) ||
	    find_spaces(t, view, err) || mmx_cpus_online(&cpus, view, err))
		return -1;
	for (size_t i = 0; i < cpus.n; i++) {
		if (!mmx_array_add(t, (struct mmx_tlb_cpu){.nr = cpus.v[i].nr,
							   .offset = cpus.v[i].offset})) {
			mmx_cpus_free(&cpus);
			return mmx_fail_nomem(err);
		}
	}
	mmx_cpus_free(&cpus);
	for (size_t i = 0; i < t->n; i++) {
		if (find_one(t, &t->v[i], view, &places, err))
			return -1;
	}
	find_masks(t, view);
	return 0;
}

void mmx_tlbs_free(struct mmx_tlbs *t)
{
	mmx_array_free(t);
	mmx_array_free(&t->slots);
	mmx_array_free(&t->spaces);
}
