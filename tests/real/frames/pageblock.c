// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE pageblocks  node, zone, type, blocks that begin in it, as /proc/pagetypeinfo
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/frames/pageblock.h"

/* As the kernel counts: a block is of the zone that its first page is of. */
static int pageblocks(const struct mmx_kernel *k)
{
	struct mmx_pageblock_format f;
	struct mmx_err err;

	if (mmx_pageblock_format_find(&f, k->view, &err))
		return ask_trouble(&err);
	printf("order\t%u\n", f.order);
	for (size_t z = 0; z < mmx_mem(k)->zones.n; z++) {
		const struct mmx_zone *zone = &mmx_mem(k)->zones.v[z];
		uint64_t end = zone->start_pfn + zone->spanned, count[MMX_MIGRATE_TYPES + 1] = {0};

		for (uint64_t pfn = zone->start_pfn; pfn < end;
		     pfn = ((pfn >> f.order) + 1) << f.order) {
			struct mmx_pageblock block;
			uint64_t flags;
			int32_t refs;

			if (!mmx_pfn_online(&mmx_mem(k)->sparse, pfn) ||
			    !ask_read_page(k, pfn, &flags, &refs) || !ask_in_zone(k, zone, flags))
				continue;
			if (mmx_pageblock_of(&f, k->view, pfn, &block) || !block.name)
				count[MMX_MIGRATE_TYPES]++;
			else
				count[block.isolated ? (unsigned int)f.isolate_type : block.type]++;
		}
		for (unsigned int t = 0; t < f.types; t++)
			printf("%u\t%s\t%s\t%" PRIu64 "\n", zone->node, zone->name, f.name[t],
			       count[t]);
		printf("%u\t%s\tunknown\t%" PRIu64 "\n", zone->node, zone->name,
		       count[MMX_MIGRATE_TYPES]);
	}
	return 0;
}

ASK(pageblocks);
