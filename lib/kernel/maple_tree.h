// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole maple tree, node by node, and what the kernel's own checks (mt_validate()) would find wrong with it beside
 * what keeps a walk from going on: gaps that nodes note and are not those below, places that say they are larger than
 * they are, empty ranges that should be one, leaves at several depths.
 */
#ifndef MMX_KERNEL_MAPLE_TREE_H
#define MMX_KERNEL_MAPLE_TREE_H

#include "kernel/maple.h"

/** mmx_maple_type_name() - "leaf_64"; NULL of a type that there is none of */
const char *mmx_maple_type_name(const struct mmx_layout *l, unsigned int type);

/**
 * struct mmx_maple_row - a node, or a slot of a leaf
 * @depth: 0 is the root; a slot is one deeper than its leaf
 * @slot: its number in the node above
 * @word: the node's address, or what stands in the slot
 * @slots: of a node, in use
 * @gap: what the node above notes for it, where that does (@gap_noted)
 * @largest: of a node, the largest gap that there is below it
 * @last_child: no other follows below the same node
 */
struct mmx_maple_row {
	uint64_t word, first, last;
	uint64_t gap, largest;
	uint32_t above; /* row of the node above; its own of the root */
	uint8_t depth, slot, slots, type;
	bool node, gap_noted, last_child;
};

#define MMX_MAPLE_FINDINGS_MAX 100

/** struct mmx_maple_finding - what is wrong, with the node */
struct mmx_maple_finding {
	uint64_t node;
	struct mmx_err why;
};

/**
 * struct mmx_maple_tree - all of it
 * @coverage: what could not be walked
 * @v: each node, and behind it what is below it
 * @flags, @height: as the tree has them
 * @findings: the first of them; @more: how many there are beyond
 */
struct mmx_maple_tree {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_maple_row);
	uint64_t flags;
	unsigned int height, deepest;
	uint64_t nodes, entries;
	struct {
		MMX_ARRAY(struct mmx_maple_finding);
	} findings;
	uint64_t more;
};

/** mmx_maple_tree_read() - the struct maple_tree at @tree; -1 without memory */
int mmx_maple_tree_read(struct mmx_maple_tree *t, struct mmx_view *view, uint64_t tree,
			struct mmx_err *err);
void mmx_maple_tree_free(struct mmx_maple_tree *t);

#endif
