// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole interval tree, of an anon_vma or of a file, as it stands: every node with its place in the tree, what
 * is wrong with it, and what a search for some pages does there.
 */
#ifndef MMX_MM_RMAP_TREE_H
#define MMX_MM_RMAP_TREE_H

#include "mm/rmap/areas.h"

/* More nodes than that are not drawn. */
#define MMX_TREE_NODES (1u << 20)

/** enum mmx_tree_side - where a node hangs below its parent */
enum mmx_tree_side { MMX_TREE_TOP, MMX_TREE_LEFT, MMX_TREE_RIGHT, MMX_TREE_SIDES };

/** enum mmx_tree_search - what a search does at a node */
enum mmx_tree_search {
	MMX_SEARCH_NONE,   /* nothing was searched */
	MMX_SEARCH_MATCH,  /* it is one of those */
	MMX_SEARCH_PASSED, /* it is not, and the search goes on below it */
	MMX_SEARCH_PRUNED, /* subtree_last says that nothing below is: the search turns back */
	MMX_SEARCH_UNSEEN, /* it never comes here: all of it begins too late, or a node above was left */
	MMX_SEARCHES
};

/**
 * struct mmx_tree_node - a node, before those below it, left ones first
 * @depth, @more: how deep it is, and whether a sibling follows
 * @parent: the number of the node above; its own of the top one
 * @whole: all that is below it was read
 * @read: the VMA could be read: unless it could, nothing of @vma, @first and @last is known
 * @wrong: what is wrong with it, a number of the tree's reasons; 0: nothing
 */
struct mmx_tree_node {
	uint64_t node, chain;
	struct mmx_vma vma;
	uint64_t first, last, subtree_last;
	uint32_t parent;
	uint16_t depth;
	uint8_t side, search;
	bool more, red, read, whole;
	uint32_t wrong;
};

/**
 * struct mmx_rmap_tree - all of it
 * @coverage: how many nodes were found, and what is wrong with them
 * @of: the anon_vma or address_space
 * @matches, @visited, @pruned: of a search; nodes that it read, and where of those it turned back
 */
struct mmx_rmap_tree {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_tree_node);
	struct mmx_reasons reasons;
	enum mmx_areas_tree tree;
	uint64_t of;
	uint64_t wrong;
	uint64_t matches, visited, pruned;
};

/** mmx_rmap_tree_find() - read it, and check it; -1 without memory, and where there is no tree */
int mmx_rmap_tree_find(struct mmx_rmap_tree *t, struct mmx_view *view, enum mmx_areas_tree tree,
		       uint64_t of, struct mmx_err *err);
void mmx_rmap_tree_free(struct mmx_rmap_tree *t);

/** mmx_rmap_tree_search() - what the kernel's search for pages with these indexes does */
void mmx_rmap_tree_search(struct mmx_rmap_tree *t, uint64_t first, uint64_t last);

#endif
