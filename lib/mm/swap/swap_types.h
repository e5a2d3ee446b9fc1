// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Swap entries: what those of page tables that are not present mean by their types - a swap area, a page
 * under migration, a poisoned one - and the form that a folio in the swap cache has one in.
 */
#ifndef MMX_MM_SWAP_TYPES_H
#define MMX_MM_SWAP_TYPES_H

#include <stdint.h>

struct mmx_kernel;

#define MMX_SWAP_TYPES 32

/** enum mmx_swap_kind - what a type stands for: a swap area, or one of the uses taken from the top */
enum mmx_swap_kind {
	MMX_SWAP_AREA,
	MMX_SWAP_HWPOISON,
	MMX_SWAP_MIGRATION_READ,
	MMX_SWAP_MIGRATION_EXCLUSIVE, /* not writable; the anonymous page is this process's alone */
	MMX_SWAP_MIGRATION_WRITE,
	MMX_SWAP_DEVICE_WRITE, /* the page is in a device's memory */
	MMX_SWAP_DEVICE_READ,
	MMX_SWAP_EXCLUSIVE_WRITE, /* the page is here, and a device's alone to use */
	MMX_SWAP_EXCLUSIVE_READ,
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

/** mmx_swap_types_assume() - those of x86_64 from 6.2 to 6.14 as distributions configure it, with four levels of tables */
void mmx_swap_types_assume(struct mmx_swap_types *types);

static inline enum mmx_swap_kind mmx_swap_kind(const struct mmx_swap_types *types,
					       unsigned int type)
{
	return type < MMX_SWAP_TYPES ? types->kind[type] : MMX_SWAP_ERROR;
}

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

#endif
