// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A walk over page tables: any root, any range of addresses.
 *
 *	struct mmx_pt pt;
 *
 *	mmx_pt_begin(&pt, reader, arch, paging, root, first, last, MMX_PT_RUNS | MMX_PT_GAPS);
 *	while (mmx_pt_next(&pt))
 *		use(&pt.pte);
 *	mmx_cover_inherit(&mine.coverage, &pt.coverage);
 *
 * Each level's table is kept, read once in one piece for as long as the walk is below it, and a walk
 * that is sent elsewhere with mmx_pt_seek() keeps those that it passes again. Steps allocate nothing.
 */
#ifndef MMX_ARCH_PAGETABLE_H
#define MMX_ARCH_PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arch.h"
#include "base/coverage.h"

/* MMX_PT_ENTRIES - the most that a table has */
#define MMX_PT_ENTRIES 512

/* What a walk yields beside entries that are not empty. */
#define MMX_PT_GAPS   (1u << 0) /* what is empty */
#define MMX_PT_TABLES (1u << 1) /* each table, before what is in it */
/* And how: entries that go on where the one before ends become one. Gaps join at any level. */
#define MMX_PT_RUNS   (1u << 2) /* those of one size with the same attributes */
#define MMX_PT_FRAMES (1u << 3) /* those of one size, whatever their attributes */

/* What of a table the range needs is read, and no more: for an address here and an address there. */
#define MMX_PT_ALONE (1u << 4)

/* A table as it stands in memory; none when @phys is no address of one. */
struct mmx_pt_table {
	uint64_t phys;
	uint64_t entries[MMX_PT_ENTRIES];
};

/**
 * struct mmx_pt - a walk over page tables
 * @coverage: found counts leaves; what is behind a table that cannot be read is absent
 * @pte: what mmx_pt_next() came to
 */
struct mmx_pt {
	struct mmx_coverage coverage;
	struct mmx_pte pte;
	/* Private. */
	struct mmx_reader *reader;
	const struct mmx_arch *arch;
	struct mmx_paging paging;
	unsigned int flags;
	uint64_t at, last;  /* what is left of the range */
	unsigned int level; /* of the table that @at is looked up in */
	uint64_t
		tables_left; /* every table is a page, so more tables than those present is a loop */
	uint64_t attributes; /* bits that keep entries apart, beside those of frames */
	bool done, at_table, has_ahead;
	struct mmx_pte ahead; /* what ended the run before */
	struct mmx_pt_table table[MMX_PT_LEVELS];
};

/**
 * mmx_pt_begin() - walk [first, last] (inclusive, for the top of the address space) below a root
 * @root: physical address of the root table
 */
void mmx_pt_begin(struct mmx_pt *pt, struct mmx_reader *reader, const struct mmx_arch *arch,
		  const struct mmx_paging *paging, uint64_t root, uint64_t first, uint64_t last,
		  unsigned int flags);

/** mmx_pt_seek() - another range below the same root; the coverage goes on */
void mmx_pt_seek(struct mmx_pt *pt, uint64_t first, uint64_t last);

/** mmx_pt_next() - go to the next entry or run; false at the end of the range */
bool mmx_pt_next(struct mmx_pt *pt);

/**
 * mmx_pt_take() - read the table that mmx_pt_next() came to, and leave out what is in it
 * For those who look at its entries by themselves: they are as they stand in memory, good until the next
 * call. NULL when it cannot be read; then pt->pte and the coverage say why.
 */
const uint64_t *mmx_pt_take(struct mmx_pt *pt);

/** mmx_pt_skip() - leave out all that is in the table that mmx_pt_next() came to, unread */
void mmx_pt_skip(struct mmx_pt *pt);

#endif
