// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel keeps of a page of a swap area: how often it is used, and the folio that caches it. By
 * release that is swap_map beside the trees of swapper_spaces, or the tables of clusters.
 */
#ifndef MMX_MM_SWAP_SLOT_H
#define MMX_MM_SWAP_SLOT_H

#include "kernel/layout.h"
#include "mm/swap/swap_areas.h"

/**
 * struct mmx_swap_slot - a page of a swap area
 * @cached: a folio has its contents: @pfn is a page of that folio
 * @shadow: it is out, and what remembers when it went
 * @has_cache: up to 7.0: the map says that the cache has it, or that it is given away and not used yet
 * @shmem: up to 6.19: it is shared memory's
 * @zero: since 6.12: it is a page of zeros, which was never written
 * @bad: no page to be used
 * @count: entries of page tables and page caches that hold it; @more: at least that many
 */
struct mmx_swap_slot {
	bool cached, shadow, has_cache, shmem, zero, bad, more;
	uint32_t count;
	uint64_t pfn;
};

/** enum mmx_swap_user - whose memory is in a page of swap */
enum mmx_swap_user {
	MMX_SWAP_USER_UNKNOWN, /* nothing tells, or nobody has it any more */
	MMX_SWAP_USER_ANON,
	MMX_SWAP_USER_SHMEM,
};

/** mmx_swap_user() - whose it is, by the count that kernels up to 6.19 keep; safe on any thread */
enum mmx_swap_user mmx_swap_user(struct mmx_view *view, const struct mmx_swaps *swaps,
				 unsigned int type, uint64_t offset);

/** MMX_SWAP_SLOTS_MAX - slots that mmx_swap_slots() gives at once, at most */
#define MMX_SWAP_SLOTS_MAX 512

/** mmx_swap_cluster_slots() - of kernels with swap tables: slots of a cluster; else 0 */
uint64_t mmx_swap_cluster_slots(const struct mmx_layout *layout);

/**
 * mmx_swap_slots() - what it keeps of the pages from @first on
 * @n: how many there is room for; then how many they are, 1 at least
 *
 * Up to 6.17 what the cache has is not among it: only @has_cache is. -1 when one of them cannot be read.
 */
int mmx_swap_slots(struct mmx_swap_slot *slots, size_t *n, struct mmx_view *view,
		   const struct mmx_swap_area *area, uint64_t first, struct mmx_err *err);

/** mmx_swap_slot() - what the kernel keeps of a page of an area */
int mmx_swap_slot(struct mmx_swap_slot *slot, struct mmx_view *view, const struct mmx_swaps *swaps,
		  unsigned int type, uint64_t offset, struct mmx_err *err);

#endif
