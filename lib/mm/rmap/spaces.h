// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All address spaces with their areas, and for each area the trees that really lead to it: every tree is
 * walked once, node by node, and held against what the areas themselves say that they are in. What is in
 * one and not in the other is a finding.
 */
#ifndef MMX_MM_RMAP_SPACES_H
#define MMX_MM_RMAP_SPACES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "base/progress.h"

struct mmx_view;

/**
 * struct mmx_space_area - a VMA
 * @anon_vma: whose its new pages are, 0 while it has none
 * @mapping: the address_space of its file, 0 when it has none; @in_tree: that one's tree leads to it
 * @first_anon, @anons: the anon_vmas whose trees lead to it, in struct mmx_mm_spaces' anon
 */
struct mmx_space_area {
	uint64_t start, end;
	uint64_t vma;
	uint64_t pgoff, anon_pgoff, flags;
	uint64_t mapping;
	uint64_t anon_vma;
	uint32_t space;
	uint32_t first_anon, anons;
	bool in_tree;
};

/** struct mmx_mm_space - an address space; its areas are n from first on, in ascending order */
struct mmx_mm_space {
	uint64_t mm;
	size_t first, n;
};

/* How many findings are kept; those behind them are counted. */
#define MMX_RMAP_FINDINGS 1000

/** struct mmx_rmap_finding - something that is wrong with a tree or an entry; @addr: of what is wrong */
struct mmx_rmap_finding {
	uint64_t addr;
	uint64_t mm;
	char text[224];
};

/** struct mmx_rmap_findings - all of them; @all counts those that are not kept */
struct mmx_rmap_findings {
	MMX_ARRAY(struct mmx_rmap_finding);
	uint64_t all;
};

void mmx_rmap_found_wrong(struct mmx_rmap_findings *f, uint64_t mm, uint64_t addr, const char *fmt,
			  ...) __attribute__((format(printf, 4, 5)));

/**
 * struct mmx_mm_spaces - all of them
 * @coverage: how many areas were found; what of address spaces and trees could not be walked
 * @v: address spaces, the kernel's own left out
 * @trees, @nodes: how many were walked, and how many nodes they have
 * @leaving: of those, VMAs that are out of their mm, and on their way out of the trees
 */
struct mmx_mm_spaces {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_mm_space);
	struct {
		MMX_ARRAY(struct mmx_space_area);
	} areas;
	struct {
		MMX_ARRAY(uint64_t);
	} anon;
	struct mmx_rmap_findings findings;
	uint64_t trees, nodes, leaving;
};

/** mmx_mm_spaces_find() - find them; -1 without memory, and when stopped; mmx_know_mm_spaces() keeps them */
int mmx_mm_spaces_find(struct mmx_mm_spaces *spaces, struct mmx_view *view, struct mmx_err *err);

/** mmx_mm_spaces_survey() - the same as a part of a longer work, of whose @progress it has the first @share */
int mmx_mm_spaces_survey(struct mmx_mm_spaces *spaces, struct mmx_view *view,
			 struct mmx_progress *progress, uint64_t share, struct mmx_err *err);
void mmx_mm_spaces_free(struct mmx_mm_spaces *spaces);

#endif
