// SPDX-License-Identifier: GPL-2.0-or-later
/* XArrays of the dead kernel: page caches, the swap cache, and other sparse tables. */
#ifndef MMX_KERNEL_XARRAY_H
#define MMX_KERNEL_XARRAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

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
