// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Red-black trees of the dead kernel, walked with a bound. Every node must name the node that it was
 * reached from as its parent, so no node is met twice and a tree that bends back is found out.
 */
#ifndef MMX_KERNEL_RBTREE_H
#define MMX_KERNEL_RBTREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

/** mmx_rb_fn - called for each node's address, in the tree's order; false ends the walk */
typedef bool (*mmx_rb_fn)(void *arg, uint64_t node);

/**
 * mmx_rb_walk() - walk a tree
 * @root: address of its struct rb_root or rb_root_cached
 * @limit: nodes after which the tree is given up
 *
 * Returns 0, or -1 with an error that names the node at which the tree breaks; the nodes before it
 * have been called for. An empty tree has no nodes.
 */
int mmx_rb_walk(struct mmx_view *view, uint64_t root, uint64_t limit, mmx_rb_fn fn, void *arg,
		struct mmx_err *err);

#endif
