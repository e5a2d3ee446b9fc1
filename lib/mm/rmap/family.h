// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The anon_vmas of a process and its forks: a root, and below it what was forked off it. The kernel links
 * them upwards only; who is below is found through the areas of all address spaces.
 */
#ifndef MMX_MM_FAMILY_H
#define MMX_MM_FAMILY_H

#include "mm/rmap/anon.h"
#include "mm/rmap/spaces.h"

/**
 * struct mmx_anon_member - an anon_vma, before those below it
 * @anon: what it says of itself
 * @children, @active, @areas: what was found: anon_vmas that name it as their parent, itself included; VMAs
 *	whose new pages go to it; VMAs that its tree has
 * @mm: an address space whose new pages go to it; 0 when there is none any more
 * @wrong: a number of the family's reasons, 0: nothing
 */
struct mmx_anon_member {
	struct mmx_anon anon;
	uint64_t children, active, areas;
	uint64_t mm;
	unsigned int depth;
	bool more;
	uint32_t wrong;
};

/** struct mmx_anon_family - all of one root; @spaces: all address spaces, that they were found by */
struct mmx_anon_family {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_anon_member);
	struct mmx_reasons reasons;
	const struct mmx_mm_spaces *spaces;
};

/** mmx_anon_family_find() - that of the anon_vma at @addr; -1 without memory, and when there is none */
int mmx_anon_family_find(struct mmx_anon_family *family, struct mmx_view *view, uint64_t addr,
			 struct mmx_err *err);
void mmx_anon_family_free(struct mmx_anon_family *family);

#endif
