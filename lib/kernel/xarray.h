// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * XArrays of the dead kernel: page caches, the swap cache, and other sparse tables. A walk yields the
 * entries of a range of indices in order, passing over what is empty:
 *
 *	struct mmx_xa xa;
 *
 *	mmx_xa_begin(&xa, view, array, first, last);
 *	while (mmx_xa_next(&xa))
 *		use(xa.entry, xa.first, xa.last);
 *	mmx_cover_inherit(&mine.coverage, &xa.coverage);
 *
 * Every node must name its parent and its place there, so none is met twice. One that is broken is
 * left out with all indices below it, and the walk goes on behind it.
 */
#ifndef MMX_KERNEL_XARRAY_H
#define MMX_KERNEL_XARRAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"

/* A node has 64 slots, or 16 with BASE_SMALL: 64 bits of index are 11 or 16 levels. */
#define MMX_XA_SLOTS  64
#define MMX_XA_LEVELS 16

/* A node on the way down, read once. */
struct mmx_xa_node {
	uint64_t addr, base;
	unsigned int shift;
	uint64_t slots[MMX_XA_SLOTS];
};

/**
 * struct mmx_xa - a walk over the entries of an xarray
 * @coverage: how many entries were found, and what of the array could not be walked
 * @entry: as it stands, never 0; reservations count as empty
 * @first, @last: the indices that it is for. They may reach beyond the range that was asked for:
 *                a folio of several pages is one entry
 */
struct mmx_xa {
	struct mmx_coverage coverage;
	uint64_t entry;
	uint64_t first, last;
	/* Private. */
	struct mmx_view *view;
	uint64_t addr, index, end;
	bool done;
	unsigned int slots, bits; /* of a node */
	unsigned int depth;
	struct mmx_xa_node node[MMX_XA_LEVELS];
};

/** mmx_xa_begin() - walk indices @first to @last, both included, of the struct xarray at @addr */
void mmx_xa_begin(struct mmx_xa *xa, struct mmx_view *view, uint64_t addr, uint64_t first,
		  uint64_t last);

/** mmx_xa_next() - go to the next entry; false at the end */
bool mmx_xa_next(struct mmx_xa *xa);

/**
 * mmx_xarray_load() - the entry at an index
 * @xa: address of the struct xarray
 * @entry: as it stands; 0 when the array has nothing there. That of a folio of several pages is the
 *         same at each of its indices.
 */
int mmx_xarray_load(struct mmx_view *view, uint64_t xa, uint64_t index, uint64_t *entry,
		    struct mmx_err *err);

/** mmx_xa_is_value() - whether an entry is a number (a shadow, a swap entry) and no pointer */
static inline bool mmx_xa_is_value(uint64_t entry)
{
	return entry & 1;
}

#endif
