// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel keeps of a page of a swap area: how often it is used, and the folio that caches it. By
 * release that is swap_map beside the trees of swapper_spaces, or the tables of clusters.
 */
#ifndef MMX_MM_SWAP_SLOT_H
#define MMX_MM_SWAP_SLOT_H

#include "mm/swap/swap_areas.h"

/**
 * struct mmx_swap_slot - a page of a swap area
 * @cached: a folio has its contents: @pfn is a page of that folio
 * @shadow: it is out, and what remembers when it went
 * @bad: no page to be used
 * @count: page-table entries that hold it; @more: at least that many
 */
struct mmx_swap_slot {
	bool cached, shadow, bad;
	uint64_t pfn;
	unsigned int count;
	bool more;
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

/** mmx_swap_slot() - what the kernel keeps of a page of an area */
int mmx_swap_slot(struct mmx_swap_slot *slot, struct mmx_view *view, const struct mmx_swaps *swaps,
		  unsigned int type, uint64_t offset, struct mmx_err *err);

#endif
