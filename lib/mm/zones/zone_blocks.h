// SPDX-License-Identifier: GPL-2.0-or-later
/* How many pageblocks of each migrate type a zone has, as the kernel counts them. */
#ifndef MMX_MM_ZONE_BLOCKS_H
#define MMX_MM_ZONE_BLOCKS_H

#include <stdint.h>

#include "mm/frames/pageblock.h"

struct mmx_zone_state;

/**
 * mmx_zone_blocks_count() - @n by type; a block that is isolated counts as of the type for that
 * -1 when a struct page or a block's bits are not in the dump.
 */
int mmx_zone_blocks_count(struct mmx_view *view, const struct mmx_zone_state *zone,
			  uint64_t n[MMX_MIGRATE_TYPES], struct mmx_err *err);

/** mmx_zone_block_type() - of the block around a frame, as the kernel takes it */
enum mmx_read mmx_zone_block_type(struct mmx_view *view, uint64_t pfn, unsigned int *type);

/** mmx_zone_has_page() - whether a struct page says that it is of that zone */
bool mmx_zone_has_page(struct mmx_view *view, const struct mmx_zone_state *zone,
		       const unsigned char *page);

#endif
