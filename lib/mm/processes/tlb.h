// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What CPUs run on: the address space that each has loaded, CR3 as the kernel wrote it for that, and what its TLB may
 * still have of it and of others. A CPU keeps what it knows of a few address spaces apart by number (the kernel's ASID;
 * the processor's PCID is one more), and the kernel notes for each how new that is; without PCIDs whatever is loaded
 * flushes what was there before.
 *
 *	struct mmx_tlbs tlbs;
 *
 *	if (mmx_tlbs_find(&tlbs, view, &err))
 *		return -1;
 *	for (size_t i = 0; i < tlbs.n; i++)
 *		use(&tlbs.v[i]);
 *	mmx_tlbs_free(&tlbs);
 */
#ifndef MMX_MM_TLB_H
#define MMX_MM_TLB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;
struct mmx_task;

/* LOADED(entry, "in words"): why an address space is the one that is loaded */
#define MMX_LOADED_REASONS(LOADED)      \
	LOADED(OWN, "its task's")       \
	LOADED(LAZY, "kept lazily")     \
	LOADED(KERNEL, "the kernel's")  \
	LOADED(TEMPORARY, "temporary")  \
	LOADED(OTHER, "not its task's") \
	LOADED(SWITCHING, "being switched")

enum mmx_loaded {
#define LOADED(id, words) MMX_LOADED_##id,
	MMX_LOADED_REASONS(LOADED)
#undef LOADED
		MMX_LOADED_COUNT
};

/* TLB(entry, "in words"): what there may be of an address space in a TLB */
#define MMX_TLB_STATES(TLB)                                                          \
	TLB(LOADED, "in use")                                                        \
	TLB(LAZY, "kept lazily, and up to date")                                     \
	TLB(BEHIND, "in use, and behind: a flush is on its way, or was lost")        \
	TLB(LAZY_BEHIND, "kept lazily, and behind: flushed before it is used again") \
	TLB(KEPT, "kept: would be used again as it is")                              \
	TLB(STALE, "kept, and behind: flushed when it is next used")                 \
	TLB(MOVED, "kept for nothing: it has a number on all CPUs now")              \
	TLB(GLOBAL, "under its number on all CPUs, and kept up to date there")       \
	TLB(GONE, "of an address space that is gone: never used again")              \
	TLB(NOBODYS, "of no address space that is known")                            \
	TLB(UNKNOWN, "not known")

enum mmx_tlb_state {
#define TLB(id, words) MMX_TLB_##id,
	MMX_TLB_STATES(TLB)
#undef TLB
		MMX_TLB_STATE_COUNT
};

const char *mmx_loaded_words(unsigned int loaded);
const char *mmx_tlb_words(unsigned int state);

/**
 * struct mmx_tlb_space - an address space, as TLBs see it
 * @name: of one of the kernel's own: "init_mm", "efi_mm"
 * @ctx_id, @tlb_gen: its number, which no other one ever has, and how often what it maps was changed
 * @global_asid: its ASID on all CPUs, since 6.15 where the processor can flush those of others; else 0
 * @why: those are not known
 */
struct mmx_tlb_space {
	uint64_t mm;
	const char *name;
	uint64_t ctx_id, tlb_gen;
	uint32_t global_asid;
	struct mmx_err why;
};

/**
 * struct mmx_tlb_slot - what a CPU's TLB may have of one address space
 * @space: its index, -1 when it is none that is known
 * @of_all: @asid is the same on all CPUs; then there is no @ctx_id and no @tlb_gen
 * @user_flush: with page-table isolation: what user mode had is flushed before it goes there again
 * @wrong: what cannot be
 */
struct mmx_tlb_slot {
	uint32_t asid;
	uint64_t ctx_id, tlb_gen;
	int64_t space;
	enum mmx_tlb_state state;
	bool of_all, user_flush;
	struct mmx_err wrong;
};

/**
 * struct mmx_tlb_cpu - a CPU that is online, and what it runs on
 * @task: that it runs; @mm: that is loaded; @loaded: why that one
 * @cr3: as the kernel wrote it, and @user_cr3: what user mode runs on, with page-table isolation; of SWITCHING neither
 * @registers: as whoever ran the machine saw them; NULL when the dump has none of this CPU
 * @cr4: as the kernel remembers it
 * @masks: how many address spaces count on this CPU to be told of changes
 * @invalidate_other: all but what is in use is to be forgotten with the next switch
 * @slots, @n_slots: of its TLB, in struct mmx_tlbs
 * @no_task: what is of its task is not known; @why: nor is all else; @wrong: what cannot be
 */
struct mmx_tlb_cpu {
	unsigned int nr;
	uint64_t offset;
	uint64_t task, mm;
	enum mmx_loaded loaded;
	int64_t space;
	uint64_t cr3, user_cr3;
	const struct mmx_registers *registers;
	uint64_t cr4;
	uint32_t asid, masks;
	bool lazy, invalidate_other;
	size_t slots, n_slots;
	struct mmx_err no_task, why, wrong;
};

/**
 * struct mmx_tlbs - those of all CPUs that are online
 * @coverage: what of address spaces is not known
 * @pcid: the kernel numbers what is in a TLB
 * @moves: the kernel runs, so what was read one after the other need not agree: nothing is called wrong
 */
struct mmx_tlbs {
	struct mmx_coverage coverage;
	bool pcid, moves;
	MMX_ARRAY(struct mmx_tlb_cpu);
	struct {
		MMX_ARRAY(struct mmx_tlb_slot);
	} slots;
	struct {
		MMX_ARRAY(struct mmx_tlb_space);
	} spaces;
};

int mmx_tlbs_find(struct mmx_tlbs *tlbs, struct mmx_view *view, struct mmx_err *err);
void mmx_tlbs_free(struct mmx_tlbs *tlbs);

/** mmx_tlb_pcid() - the processor's number for the kernel's; @user: that under which user mode's own tables are kept */
static inline uint32_t mmx_tlb_pcid(uint32_t asid, bool user)
{
	return asid + 1 + (user ? 1u << 11 : 0);
}

#endif
