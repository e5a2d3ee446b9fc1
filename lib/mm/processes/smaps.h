// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a mapping has in memory and in swap, by the page tables, as the kernel adds it up for smaps and
 * smaps_rollup:
 *
 *	struct mmx_smaps_walk *w = mmx_smaps_begin(view, err);
 *	struct mmx_smaps sums = {0};
 *
 *	mmx_smaps_add(w, &vma, &sums);
 *	mmx_smaps_end(w);
 */
#ifndef MMX_MM_SMAPS_H
#define MMX_MM_SMAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "mm/processes/vma.h"

/* A share is kept in bytes of 4096ths, as the kernel keeps it. */
#define MMX_SHARE_SHIFT 12

/**
 * struct mmx_smaps - sums over pages that are mapped
 * @resident to @private_hugetlb: bytes
 * @pss to @swap_pss: shares; where several entries map a page, each has its part of it
 * @swap_shares: what keeps @swap_pss from being known
 * @hugetlb_kinds: what keeps it from being known which of hugetlb is shared
 */
struct mmx_smaps {
	uint64_t resident;
	uint64_t shared_clean, shared_dirty, private_clean, private_dirty;
	uint64_t referenced, anonymous, ksm, lazyfree;
	uint64_t anon_thp, shmem_thp, file_thp;
	uint64_t shared_hugetlb, private_hugetlb;
	uint64_t swap;
	uint64_t pss, pss_anon, pss_file, pss_shmem, pss_dirty, pss_locked;
	uint64_t swap_pss;
	struct mmx_coverage swap_shares, hugetlb_kinds;
};

struct mmx_smaps_walk;

/** mmx_smaps_begin() - for any number of mappings; NULL without memory */
struct mmx_smaps_walk *mmx_smaps_begin(struct mmx_view *view, struct mmx_err *err);
void mmx_smaps_end(struct mmx_smaps_walk *w);

/**
 * mmx_smaps_add() - add what a mapping has
 * Returns -1 when not all of it could be looked at, and the first reason: the sums are too low then.
 */
int mmx_smaps_add(struct mmx_smaps_walk *w, const struct mmx_vma *vma, struct mmx_smaps *sums,
		  struct mmx_err *err);

/**
 * mmx_smaps_shared_swap() - shared memory in swap that is counted to a mapping, in bytes, which page tables do not tell
 * Returns -1 when not all of it could be looked at.
 */
int mmx_smaps_shared_swap(struct mmx_smaps_walk *w, const struct mmx_vma *vma, uint64_t *bytes,
			  struct mmx_err *err);

#endif
