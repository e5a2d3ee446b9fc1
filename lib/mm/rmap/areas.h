// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Areas, the VMAs that may map some pages: those of an anon_vma, whose tree has the VMAs of all processes
 * that were forked since, and those of a file, whose address_space has its own tree. They are what the
 * kernel would look at, no more: whether a page is mapped there its page tables tell.
 *
 *	struct mmx_areas areas;
 *
 *	mmx_areas_begin(&areas, view, &ask);
 *	while (mmx_areas_next(&areas))
 *		use(&areas.vma);
 *	mmx_cover_inherit(&mine.coverage, &areas.coverage);
 *
 * Both trees are sorted by the first page that a VMA maps, counted as page->index is.
 */
#ifndef MMX_MM_AREAS_H
#define MMX_MM_AREAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/rbtree.h"
#include "mm/processes/vma.h"

enum mmx_areas_tree { MMX_AREAS_ANON, MMX_AREAS_FILE };

/**
 * struct mmx_areas_known - what was read before, of the anon_vma_chain or, of a file's tree, the VMA at @addr
 * What is not known is read; both return false for that.
 * @node: fills the node of the tree
 * @vma: fills range, offsets and mm of the VMA
 */
struct mmx_areas_known {
	bool (*node)(void *arg, uint64_t addr, struct mmx_rb_node *node);
	bool (*vma)(void *arg, uint64_t addr, struct mmx_vma *vma);
	void *arg;
};

/** mmx_areas_node() - read the node of an anon_vma_chain or a VMA; false when that cannot be */
bool mmx_areas_node(struct mmx_view *view, enum mmx_areas_tree tree, uint64_t addr,
		    struct mmx_rb_node *node);

/**
 * struct mmx_areas_ask - which areas
 * @of: the anon_vma, or the address_space
 * @first, @last: of pages with these indexes
 * @whole: look at every node of the tree, and so find also what a wrong subtree_last hides
 * @known: who has read the tree's areas before, or NULL; then @whole is so as well
 */
struct mmx_areas_ask {
	enum mmx_areas_tree tree;
	bool whole;
	uint64_t of;
	uint64_t first, last;
	const struct mmx_areas_known *known;
};

/**
 * struct mmx_areas - a walk over them
 * @coverage: how many were found, and what is wrong with the tree
 * @vma: the one that mmx_areas_next() came to; @first, @last: the indexes that it is for
 * @chain: ANON: the anon_vma_chain that leads to it, else 0
 * @rb: the walk over the tree's nodes, with how many it visited, and where it turned back
 */
struct mmx_areas {
	struct mmx_coverage coverage;
	struct mmx_vma vma;
	uint64_t first, last;
	uint64_t chain;
	struct mmx_rb rb;
	/* Private. */
	struct mmx_view *view;
	struct mmx_areas_ask ask;
	bool done;
};

void mmx_areas_begin(struct mmx_areas *a, struct mmx_view *view, const struct mmx_areas_ask *ask);

/** mmx_areas_next() - go to the next area; false at the end */
bool mmx_areas_next(struct mmx_areas *a);

/** mmx_vma_index() - the index of the first page that a VMA maps, as that tree has it */
static inline uint64_t mmx_vma_index(const struct mmx_vma *vma, enum mmx_areas_tree tree)
{
	return tree == MMX_AREAS_ANON ? vma->anon_pgoff : vma->pgoff;
}

#endif
