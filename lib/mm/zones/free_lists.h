// SPDX-License-Identifier: GPL-2.0-or-later
/* All free lists of the buddy allocator, walked and checked. */
#ifndef MMX_MM_FREE_LISTS_H
#define MMX_MM_FREE_LISTS_H

#include "mm/frames/page_list.h"

/*
 * What can be wrong: FAULT(id, "word"). Those up to the line are found by walking the lists, the others by
 * looking at all struct pages.
 */
#define MMX_FREE_FAULTS(FAULT)           \
	FAULT(LINK, "wrong-link")        \
	FAULT(BROKEN, "list-broken")     \
	FAULT(CYCLE, "cycle")            \
	FAULT(TWICE, "on-two-lists")     \
	FAULT(NOT_FREE, "not-free")      \
	FAULT(HELD, "held")              \
	FAULT(ORDER, "wrong-order")      \
	FAULT(ALIGN, "misaligned")       \
	FAULT(ZONE, "wrong-zone")        \
	FAULT(SPAN, "outside-of-zone")   \
	FAULT(TYPE, "wrong-migratetype") \
	FAULT(NR_FREE, "wrong-nr-free")  \
	FAULT(COUNTER, "wrong-counter")  \
	/* By struct pages. */           \
	FAULT(UNLISTED, "on-no-list")    \
	FAULT(OVERLAP, "overlap")        \
	FAULT(UNMERGED, "unmerged")

enum mmx_free_fault {
#define FAULT(id, word) MMX_FREE_##id,
	MMX_FREE_FAULTS(FAULT)
#undef FAULT
		MMX_FREE_FAULT_COUNT
};

const char *mmx_free_fault_word(unsigned int fault);

/** struct mmx_free_finding - something that is wrong; @addr: of what it is wrong in */
struct mmx_free_finding {
	const struct mmx_zone *zone;
	uint64_t addr;
	uint8_t fault;
	char text[223];
};

/* Findings of one fault that are kept; those behind them are only counted. */
#define MMX_FREE_FINDINGS_KEPT 100

/** struct mmx_free_findings - all of them; @count: how many of each fault, those not kept included */
struct mmx_free_findings {
	MMX_ARRAY(struct mmx_free_finding);
	uint64_t count[MMX_FREE_FAULT_COUNT];
};

/** mmx_free_find() - enter a finding; -1 without memory */
int mmx_free_find(struct mmx_free_findings *f, enum mmx_free_fault fault,
		  const struct mmx_zone *zone, uint64_t addr, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/** mmx_free_findings_total() - how many there are, those not kept included */
uint64_t mmx_free_findings_total(const struct mmx_free_findings *findings);

/**
 * struct mmx_free_zone - the free memory of a zone
 * @blocks: found on the lists, by order and migrate type
 * @nr_free: the kernel's count of blocks by order; @nr_free_read tells whether it could be read
 * @lock: a word of its lock, which is 0 when nobody holds that; @lock_read tells whether it could be read
 * @elsewhere: blocks on the list of another type than their pageblock's, where that is no fault
 * @frames, @isolated: in those blocks; and those of them that are on lists of isolated blocks
 */
struct mmx_free_zone {
	const struct mmx_zone *zone;
	uint64_t blocks[MMX_BLOCK_ORDERS][MMX_MIGRATE_TYPES];
	uint64_t nr_free[MMX_BLOCK_ORDERS];
	enum mmx_read nr_free_read[MMX_BLOCK_ORDERS];
	uint64_t lock;
	enum mmx_read lock_read;
	uint64_t elsewhere;
	uint64_t frames, isolated;
};

/**
 * struct mmx_free_lists - the lists of all populated zones
 * @orders, @types: lists that a zone has
 * @same_type: this kernel has every block on the list of its pageblock's type, since 6.10
 */
struct mmx_free_lists {
	struct mmx_coverage coverage;
	unsigned int orders, types;
	bool same_type;
	MMX_ARRAY(struct mmx_free_zone);
	struct mmx_free_findings findings;
	struct mmx_page_heads heads;
};

/** mmx_free_lists_find() - walk and check all of them: mmx_know_free_lists() keeps them */
int mmx_free_lists_find(struct mmx_free_lists *lists, struct mmx_view *view, struct mmx_err *err);
void mmx_free_lists_free(struct mmx_free_lists *lists);

#endif
