// SPDX-License-Identifier: GPL-2.0-or-later
/* What page tables have in a range of addresses, counted by state and size; the tables themselves, by level. */
#ifndef MMX_MM_PT_SUMMARY_H
#define MMX_MM_PT_SUMMARY_H

#include <stdint.h>

#include "arch/pagetable.h"
#include "base/coverage.h"
#include "mm/processes/user_entry.h"

struct mmx_view;

/* Of what is mapped two kinds are told apart that are nobody's pages: behind the kinds of entries. */
enum {
	MMX_PT_ZERO = MMX_USER_KIND_COUNT, /* the shared page of zeros, or the huge one */
	MMX_PT_SPECIAL,                    /* the kernel sees no page there */
	MMX_PT_STATES
};

/** mmx_pt_state_word() - "mapped", "swap", "zero page", ... */
const char *mmx_pt_state_word(unsigned int state);

/** mmx_pt_state() - which of those states an entry is in; NONE of the kernel's that are not present */
unsigned int mmx_pt_state(const struct mmx_user_entry *entry, const struct mmx_entry_rules *rules,
			  bool user);

/**
 * struct mmx_pt_summary - what there is in a range
 * @coverage: what could not be walked
 * @entries: by state and level
 * @tables: by level, tables that the range leads through, each once, and what is below it as well: KASAN has one
 *	chain of tables below whole entries of the root
 * @again: times that a table was met that had been met before
 * @used: entries of these, in the range, that are not empty
 * @slots: entries of the root that are not empty, one behind the other as bits
 */
struct mmx_pt_summary {
	struct mmx_coverage coverage;
	uint64_t entries[MMX_PT_STATES][MMX_PT_LEVELS + 1];
	uint64_t tables[MMX_PT_LEVELS + 1], again[MMX_PT_LEVELS + 1], used[MMX_PT_LEVELS + 1];
	uint64_t slots[MMX_PT_ENTRIES / 64];
};

/** mmx_pt_summary_find() - count [first, last] below the root at physical @root; -1 without memory */
int mmx_pt_summary_find(struct mmx_pt_summary *sum, struct mmx_view *view, uint64_t root,
			uint64_t first, uint64_t last, struct mmx_err *err);

#endif
