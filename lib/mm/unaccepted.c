// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/kernel.h"
#include "kernel/list.h"
#include "mm/unaccepted.h"

/* A walk over the list of one zone. */
struct walk {
	const struct mmx_kernel *k;
	struct mmx_unaccepted *unaccepted;
	uint32_t zone;
	struct mmx_err *err;
	bool bad;
};

static bool take(void *arg, uint64_t node)
{
	struct walk *w = arg;
	uint64_t page = node - mmx_off(&w->k->layout, M_page_lru);
	uint64_t frames = 1ULL << w->unaccepted->order, pfn;

	if (!mmx_page_pfn(w->k, page, &pfn) || pfn & (frames - 1)) {
		mmx_fail(w->err, MMX_ECORRUPT,
			 "it holds 0x%" PRIx64 ", which is no page that a block begins with", page);
		w->bad = true;
	} else if (!mmx_owned_add(&w->unaccepted->frames, w->zone, pfn, pfn, frames)) {
		mmx_fail_nomem(w->err);
		w->bad = true;
	}
	return !w->bad;
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

int mmx_unaccepted_read(struct mmx_unaccepted *u, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_err broken;
	uint64_t limit;
	int ret = 0;

	*u = (struct mmx_unaccepted){0};
	if (!mmx_has(&k->layout, M_zone_unaccepted_pages))
		return 0;
	if (find_order(u, k, err))
		return -1;
	limit = mmx_ranges_total(&k->sparse.pfn) >> u->order;
	for (size_t i = 0; i < k->zones.n; i++) {
		const struct mmx_zone *zone = &k->zones.v[i];
		struct walk w = {.k = k, .unaccepted = u, .zone = i, .err = &broken};

		if (!mmx_list_walk(view, zone->addr + mmx_off(&k->layout, M_zone_unaccepted_pages),
				   limit, take, &w, &broken) &&
		    !w.bad)
			continue;
		if (!ret)
			ret = mmx_fail(err, broken.code,
				       "list of unaccepted memory of node %u, zone %s: %s",
				       zone->node, zone->name, broken.text);
	}
	mmx_owned_sort(&u->frames);
	return ret;
}

void mmx_unaccepted_free(struct mmx_unaccepted *u)
{
	mmx_owned_free(&u->frames);
}
