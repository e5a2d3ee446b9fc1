// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Red-black trees of the dead kernel, walked in order and with a bound. Every node must name the node
 * that it was reached from as its parent, so no node is met twice and a tree that bends back is
 * found out. A side that is broken is left out, and the walk goes on with what is known.
 *
 *	struct mmx_rb rb;
 *
 *	mmx_rb_begin(&rb, view, root, limit);
 *	while (mmx_rb_next(&rb))
 *		use(rb.node);
 *	mmx_cover_inherit(&mine.coverage, &rb.coverage);
 *
 * An interval tree is one whose nodes are sorted by their interval's start and know the largest end
 * below them: mmx_interval_begin(), and mmx_interval_check() once the caller knows a node's interval.
 * mmx_interval_query() passes over parts that end too early, as the kernel's own search does; whoever
 * comes to a node that starts too late has seen all that overlap, and ends the walk.
 */
#ifndef MMX_KERNEL_RBTREE_H
#define MMX_KERNEL_RBTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"

/* MMX_RB_DEPTH - a red-black tree of 2^64 nodes is no deeper */
#define MMX_RB_DEPTH 128

/** struct mmx_rb_node - what stands in a node; @parent with its colour; @subtree_last: of an interval tree */
struct mmx_rb_node {
	uint64_t parent, left, right, subtree_last;
};

/* A node whose left side is being walked, or that is next. */
struct mmx_rb_step {
	uint64_t addr, left, right, subtree_last;
};

/**
 * struct mmx_rb - a walk over a tree
 * @coverage: how many nodes were found, and what of the tree could not be walked
 * @node: the address of the node that mmx_rb_next() found
 * @subtree_last: of an interval tree: the largest end in and below it, as the node says
 * @visited, @pruned: nodes that were read, and those of them where a query turned back
 */
struct mmx_rb {
	struct mmx_coverage coverage;
	uint64_t node;
	uint64_t subtree_last;
	uint64_t visited, pruned;
	/* Private. */
	struct mmx_view *view;
	uint64_t root, limit;
	bool interval;
	bool (*known)(void *arg, uint64_t addr, struct mmx_rb_node *node);
	void *known_arg;
	int64_t last_at;      /* from a node to its subtree_last */
	uint64_t from;        /* a query passes over what ends before it */
	uint64_t left, right; /* of the node that was found */
	uint64_t start;       /* of the interval before */
	unsigned int depth;
	struct mmx_rb_step path[MMX_RB_DEPTH];
};

/**
 * mmx_rb_begin() - walk a tree
 * @root: address of its struct rb_root or rb_root_cached
 * @limit: nodes after which the tree is given up
 */
void mmx_rb_begin(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, uint64_t limit);

/**
 * mmx_interval_begin() - the same of an interval tree
 * @last_at: where a node's subtree_last lies, counted from its struct rb_node
 * That of a node must not be less than that of its children.
 */
void mmx_interval_begin(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, int64_t last_at,
			uint64_t limit);

/** mmx_interval_query() - the same without those parts of the tree whose nodes all end before @from */
void mmx_interval_query(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, int64_t last_at,
			uint64_t from, uint64_t limit);

/**
 * mmx_interval_known() - the same of a tree whose nodes were read before
 * @known: fills a node, and need not be read then; false when it does not know that one
 */
void mmx_interval_known(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, int64_t last_at,
			bool (*known)(void *arg, uint64_t addr, struct mmx_rb_node *node),
			void *known_arg, uint64_t limit);

/** mmx_interval_node() - read one node of an interval tree */
enum mmx_read mmx_interval_node(struct mmx_view *view, uint64_t addr, int64_t last_at,
				struct mmx_rb_node *node);

/** mmx_rb_next() - go to the next node; false at the end */
bool mmx_rb_next(struct mmx_rb *rb);

/**
 * mmx_interval_check() - hold the interval of the node that was found against the tree
 * Begins no earlier than the one before, and ends no later than subtree_last says; otherwise the
 * coverage gets that as its reason, and false.
 */
bool mmx_interval_check(struct mmx_rb *rb, uint64_t start, uint64_t last);

#endif
