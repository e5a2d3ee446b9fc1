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

/**
 * struct mmx_maple_node - a node on the way down, read once
 * @type: enum maple_type
 * @slots, @at: how many are in use, and the one that is next
 * @said: how many the node says that are in use; 0 where a full one has no room for that
 * @slot, @last: what is in each, and the last number that it is for
 * @gap: the largest gap below each slot, as the node says, where nodes of this type do (@has_gaps); @largest: the
 *	slot that it says has the largest
 */
struct mmx_maple_node {
	uint64_t addr, first;
	unsigned int type;
	bool leaf, has_gaps;
	unsigned int slots, at, said, largest;
	uint64_t slot[MMX_MAPLE_SLOTS], last[MMX_MAPLE_SLOTS], gap[MMX_MAPLE_SLOTS];
};

/** enum mmx_maple_step - what a single step came to */
enum mmx_maple_step {
	MMX_MAPLE_END,
	MMX_MAPLE_NODE, /* a node, before what is in it: the deepest, node[depth - 1] */
	MMX_MAPLE_SLOT, /* a slot of the leaf node[depth - 1], number at - 1, or the only entry when depth is 0 */
};

/**
 * struct mmx_maple - a walk over the entries of a maple tree
 * @coverage: how many entries were found, and what of the tree could not be walked
 * @entry: as it stands; never 0, and reservations count as empty
 * @first, @last: the numbers that it is for, both included
 * @depth, @node: the nodes on the way to it, the root first
 */
struct mmx_maple {
	struct mmx_coverage coverage;
	uint64_t entry;
	uint64_t first, last;
	unsigned int depth;
	struct mmx_maple_node node[MMX_MAPLE_LEVELS];
	/* Private. */
	struct mmx_view *view;
	uint64_t tree;
	uint64_t only; /* an entry without a node */
	bool entered;  /* the deepest node was not stepped to yet */
};

/** mmx_maple_begin() - walk the struct maple_tree at @tree */
void mmx_maple_begin(struct mmx_maple *maple, struct mmx_view *view, uint64_t tree);

/** mmx_maple_next() - go to the next entry; false at the end */
bool mmx_maple_next(struct mmx_maple *maple);

/** mmx_maple_step() - go to the next node or slot of a leaf, empty ones and reservations included: @entry as it stands */
enum mmx_maple_step mmx_maple_step(struct mmx_maple *maple);

/** mmx_maple_is_entry() - whether what stands in a slot of a leaf is one: reservations are none */
bool mmx_maple_is_entry(uint64_t slot);

#endif
