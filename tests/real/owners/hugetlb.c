// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE hugetlb     the pools, their parts on nodes, and each huge page
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/owners/hugetlb_page.h"

static void print_pools(const struct mmx_hugetlb_pools *pools)
{
	for (unsigned int i = 0; i < pools->n; i++) {
		const struct mmx_hstate *s = &pools->v[i];

		printf("pool\t%s\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		       s->name, s->order, s->total, s->free, s->reserved, s->surplus);
	}
	for (size_t i = 0; i < pools->nodes.n; i++) {
		const struct mmx_hstate_node *n = &pools->nodes.v[i];

		printf("node\t%u\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%s\n",
		       n->node, pools->v[n->hstate].order, n->total, n->free, n->surplus, n->listed,
		       n->unlisted ? mmx_reason(&pools->reasons, n->unlisted)->text : "");
	}
}

static int hugetlb(const struct mmx_kernel *k)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(k->view);
	struct mmx_page_walk w;
	struct mmx_hugetlb h;
	struct mmx_err err;

	if (!pools->n && !mmx_cover_whole(&pools->coverage))
		return ask_trouble(&pools->coverage.first);
	if (ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	print_pools(pools);
	while (mmx_page_walk_next(&w)) {
		if (w.read || w.tail || !w.folio.hugetlb)
			continue;
		mmx_hugetlb_decode(&h, pools, &w);
		printf("page\t%" PRIx64 "\t%u\t%u\t%s\t%s\t%s\t%u\t%s\n", w.pfn,
		       h.hstate ? h.hstate->order : 0,
		       mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, w.folio.flags),
		       h.freed ? "free" : "used", h.listed ? "listed" : "", h.flags, h.poisoned_n,
		       mmx_read_name(h.poison_read));
	}
	mmx_page_walk_end(&w);
	return 0;
}

ASK(hugetlb);
