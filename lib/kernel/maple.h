// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maple trees of the dead kernel: sorted ranges of 64-bit numbers, as the VMAs of an address space are.
 * A walk yields every entry in order with its range, passing over gaps:
 *
 *	struct mmx_maple maple;
 *
 *	mmx_maple_begin(&maple, view, tree);
 *	while (mmx_maple_next(&maple))
 *		use(maple.entry, maple.first, maple.last);
 *	mmx_cover_inherit(&mine.coverage, &maple.coverage);
 *
 * Every node must name its parent and its place there, so none is met twice and one that the kernel
 * has replaced meanwhile (its parent is itself) is found out. A node that is broken is left out with
 * its range, and the walk goes on behind it.
 */
#ifndef MMX_KERNEL_MAPLE_H
#define MMX_KERNEL_MAPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"

#define MMX_MAPLE_SLOTS  16
#define MMX_MAPLE_LEVELS 31 /* the kernel's own bound: a tree's flags have no room for more */

/* A node on the way down, read once: its slots, and the last number that each of them is for. */
struct mmx_maple_node {
	uint64_t addr, first;
	bool leaf;
	unsigned int slots, at; /* how many are in use, and the one that is next */
	uint64_t slot[MMX_MAPLE_SLOTS], last[MMX_MAPLE_SLOTS];
};

/**
 * struct mmx_maple - a walk over the entries of a maple tree
 * @coverage: how many entries were found, and what of the tree could not be walked
 * @entry: as it stands; never 0, and reservations count as empty
 * @first, @last: the numbers that it is for, both included
 */
struct mmx_maple {
	struct mmx_coverage coverage;
	uint64_t entry;
	uint64_t first, last;
	/* Private. */
	struct mmx_view *view;
	uint64_t tree;
	uint64_t only; /* an entry without a node */
	unsigned int depth;
	struct mmx_maple_node node[MMX_MAPLE_LEVELS];
};

/** mmx_maple_begin() - walk the struct maple_tree at @tree */
void mmx_maple_begin(struct mmx_maple *maple, struct mmx_view *view, uint64_t tree);

/** mmx_maple_next() - go to the next entry; false at the end */
bool mmx_maple_next(struct mmx_maple *maple);

#endif
