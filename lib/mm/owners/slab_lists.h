// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the nodes have of each slab cache: their own counts, and the slabs on their lists. Full slabs are
 * on none, except in caches that are debugged.
 */
#ifndef MMX_MM_SLAB_LISTS_H
#define MMX_MM_SLAB_LISTS_H

#include "mm/owners/slab_caches.h"

#define MMX_SLAB_NO_CACHE ~0u

/**
 * struct mmx_slab_finding - something that is wrong
 * @cache: the number of its cache, or MMX_SLAB_NO_CACHE
 * @address: of the slab's struct page, or of the kernel's struct that is wrong
 * @slab: @address is a slab's
 */
struct mmx_slab_finding {
	uint32_t cache;
	bool slab;
	uint64_t address;
	struct mmx_err why;
};

/** struct mmx_slab_findings - what was found; @more are only counted */
struct mmx_slab_findings {
	MMX_ARRAY(struct mmx_slab_finding);
	uint64_t more;
};

#define MMX_SLAB_FINDINGS_MAX 1000

/** mmx_slab_find_fault() - add one, without memory only to their number */
void mmx_slab_find_fault(struct mmx_slab_findings *f, const struct mmx_slab_finding *finding);

/**
 * struct mmx_slab_node - what a node has of a cache
 * @slabs, @objects, @partial: its own counts
 * @locked: not 0: somebody has its lock, and may have been changing its lists
 * @listed: slabs on its partial list
 * @full_listed: on its list of full ones, which only caches have that are debugged
 * @full_sheaves, @empty_sheaves, @barn_locked: of its barn
 * @found, @found_objects: slabs of it that a survey came to (slab_survey.h), and the objects they have
 * @whole: its lists could be followed to their ends
 */
struct mmx_slab_node {
	uint32_t cache, node;
	uint64_t addr, barn;
	uint64_t slabs, objects, partial, locked;
	uint64_t listed, full_listed;
	uint64_t full_sheaves, empty_sheaves, barn_locked;
	uint64_t found, found_objects;
	bool whole;
};

/**
 * struct mmx_slab_listed - a slab on a list of a node
 * @nth: that node's number among all
 * @seen: a survey came to it
 */
struct mmx_slab_listed {
	uint64_t page;
	uint32_t nth;
	bool full, seen;
};

/**
 * struct mmx_slab_lists - all of them
 * @v: by struct page
 * @nodes: by cache and node
 * @n_cpus: CPUs that this kernel set up memory for: as many slabs can be on their way from list to list
 */
struct mmx_slab_lists {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_slab_listed);
	struct {
		MMX_ARRAY(struct mmx_slab_node);
	} nodes;
	size_t n_cpus;
};

/** mmx_slab_lists_find() - what is wrong with them goes to @findings; -1 without memory or stopped */
int mmx_slab_lists_find(struct mmx_slab_lists *lists, const struct mmx_slab_caches *caches,
			struct mmx_view *view, struct mmx_slab_findings *findings,
			struct mmx_err *err);
void mmx_slab_lists_free(struct mmx_slab_lists *lists);

/** mmx_slab_listed_of() - the slab's place on a list, the first if there are several; or NULL */
struct mmx_slab_listed *mmx_slab_listed_of(const struct mmx_slab_lists *lists, uint64_t page);

/** mmx_slab_node_of() - what that node has of that cache, or NULL */
struct mmx_slab_node *mmx_slab_node_of(const struct mmx_slab_lists *lists, uint32_t cache,
				       uint32_t node);

#endif
