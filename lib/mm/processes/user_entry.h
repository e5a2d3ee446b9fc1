// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an entry of a user page table is, by this kernel's own rules: a page of some size, or what stands
 * where none does - a slot of swap, a page under migration, poison, a device's memory, a marker.
 *
 *	const struct mmx_entry_rules *rules = mmx_know_entry_rules(view);
 *	struct mmx_user_entries e;
 *
 *	if (mmx_user_entries_begin(&e, view, mm, start, last, 0, err))
 *		return -1;
 *	while (mmx_user_entries_next(&e))
 *		use(&e.entry);
 *	mmx_cover_inherit(&mine.coverage, &e.pt.coverage);
 *
 * Entries that are empty are passed over, unless MMX_PT_GAPS asks for them.
 */
#ifndef MMX_MM_USER_ENTRY_H
#define MMX_MM_USER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/pagetable.h"
#include "base/coverage.h"
#include "base/err.h"
#include "mm/swap/swap_types.h"

struct mmx_view;

/* KIND(entry, "in words"): what stands in an entry */
#define MMX_USER_KINDS(KIND)                                                        \
	KIND(MAPPED, "mapped")                                                      \
	KIND(NO_ACCESS, "mapped without access: PROT_NONE, or a NUMA hint")         \
	KIND(NONE, "nothing: never touched, or not there any more")                 \
	KIND(SWAP, "swapped out")                                                   \
	KIND(MIGRATION, "being migrated")                                           \
	KIND(DEVICE, "in a device's memory")                                        \
	KIND(EXCLUSIVE, "mapped for a device alone")                                \
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

/* What a marker says: bits of its offset, the same in every release that has them. */
#define MMX_MARKER_UFFD_WP  (1u << 0) /* userfaultfd protects from writing what will stand there */
#define MMX_MARKER_POISONED (1u << 1) /* since 6.2: its contents are lost, or said to be */
#define MMX_MARKER_GUARD    (1u << 2) /* since 6.13: no access, whatever the VMA says */

/**
 * struct mmx_entry_rules - how this kernel's entries are told apart: mmx_know_entry_rules() keeps it
 * @devmap: the bit of huge entries whose page is nobody's: files of DAX, up to 6.16; 0 when there is none
 * @saved_dirty: the bit that keeps dirtiness of entries that are not writable, since 6.6; 0 before
 * @zero_pfn, @huge_zero_pfn: the shared pages of zeros; ~0 where there is none or it is not known
 */
struct mmx_entry_rules {
	struct mmx_coverage coverage;
	struct mmx_swap_types types;
	uint64_t devmap, saved_dirty;
	uint64_t zero_pfn, huge_zero_pfn;
};

int mmx_entry_rules_find(struct mmx_entry_rules *rules, struct mmx_view *view, struct mmx_err *err);
void mmx_entry_rules_free(struct mmx_entry_rules *rules);

/**
 * struct mmx_user_entry - what a user address leads to
 * @flags: MMX_PTE_*, present or not. DIRTY counts what was dirty before it was write-protected. Of a page
 *         under migration they are its own as the entry keeps them, and EXCLUSIVE means the anonymous page
 *         is this process's alone; YOUNG and DIRTY of one only where the processor leaves room for them
 * @zero: MAPPED: the shared page of zeros, or the huge one
 * @pfn: MAPPED, NO_ACCESS, MIGRATION, DEVICE, EXCLUSIVE, HWPOISON: the frame behind the address
 * @type, @offset: what an entry that is not present says; SWAP: area and page in it, of the address
 * @marker: MARKER: MMX_MARKER_*
 * @pte: the entry; of NONE, UNREADABLE and BROKEN only what is known
 */
struct mmx_user_entry {
	enum mmx_user_kind kind;
	unsigned int flags;
	bool zero;
	unsigned int type;
	unsigned int marker;
	uint64_t pfn;
	uint64_t offset;
	struct mmx_pte pte;
};

/** mmx_user_mapped() - whether a frame stands there, with access or without */
static inline bool mmx_user_mapped(enum mmx_user_kind kind)
{
	return kind == MMX_USER_MAPPED || kind == MMX_USER_NO_ACCESS;
}

/**
 * mmx_user_resident() - whether smaps counts the page to the process, if it is a page of anybody
 * One under migration stays so, though its mapcount counts the entry no more (mm/rmap/ has that rule), as does one
 * that a device has.
 */
static inline bool mmx_user_resident(enum mmx_user_kind kind)
{
	return mmx_user_mapped(kind) || kind == MMX_USER_MIGRATION || kind == MMX_USER_DEVICE ||
	       kind == MMX_USER_EXCLUSIVE;
}

/** mmx_user_has_pfn() - whether an entry names a frame */
static inline bool mmx_user_has_pfn(enum mmx_user_kind kind)
{
	return mmx_user_resident(kind) || kind == MMX_USER_HWPOISON;
}

/**
 * mmx_user_special() - MAPPED, NO_ACCESS: the kernel itself sees no page there, though a frame stands there
 * Nobody counts it: device memory and others' pages mapped as they are, the pages of zeros, DAX up to 6.16.
 */
bool mmx_user_special(const struct mmx_user_entry *entry, const struct mmx_entry_rules *rules);

/** mmx_user_entry() - what a page-table entry means for an address that it covers */
void mmx_user_entry(struct mmx_user_entry *entry, const struct mmx_view *view,
		    const struct mmx_entry_rules *rules, const struct mmx_pte *pte, uint64_t addr);

/** struct mmx_user_entries - a walk over the entries of an address space */
struct mmx_user_entries {
	struct mmx_user_entry
		entry;    /* for the first address that it has of the range: entry.pte.start */
	struct mmx_pt pt; /* its coverage tells what could not be walked */
	/* Private. */
	const struct mmx_view *view;
	const struct mmx_entry_rules *rules;
};

/**
 * mmx_user_entries_begin() - walk [start, last] of an address space; -1 when @mm has no page tables
 * @flags: how, as mmx_pt_begin() takes them, but for MMX_PT_TABLES
 */
int mmx_user_entries_begin(struct mmx_user_entries *e, struct mmx_view *view, uint64_t mm,
			   uint64_t start, uint64_t last, unsigned int flags, struct mmx_err *err);

/** mmx_user_entries_next() - go to the next entry or run; false at the end of the range */
bool mmx_user_entries_next(struct mmx_user_entries *e);

/** mmx_user_lookup() - what one address leads to in an address space; -1 when @mm has no page tables */
int mmx_user_lookup(struct mmx_user_entry *entry, struct mmx_view *view, uint64_t mm, uint64_t addr,
		    struct mmx_err *err);

/** mmx_user_root() - the physical address of the root of an address space's page tables */
int mmx_user_root(struct mmx_view *view, uint64_t mm, uint64_t *root, struct mmx_err *err);

/**
 * mmx_user_begin() - walk the page tables themselves of an address space, [start, last]
 * @flags: how, as mmx_pt_begin() takes them; then mmx_pt_next()
 */
int mmx_user_begin(struct mmx_pt *pt, struct mmx_view *view, uint64_t mm, uint64_t start,
		   uint64_t last, unsigned int flags, struct mmx_err *err);

#endif
