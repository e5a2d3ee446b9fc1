// SPDX-License-Identifier: GPL-2.0-or-later
/* zswap: what of a swap area is kept compressed in memory, before it is written to the area. */
#ifndef MMX_MM_ZSWAP_H
#define MMX_MM_ZSWAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"
#include "mm/compressed/zram.h"

/**
 * struct mmx_zswap_page - a page that zswap has
 * @entry: address of its zswap_entry
 * @length: bytes that are stored; 0: a word fills the page, and stands in place of @handle
 * @allocator: whose @handle it is: "zsmalloc", "zbud", "z3fold"; @pool: that one's
 * @header: bytes that stand before it
 */
struct mmx_zswap_page {
	uint64_t entry, handle, pool;
	unsigned int length, header;
	char allocator[16];
	char algorithm[MMX_ALGORITHM];
};

/**
 * mmx_zswap_find() - what zswap has of a page of a swap area
 * Returns 1, 0 when it has nothing, or -1 when that is not known.
 */
int mmx_zswap_find(struct mmx_zswap_page *page, struct mmx_view *view, unsigned int type,
		   uint64_t offset, struct mmx_err *err);

#endif
