// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The swap areas, as /proc/swaps lists them.
 */
#ifndef MMX_MM_SWAP_AREAS_H
#define MMX_MM_SWAP_AREAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "mm/files/path.h"
#include "mm/swap/swap_types.h"

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

/**
 * mmx_is_without_swap() - whether a kernel was built without CONFIG_SWAP: its functions are known, and that one is
 * none of them. A variable that has no symbol tells nothing: CONFIG_KALLSYMS_ALL may be off.
 */
bool mmx_is_without_swap(const struct mmx_kernel *k);

/** mmx_swaps_find() - read all areas: mmx_know_swaps() keeps them */
int mmx_swaps_find(struct mmx_swaps *swaps, struct mmx_view *view, struct mmx_err *err);
void mmx_swaps_free(struct mmx_swaps *swaps);

/**
 * mmx_swap_leaving() - whether an area is being swapped off: it gives no slot away any more, and is in use until
 * it is empty; -1 when that is not known
 */
int mmx_swap_leaving(const struct mmx_swap_area *area, struct mmx_view *view, bool *leaving,
		     struct mmx_err *err);

/** mmx_swap_area() - the area of a type, or NULL */
const struct mmx_swap_area *mmx_swap_area(const struct mmx_swaps *swaps, unsigned int type);

#endif
