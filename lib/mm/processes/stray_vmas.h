// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMAs of an address space that its maple tree does not have: found among all objects of the cache that VMAs are made
 * from. To be asked for when the tree and the count disagree, as it looks at all of memory.
 */
#ifndef MMX_MM_STRAY_VMAS_H
#define MMX_MM_STRAY_VMAS_H

#include "base/array.h"
#include "base/coverage.h"
#include "mm/processes/vma.h"

/** struct mmx_stray_vmas - those that are allocated, say that they are of this mm, and are not on their way to be freed */
struct mmx_stray_vmas {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_vma);
};

/** mmx_stray_vmas_find() - of the mm_struct at @mm; -1 without memory, or when there is no way to them */
int mmx_stray_vmas_find(struct mmx_stray_vmas *s, struct mmx_view *view, uint64_t mm,
			struct mmx_err *err);
void mmx_stray_vmas_free(struct mmx_stray_vmas *s);

#endif
