// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose page table a page is. Nothing in a table's struct page tells that, so the tables of all
 * address spaces are walked, the kernel's own included, and indexed by frame.
 */
#ifndef MMX_MM_PAGE_TABLE_H
#define MMX_MM_PAGE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/array.h"
#include "base/coverage.h"

struct mmx_kernel;
struct mmx_view;

/* ROLE(entry, "in words") */
#define MMX_PT_ROLES(ROLE)                                                                \
	ROLE(TABLE, "a page table")                                                       \
	ROLE(USER_ROOT, "the root that user mode runs on")                                \
	ROLE(UNUSED_ROOT, "room for a root of user mode's own, unused: isolation is off") \
	ROLE(USER_TABLE, "a page table below the root that user mode runs on")            \
	ROLE(DEPOSIT, "deposited for when a huge mapping is split")

enum mmx_pt_role {
#define ROLE(id, words) MMX_PT_##id,
	MMX_PT_ROLES(ROLE)
#undef ROLE
		MMX_PT_ROLE_COUNT
};

const char *mmx_pt_role_words(enum mmx_pt_role role);

/** mmx_pt_level_name() - "PTE", "PMD", "PUD", "P4D" or "PGD" */
const char *mmx_pt_level_name(const struct mmx_kernel *kernel, unsigned int level);

/**
 * struct mmx_pt_page - a page that is a page table
 * @space: index of the address space that it is of
 * @va: the first address that it maps; of a deposit, that the table it is kept for maps
 */
struct mmx_pt_page {
	uint64_t pfn;
	uint64_t va;
	uint32_t space;
	uint8_t level; /* 1 is the lowest */
	uint8_t role;
};

/**
 * struct mmx_pt_space - an address space
 * @mm: its mm_struct; 0 where that of init_mm is not known
 * @name: of the kernel's own: "init_mm", "efi_mm", ...; else NULL
 * @taskless: no task that was found has it: KVM, vhost, AIO and others keep one beyond its last task
 * @tables: by level, those tables that are its own: not the kernel's, which all share, and without
 *          roots that user mode runs on; [0] counts its deposits
 * @unreadable: tables that could not be read: what is below them is not known
 * @why: the number of the reason why it is not whole (struct mmx_reasons), or 0
 */
struct mmx_pt_space {
	uint64_t mm;
	const char *name;
	bool taskless;
	uint64_t tables[MMX_PT_LEVELS + 1];
	uint64_t unreadable;
	uint32_t why;
};

/** struct mmx_pt_owners - all page tables, by frame; some are shared by several spaces */
struct mmx_pt_owners {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_pt_page);
	struct {
		MMX_ARRAY(struct mmx_pt_space);
	} spaces;
	struct mmx_reasons reasons;
};

/**
 * mmx_pt_owners_find() - walk the page tables of the kernel and of every mm that tasks use
 * mmx_know_pt_owners() keeps them.
 */
int mmx_pt_owners_find(struct mmx_pt_owners *owners, struct mmx_view *view, struct mmx_err *err);
void mmx_pt_owners_free(struct mmx_pt_owners *owners);

/** mmx_pt_range() - the addresses that a table maps; of a deposit, those that it may be for */
void mmx_pt_range(const struct mmx_kernel *kernel, const struct mmx_pt_page *table, uint64_t *first,
		  uint64_t *last);

/** mmx_pt_owner_of() - the entries of a frame, *@n of them; NULL when it is no page table known */
const struct mmx_pt_page *mmx_pt_owner_of(const struct mmx_pt_owners *owners, uint64_t pfn,
					  size_t *n);

#endif
