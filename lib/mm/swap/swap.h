// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Swap: what entries of page tables that are not present mean by their types, the swap areas, and
 * what the kernel keeps of each page of one: how often it is used, and the folio that caches it.
 */
#ifndef MMX_MM_SWAP_H
#define MMX_MM_SWAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "kernel/view.h"
#include "mm/files/path.h"

struct mmx_kernel;

#define MMX_SWAP_TYPES 32

/** enum mmx_swap_kind - what a type stands for: a swap area, or one of the uses taken from the top */
enum mmx_swap_kind {
	MMX_SWAP_AREA,
	MMX_SWAP_HWPOISON,
	MMX_SWAP_MIGRATION,
	MMX_SWAP_DEVICE,
	MMX_SWAP_MARKER,
	MMX_SWAP_ERROR, /* 6.1: could not be read back */
};

/**
 * struct mmx_swap_types - the types of this kernel
 * @areas: that many, from 0 on, are swap areas
 * @pfn_mask: bits of the offset that are the frame, where an entry has one
 */
struct mmx_swap_types {
	uint8_t kind[MMX_SWAP_TYPES];
	unsigned int areas;
	uint64_t pfn_mask;
};

void mmx_swap_types_find(struct mmx_swap_types *types, const struct mmx_kernel *kernel);

static inline enum mmx_swap_kind mmx_swap_kind(const struct mmx_swap_types *types,
					       unsigned int type)
{
	return type < MMX_SWAP_TYPES ? types->kind[type] : MMX_SWAP_ERROR;
}

/**
 * struct mmx_swap_area - an area in use
 * @max: pages, the header and bad ones included
 * @pages, @in_use: as /proc/swaps counts them, in pages
 * @no_path: why @path is empty, a number of the areas' reasons; 0 when it is not
 */
struct mmx_swap_area {
	uint64_t addr; /* of swap_info_struct */
	unsigned int type;
	int priority;
	uint64_t max, pages, in_use;
	bool partition; /* a block device; else a file */
	struct mmx_path path;
	uint32_t no_path;
};

/** struct mmx_swaps - all areas in use, by type */
struct mmx_swaps {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_swap_area);
	struct mmx_swap_types types;
	struct mmx_reasons reasons;
};

/** mmx_swaps_find() - read all areas: mmx_know_swaps() keeps them */
int mmx_swaps_find(struct mmx_swaps *swaps, struct mmx_view *view, struct mmx_err *err);
void mmx_swaps_free(struct mmx_swaps *swaps);

/** mmx_swap_area() - the area of a type, or NULL */
const struct mmx_swap_area *mmx_swap_area(const struct mmx_swaps *swaps, unsigned int type);

/**
 * mmx_swap_private() - the entry in a folio's private word, when the folio is in the swap cache
 * Not the form that page tables have. Since 6.2 only a folio's head has one, and the pages behind
 * it the offsets that follow.
 */
static inline void mmx_swap_private(uint64_t word, unsigned int *type, uint64_t *offset)
{
	*type = word >> 58;
	*offset = word & ((1ULL << 58) - 1);
}

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
