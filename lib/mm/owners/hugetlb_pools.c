// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/owners/hugetlb_pools.h"

#define MAX_ORDER 22

static const struct mmx_wanted hstate_wanted[] = {
	MMX_WANT(struct mmx_hstate, order, hstate, order),
	MMX_WANT(struct mmx_hstate, total, hstate, nr_huge_pages),
	MMX_WANT(struct mmx_hstate, free, hstate, free_huge_pages),
	MMX_WANT(struct mmx_hstate, reserved, hstate, resv_huge_pages),
	MMX_WANT(struct mmx_hstate, surplus, hstate, surplus_huge_pages),
	MMX_WANT_TEXT(struct mmx_hstate, name, hstate, name),
};

static const struct mmx_decode hstate_table = MMX_DECODE("hstate", hstate_wanted);

static int take_free(struct mmx_hugetlb_pools *pools, struct mmx_hstate_node *node,
		     const struct mmx_kernel *k, uint64_t link, struct mmx_err *err)
{
	struct mmx_hugetlb_free free = {.hstate = node->hstate, .node = node->node};

	if (!mmx_page_pfn(k, link - mmx_off(&k->layout, M_page_lru), &free.pfn))
		return mmx_fail(err, MMX_ECORRUPT,
				"a free list leads to 0x%" PRIx64 ", which is in no struct page",
				link);
	node->listed++;
	return mmx_array_add(&pools->free, free) ? 0 : mmx_fail_nomem(err);
}

/* An element of one of a pool's per-node arrays. */
static bool on_node(struct mmx_view *view, uint64_t hstate, enum mmx_layout_member id,
		    unsigned int nid, uint64_t *value)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint32_t n;

	if (!mmx_has(l, id) || nid >= l->member[id].m.nelems ||
	    mmx_kread_u32(view, hstate + mmx_off(l, id) + nid * 4u, &n))
		return false;
	*value = n;
	return true;
}

/* The free list of a pool on a node. */
static int read_list(struct mmx_hugetlb_pools *pools, struct mmx_view *view,
		     struct mmx_hstate_node *node, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_member *lists = &k->layout.member[M_hstate_freelists].m;
	const struct mmx_hstate *h = &pools->v[node->hstate];
	uint64_t most = mmx_ranges_total(&mmx_mem(k)->sparse.pfn);
	struct mmx_err why = {0};
	struct mmx_list list;

	mmx_list_begin(&list, view,
		       h->addr + mmx_off(&k->layout, M_hstate_freelists) +
			       node->node * (uint64_t)lists->elem_size,
		       (most >> h->order) + 1);
	while (!why.code && mmx_list_next(&list))
		take_free(pools, node, k, list.node, &why);
	if (why.code == MMX_ENOMEM)
		return mmx_fail_nomem(err);
	if (!why.code)
		why = list.coverage.first;
	node->unlisted = mmx_reason_add(&pools->reasons, &why);
	mmx_cover_fail(&pools->coverage, &why);
	return 0;
}

static int read_node(struct mmx_hugetlb_pools *pools, struct mmx_view *view, unsigned int nr,
		     unsigned int nid, struct mmx_err *err)
{
	uint64_t hstate = pools->v[nr].addr;
	struct mmx_hstate_node node = {.hstate = nr, .node = nid};

	if (!on_node(view, hstate, M_hstate_nr_on_node, nid, &node.total) ||
	    !on_node(view, hstate, M_hstate_free_on_node, nid, &node.free) ||
	    !on_node(view, hstate, M_hstate_surplus_on_node, nid, &node.surplus))
		return mmx_fail(err, MMX_EABSENT, "hstate %u's counts of node %u cannot be read",
				nr, nid);
	if (read_list(pools, view, &node, err))
		return -1;
	return mmx_array_add(&pools->nodes, node) ? 0 : mmx_fail_nomem(err);
}

static int read_hstate(struct mmx_hugetlb_pools *pools, struct mmx_view *view, unsigned int nr,
		       struct mmx_err *err)
{
	const struct mmx_zones *zones = &mmx_mem(view->kernel)->zones;
	struct mmx_hstate *h = &pools->v[nr];

	if (mmx_decode_read(&hstate_table, view, h->addr, h, err))
		return -1;
	if (!h->order || h->order > MAX_ORDER)
		return mmx_fail(err, MMX_ECORRUPT, "hstate %u has order %u", nr, h->order);
	for (size_t i = 0; i < zones->n; i++) {
		if ((!i || zones->v[i].node != zones->v[i - 1].node) &&
		    read_node(pools, view, nr, zones->v[i].node, err))
			return -1;
	}
	return 0;
}

static int count_hstates(struct mmx_view *view, uint64_t *n, struct mmx_err *err)
{
	if (mmx_kread_variable(view, "hugetlb_max_hstate", 4, n) || *n > MMX_HSTATES_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"hugetlb_max_hstate is unreadable or makes no sense");
	return 0;
}

static int read_pools(struct mmx_hugetlb_pools *pools, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member lists[] = {M_hstate_freelists, M_page_lru};
	const struct mmx_kernel *k = view->kernel;
	uint64_t hstates, n;

	if (!mmx_symbol_addr(&k->symbols, "hstates", &hstates))
		return 0;
	if (mmx_fact_require(&k->facts, FACT_PAGES, err) ||
	    mmx_decode_require(&hstate_table, &k->layout, err) ||
	    mmx_layout_require(&k->layout, lists, sizeof(lists) / sizeof(*lists), err) ||
	    count_hstates(view, &n, err))
		return -1;
	for (unsigned int i = 0; i < n; i++) {
		pools->v[i].addr = hstates + i * mmx_size(&k->layout, S_hstate);
		if (read_hstate(pools, view, i, err))
			return -1;
		pools->coverage.found = ++pools->n;
	}
	return 0;
}

int mmx_hugetlb_pools_find(struct mmx_hugetlb_pools *pools, struct mmx_view *view,
			   struct mmx_err *err)
{
	int ret = read_pools(pools, view, err);

	mmx_array_sort_by(&pools->free, pfn);
	return ret;
}

int mmx_hugetlb_count(struct mmx_view *view, uint64_t *n, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_hstate_nr_huge_pages};
	const struct mmx_kernel *k = view->kernel;
	uint64_t hstates, states, pages;

	*n = 0;
	if (!mmx_symbol_addr(&k->symbols, "hstates", &hstates))
		return 0;
	if (mmx_layout_require(&k->layout, need, 1, err) || count_hstates(view, &states, err))
		return -1;
	for (uint64_t i = 0; i < states; i++) {
		enum mmx_read read =
			mmx_kread_member(view, hstates + i * mmx_size(&k->layout, S_hstate),
					 M_hstate_nr_huge_pages, &pages);

		if (read)
			return mmx_fail(err, mmx_read_code(read), "hstates[%" PRIu64 "] is %s", i,
					mmx_read_name(read));
		*n += pages;
	}
	return 0;
}

void mmx_hugetlb_pools_free(struct mmx_hugetlb_pools *pools)
{
	mmx_array_free(&pools->nodes);
	mmx_array_free(&pools->free);
	mmx_reasons_free(&pools->reasons);
}
