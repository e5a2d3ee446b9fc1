// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User memory of the dead kernel's processes, through their page tables: the frame behind an
 * address, or what stands there in its place.
 */
#ifndef MMX_MM_USERMEM_H
#define MMX_MM_USERMEM_H

#include <stdint.h>

#include "arch/pagetable.h"
#include "base/err.h"
#include "mm/swap/swap_areas.h"

struct mmx_tasks;
struct mmx_view;

/* KIND(entry, "in words"): what a user address leads to */
#define MMX_USER_KINDS(KIND)                                                        \
	KIND(MAPPED, "mapped")                                                      \
	KIND(NO_ACCESS, "mapped without access: PROT_NONE, or a NUMA hint")         \
	KIND(NONE, "nothing: never touched, or not there any more")                 \
	KIND(SWAP, "swapped out")                                                   \
	KIND(MIGRATION, "being migrated")                                           \
	KIND(DEVICE, "in a device's memory")                                        \
	KIND(HWPOISON, "poisoned after a memory error")                             \
	KIND(MARKER, "a marker: write-protected, poisoned or guarded, and no page") \
	KIND(SWAP_ERROR, "lost when it was to be read from swap")                   \
	KIND(UNREADABLE, "unknown: its page table cannot be read")                  \
	KIND(BROKEN, "unknown: its page tables contradict each other")

enum mmx_user_kind {
#define KIND(id, words) MMX_USER_##id,
	MMX_USER_KINDS(KIND)
#undef KIND
		MMX_USER_KIND_COUNT
};

const char *mmx_user_words(enum mmx_user_kind kind);

/**
 * struct mmx_user_page - what a user address leads to
 * @pfn: MAPPED, NO_ACCESS, MIGRATION, DEVICE, HWPOISON: the frame
 * @type, @offset: what an entry that is not present says; SWAP: area and page in it
 * @pte: the entry; of NONE, UNREADABLE and BROKEN only what is known
 */
struct mmx_user_page {
	enum mmx_user_kind kind;
	uint64_t pfn;
	unsigned int type;
	uint64_t offset;
	struct mmx_pte pte;
};

/** mmx_user_mapped() - whether a frame stands there, with access or without */
static inline bool mmx_user_mapped(enum mmx_user_kind kind)
{
	return kind == MMX_USER_MAPPED || kind == MMX_USER_NO_ACCESS;
}

/** mmx_user_entry() - what a page-table entry means for an address that it covers */
void mmx_user_entry(struct mmx_user_page *page, const struct mmx_view *view,
		    const struct mmx_swap_types *types, const struct mmx_pte *pte, uint64_t addr);

/** mmx_user_page() - what an address leads to in an address space; -1 when @mm has no page tables */
int mmx_user_page(struct mmx_user_page *page, struct mmx_view *view,
		  const struct mmx_swap_types *types, uint64_t mm, uint64_t addr,
		  struct mmx_err *err);

/**
 * mmx_user_begin() - walk the page tables of an address space, [start, last]
 * @flags: how, as mmx_pt_begin() takes them; then mmx_pt_next()
 */
int mmx_user_begin(struct mmx_pt *pt, struct mmx_view *view, uint64_t mm, uint64_t start,
		   uint64_t last, unsigned int flags, struct mmx_err *err);

/**
 * struct mmx_users - whose memory it is; filled once for any number of look-ups
 * @swaps: to hold entries of swapped pages against; may be NULL
 */
struct mmx_users {
	const struct mmx_tasks *tasks;
	const struct mmx_swaps *swaps;
	struct mmx_swap_types types;
};

/** mmx_user_mm() - the address space of a process or thread; -1 when there is none, and why */
int mmx_user_mm(const struct mmx_users *users, int32_t pid, uint64_t *mm, struct mmx_err *err);

/**
 * mmx_user_phys() - the physical address behind a user address of a process or thread
 * Fails with what stands there when no frame does.
 */
int mmx_user_phys(struct mmx_view *view, const struct mmx_users *users, int32_t pid, uint64_t addr,
		  uint64_t *phys, struct mmx_err *err);

#endif
