// SPDX-License-Identifier: GPL-2.0-or-later
/* The way of one address through page tables: the entry of each level, down to where it ends. */
#ifndef MMX_ARCH_PT_PATH_H
#define MMX_ARCH_PT_PATH_H

#include "arch/pagetable.h"

/**
 * struct mmx_pt_path - the entries that an address goes through, the root's first
 * @coverage: what kept the way from being followed to its end
 * @n: how many; 0 where the root itself cannot be read
 * @step: their kind is TABLE but for the last one, which may be anything else
 * @flags: MMX_PTE_WRITE, USER and EXEC as far as every entry allows it; of an address that is not mapped
 *	as far as its tables do
 */
struct mmx_pt_path {
	struct mmx_coverage coverage;
	unsigned int n;
	struct mmx_pte step[MMX_PT_LEVELS];
	unsigned int flags;
};

/** mmx_pt_path_find() - follow @addr below the root table at physical @root */
void mmx_pt_path_find(struct mmx_pt_path *path, struct mmx_reader *reader,
		      const struct mmx_arch *arch, const struct mmx_paging *paging, uint64_t root,
		      uint64_t addr);

/** mmx_pt_path_end() - where it ends; NULL where there is no way at all */
static inline const struct mmx_pte *mmx_pt_path_end(const struct mmx_pt_path *path)
{
	return path->n ? &path->step[path->n - 1] : NULL;
}

#endif
