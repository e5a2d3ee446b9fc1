// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE pcp         "set", node, zone, CPU, count, pages found, pages that are not free or of another
 *                      zone; then "block", PFN, order, CPU, list, type
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/zones/pcp.h"

static uint64_t strangers(const struct mmx_kernel *k, const struct mmx_pcp *pcp,
			  const struct mmx_pcp_set *set)
{
	uint64_t n = 0, flags;
	int32_t refs;

	for (size_t i = 0; i < pcp->blocks.n; i++) {
		const struct mmx_pcp_block *b = &pcp->blocks.v[i];

		if (b->zone != set->zone || b->cpu != set->cpu)
			continue;
		n += !ask_read_page(k, b->pfn, &flags, &refs) || refs ||
		     !ask_in_zone(k, b->zone, flags) ||
		     mmx_pcp_block_of(pcp, b->pfn + (1u << b->order) - 1) != b;
	}
	return n;
}

static int pcp(const struct mmx_kernel *k)
{
	const struct mmx_pcp *pcp = mmx_know_pcp(k->view);

	for (size_t i = 0; i < pcp->n; i++) {
		const struct mmx_pcp_set *s = &pcp->v[i];

		printf("set\t%u\t%s\t%u\t%" PRId64 "\t%" PRIu64 "\t%" PRIu64 "\n", s->zone->node,
		       s->zone->name, s->cpu, s->count, s->found, strangers(k, pcp, s));
	}
	for (size_t i = 0; i < pcp->blocks.n; i++) {
		const struct mmx_pcp_block *b = &pcp->blocks.v[i];

		printf("block\t%" PRIx64 "\t%u\t%d\t%u\t%d\n", b->pfn, b->order, (int)b->cpu,
		       b->list, b->migratetype);
	}
	return mmx_cover_whole(&pcp->coverage) ? 0 : ask_trouble(&pcp->coverage.first);
}

ASK(pcp);
