// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "mm/frames/online.h"
#include "mm/mem.h"
#include "mm/zones/zone_blocks.h"
#include "mm/zones/zone_states.h"

enum mmx_read mmx_zone_block_type(struct mmx_view *view, uint64_t pfn, unsigned int *type)
{
	const struct mmx_pageblock_format *blocks = mmx_know_pageblock_format(view);
	struct mmx_pageblock block;
	enum mmx_read read = mmx_pageblock_of(blocks, view, pfn, &block);

	if (!read)
		*type = block.isolated && blocks->isolate_type >= 0
				? (unsigned int)blocks->isolate_type
				: block.type;
	return read;
}

bool mmx_zone_has_page(struct mmx_view *view, const struct mmx_zone_state *zone,
		       const unsigned char *page)
{
	const struct mmx_mem *mem = mmx_mem(view->kernel);
	uint64_t flags = mmx_get(&mem->kernel.layout, M_page_flags, page);

	return mmx_flag_field(&mem->flags, FIELD_NODE, flags) == zone->node &&
	       mmx_flag_field(&mem->flags, FIELD_ZONE, flags) == zone->index;
}

/* What a kernel finds at every block's length from the zone's first frame on, which may begin no block. */
int mmx_zone_blocks_count(struct mmx_view *view, const struct mmx_zone_state *zone,
			  uint64_t n[MMX_MIGRATE_TYPES], struct mmx_err *err)
{
	const struct mmx_pageblock_format *blocks = mmx_know_pageblock_format(view);
	const struct mmx_sparse *sparse = &mmx_mem(view->kernel)->sparse;
	uint64_t end = zone->start_pfn + zone->spanned, got;

	for (unsigned int i = 0; i < MMX_MIGRATE_TYPES; i++)
		n[i] = 0;
	for (uint64_t pfn = zone->start_pfn; pfn < end && !mmx_stopped(view->kernel->image);
	     pfn += 1ull << blocks->order) {
		unsigned char page[MMX_STRUCT_PAGE_MAX];
		enum mmx_read read;
		unsigned int type;

		if (!mmx_pfn_online(sparse, pfn))
			continue;
		read = mmx_pages_read(view, pfn, 1, page, &got);
		if (!read && !mmx_zone_has_page(view, zone, page))
			continue;
		if (!read)
			read = mmx_zone_block_type(view, pfn, &type);
		if (read)
			return mmx_fail(err, mmx_read_code(read),
					"the struct page or pageblock of frame 0x%" PRIx64 " is %s",
					pfn, mmx_read_name(read));
		if (type < blocks->types)
			n[type]++;
	}
	return 0;
}
