// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Heat: what physical memory is used for, place by place. Memory is cut into cells of equal size, a pageblock or
 * as many of them as it takes to have no more cells than are wanted; where there are no struct pages for as far as a
 * cell reaches there is no cell.
 */
#ifndef MMX_MM_HEAT_H
#define MMX_MM_HEAT_H

#include <stdatomic.h>

#include "base/array.h"
#include "mm/frames/class.h"

struct mmx_view;

/** struct mmx_heat_run - cells in a row: @n of them, from frame @pfn on, the first being number @cell */
struct mmx_heat_run {
	uint64_t pfn, n, cell;
};

/**
 * struct mmx_heat - all cells
 * @shift: log2 of a cell's frames
 * @zones: by place in mmx_mem(kernel)->zones: whether its frames are counted; NULL: all are
 */
struct mmx_heat {
	MMX_ARRAY(struct mmx_heat_run);
	uint64_t cells;
	unsigned int shift;
	const bool *zones;
	/* Private. */
	_Atomic uint32_t *count;
};

/** mmx_heat_begin() - at most @most cells; -1 without memory */
int mmx_heat_begin(struct mmx_heat *heat, struct mmx_view *view, uint64_t most, const bool *zones,
		   struct mmx_err *err);
void mmx_heat_free(struct mmx_heat *heat);

/** mmx_heat_add() - frames [pfn, pfn + n) of a zone are of that class; any thread may */
void mmx_heat_add(struct mmx_heat *heat, uint64_t pfn, uint64_t n, uint32_t zone,
		  enum mmx_class class);

/** mmx_heat_of() - frames of a class in a cell */
static inline uint32_t mmx_heat_of(const struct mmx_heat *heat, uint64_t cell, enum mmx_class class)
{
	return atomic_load_explicit(&heat->count[cell * MMX_CLASS_COUNT + class],
				    memory_order_relaxed);
}

#endif
