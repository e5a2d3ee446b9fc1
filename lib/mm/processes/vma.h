// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The VMAs of an address space, in order, from its maple tree:
 *
 *	struct mmx_vmas vmas;
 *
 *	mmx_vmas_begin(&vmas, view, mm);
 *	while (mmx_vmas_next(&vmas))
 *		use(&vmas.vma);
 *	mmx_cover_inherit(&mine.coverage, &vmas.coverage);
 *
 * What the tree leads to need be none of this address space's VMAs: their memory is used anew at once
 * since 6.15, and a fork that was under way since 6.8 leaves the parent's in its child's tree. So each
 * must say that it is of this mm, and for the range that the tree has it under. One that does not is left
 * out, and the walk goes on. The tree bounds the walk; that it has as many as the mm counts is held at
 * its end.
 */
#ifndef MMX_MM_VMA_H
#define MMX_MM_VMA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/maple.h"
#include "kernel/view.h"

/**
 * struct mmx_vma - a mapping
 * @addr: of its vm_area_struct
 * @start, @end: user addresses; @end is the first one behind it
 * @pgoff: of its file, or of what its pages' index counts from; in pages of 4 KiB
 * @anon_pgoff: what the index of its anonymous pages counts from: up to 7.2 the same
 * @file: its struct file, 0 when it has none
 * @anon_vma: 0 while it has no pages of its own
 * @ops, @private_data, @anon_name: what names it (vma_name.h)
 */
struct mmx_vma {
	uint64_t addr;
	uint64_t start, end;
	uint64_t mm;
	uint64_t flags;
	uint64_t pgoff, anon_pgoff;
	uint64_t file;
	uint64_t anon_vma;
	uint64_t ops, private_data, anon_name;
	/* Private: the halves of anon_pgoff, where it is kept in such. */
	uint32_t anon_pgoff_lo, anon_pgoff_hi;
};

/**
 * struct mmx_vmas - a walk over the VMAs of an address space
 * @coverage: how many were found, and which could not be, or are not what they should
 * @vma: the one that mmx_vmas_next() came to
 */
struct mmx_vmas {
	struct mmx_coverage coverage;
	struct mmx_vma vma;
	/* Private. */
	struct mmx_maple maple;
	uint64_t mm;
	uint32_t count, users; /* as the mm has them */
	bool done;
};

/** mmx_vma_read() - the vm_area_struct at @addr, wherever it was met: nothing is held against anything */
int mmx_vma_read(struct mmx_vma *vma, struct mmx_view *view, uint64_t addr, struct mmx_err *err);

/** mmx_vma_check() - whether what stands in the tree of @mm for [first, last] is a VMA of its own, and this one */
int mmx_vma_check(const struct mmx_vma *vma, uint64_t mm, uint64_t first, uint64_t last,
		  struct mmx_err *err);

/** mmx_vmas_begin() - walk those of the mm_struct at @mm */
void mmx_vmas_begin(struct mmx_vmas *vmas, struct mmx_view *view, uint64_t mm);

/** mmx_vmas_next() - go to the next VMA; false at the end */
bool mmx_vmas_next(struct mmx_vmas *vmas);

/** mmx_vma_is_detached() - whether a VMA is marked as one that is out of its mm's tree; the kernel may have no marks */
bool mmx_vma_is_detached(struct mmx_view *view, uint64_t vma);

/**
 * mmx_vma_leaves() - whether a VMA that its mm's tree does not have may be on its way out
 * munmap() takes it out of there first, then its pages out of the page tables, and then the VMA out of the trees of
 * the reverse map. Where VMAs have no marks, whoever holds the mm's mmap_lock may be doing so.
 */
bool mmx_vma_leaves(struct mmx_view *view, const struct mmx_vma *vma);

#endif
