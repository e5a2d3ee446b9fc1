// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ledger against the kernel's own counters. What a counter says and what was counted may differ by what
 * the kernel's own ways explain: CPUs hold back a part of each counter, free memory that is isolated does
 * not count as free, a task that is dead has its stack still. Each such part is computed, never assumed; what
 * is left over is unexplained, and a finding.
 */
#ifndef MMX_MM_RECONCILE_H
#define MMX_MM_RECONCILE_H

#include "mm/ledger/ledger.h"

#define MMX_BALANCE_PARTS 6

/** enum mmx_part - what explains a difference */
#define MMX_PARTS(PART)                                                                    \
	PART(PENDING, "what CPUs have not added to the counter yet")                       \
	PART(ISOLATED, "free memory of isolated pageblocks, which the counter leaves out") \
	PART(DEAD, "stacks of tasks that are dead, which do not count any more")           \
	PART(MISSING, "frames whose struct page is not in the dump")                       \
	PART(DIRTY, "dirty pages of files that could not be asked whether theirs count")   \
	PART(MAPPED, "pages of which could not be told whether they are mapped")           \
	PART(KMALLOC, "large kmalloc, which nothing marks as such on this kernel")         \
	PART(STRAY, "slabs whose cache could not be told")                                 \
	PART(BALLOON, "pages of a balloon that the counter or its driver's list lacks")    \
	PART(TAKEN, "what balloons and drivers of plugged memory took away")               \
	PART(SELF_HOSTED, "struct pages that lie in the memory that they are of")          \
	PART(ISOLATED_BLOCKS, "isolated pageblocks, whose type does not show")             \
	PART(REFERENCES, "pages with so many other references that they look pinned")      \
	PART(UNTYPED, "pageblocks whose type could not be read")

enum mmx_part {
#define PART(id, words) MMX_PART_OF_##id,
	MMX_PARTS(PART)
#undef PART
		MMX_PART_COUNT
};

const char *mmx_part_words(enum mmx_part part);

/**
 * struct mmx_balance - a counter, and what was counted of the same
 * @name: of the counter, or of several that are one sum
 * @unit: "pages" or "kB"
 * @node, @zone: what of the system it is of, the zone by its place in mmx_mem(kernel)->zones; -1: all
 * @kernel: the counter as it stands
 * @counted: what was counted
 * @part: by which amount each mechanism makes the counter larger
 * @unexplained: what is left over of @kernel - @counted
 * @why: why the counter could not be read; then nothing but @counted holds
 */
struct mmx_balance {
	char name[64];
	const char *unit;
	int node, zone;
	int64_t kernel, counted;
	unsigned int n_parts;
	struct {
		enum mmx_part what;
		int64_t amount;
	} part[MMX_BALANCE_PARTS];
	int64_t unexplained;
	struct mmx_err why;
};

/** struct mmx_uncounted - a counter that nothing in struct pages tells of; @name as of struct mmx_balance */
struct mmx_uncounted {
	char name[64];
	const char *unit;
	int64_t kernel, pending;
};

/**
 * struct mmx_balances - of the whole system, then of single nodes and zones
 * @uncounted: those that are not 0
 */
struct mmx_balances {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_balance);
	struct {
		MMX_ARRAY(struct mmx_uncounted);
	} uncounted;
};

/** mmx_balances_find() - hold a ledger against all counters that this kernel has; -1 without memory */
int mmx_balances_find(struct mmx_balances *balances, const struct mmx_ledger *ledger,
		      struct mmx_view *view, struct mmx_err *err);
void mmx_balances_free(struct mmx_balances *balances);

static inline int64_t mmx_balance_difference(const struct mmx_balance *b)
{
	return b->kernel - b->counted;
}

#endif
