// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "mm/mem.h"
#include "kernel/list.h"
#include "mm/frames/buddy_block.h"
#include "mm/zones/unaccepted.h"
#include "mm/owners/owner.h"

/* A block of the list of a zone. */
static int take(struct mmx_unaccepted *u, const struct mmx_kernel *k, uint32_t zone, uint64_t node,
		struct mmx_err *err)
{
	uint64_t page = node - mmx_off(&k->layout, M_page_lru), frames = 1ULL << u->order, pfn;

	if (!mmx_page_pfn(k, page, &pfn) || pfn & (frames - 1))
		return mmx_fail(err, MMX_ECORRUPT,
				"it holds 0x%" PRIx64 ", which is no page that a block begins with",
				page);
	return mmx_owned_add(&u->frames, zone, pfn, pfn, frames) ? 0 : mmx_fail_nomem(err);
}

/* What breaks one list leaves the others alone. */
static int read_list(struct mmx_unaccepted *u, struct mmx_view *view, uint32_t nr, uint64_t limit,
		     struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_zone *zone = &mmx_mem(k)->zones.v[nr];
	struct mmx_list list;
	int ret = 0;

	mmx_list_begin(&list, view, zone->addr + mmx_off(&k->layout, M_zone_unaccepted_pages),
		       limit);
	while (!ret && mmx_list_next(&list))
		ret = take(u, k, nr, list.node, err);
	if (ret && err->code == MMX_ENOMEM)
		return -1;
	if (!ret)
		*err = list.coverage.first;
	if (err->code)
		mmx_fail_prefix(err, "list of unaccepted memory of node %u, zone %s", zone->node,
				zone->name);
	mmx_cover_fail(&u->coverage, err);
	return 0;
}

/* There is a free list for each order, and the largest is a block's. */
static int find_order(struct mmx_unaccepted *u, const struct mmx_kernel *k, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_zone_free_area, M_page_lru};
	unsigned int orders;

	if (mmx_layout_require(&k->layout, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_fact_require(&k->facts, FACT_ZONES, err) ||
	    mmx_fact_require(&k->facts, FACT_VMEMMAP, err))
		return -1;
	orders = k->layout.member[M_zone_free_area].m.nelems;
	if (orders < 2 || orders > MMX_BLOCK_ORDERS)
		return mmx_fail(err, MMX_ECORRUPT, "free lists of %u orders make no sense", orders);
	u->order = orders - 1;
	return 0;
}

int mmx_unaccepted_find(struct mmx_unaccepted *u, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t limit;

	if (!mmx_has(&k->layout, M_zone_unaccepted_pages))
		return 0;
	if (find_order(u, k, err))
		return -1;
	limit = mmx_ranges_total(&mmx_mem(k)->sparse.pfn) >> u->order;
	for (size_t i = 0; i < mmx_mem(k)->zones.n; i++) {
		if (read_list(u, view, i, limit, err))
			return -1;
	}
	mmx_owned_sort(&u->frames);
	u->coverage.found = u->frames.n;
	return 0;
}

void mmx_unaccepted_free(struct mmx_unaccepted *u)
{
	mmx_owned_free(&u->frames);
}

static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	return mmx_owned_run(&mmx_know_unaccepted(view)->frames, nth, run);
}

const struct mmx_owner_kind mmx_owner_unaccepted = {
	.name = "unaccepted memory",
	.class = CLASS_UNACCEPTED,
	.why = "it is in its zone's list of unaccepted memory",
	.known = MMX_KNOWN_unaccepted,
	.run = runs,
};
