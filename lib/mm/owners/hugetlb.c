// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/owners/hugetlb.h"

#define MAX_ORDER    22
#define MAX_POISONED (1u << 18) /* pages that the largest huge page has */

/*
 * The pools.
 */

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

/*
 * A huge page.
 */

static const struct {
	enum mmx_layout_enumerator id;
	const char *name;
} flag_names[] = {
#define FLAG(name)                  \
	{                           \
		E_HPG_##name, #name \
	}
	FLAG(restore_reserve),   FLAG(migratable),         FLAG(temporary), FLAG(freed),
	FLAG(vmemmap_optimized), FLAG(raw_hwp_unreliable), FLAG(cma),
#undef FLAG
};

static const char *flag_name(const struct mmx_layout *l, int64_t bit)
{
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(*flag_names); i++) {
		if (mmx_has_enum(l, flag_names[i].id) && mmx_enum(l, flag_names[i].id) == bit)
			return flag_names[i].name;
	}
	return NULL;
}

/* Those that have no name stand behind the others, as a number. */
static void name_flags(struct mmx_hugetlb *h, const struct mmx_layout *l)
{
	uint64_t nameless = 0;
	size_t len = 0;

	for (int bit = 0; bit < 64 && len < sizeof(h->flags); bit++) {
		const char *name = h->raw >> bit & 1 ? flag_name(l, bit) : NULL;

		if (name)
			len += snprintf(h->flags + len, sizeof(h->flags) - len, "%s%s",
					len ? " " : "", name);
		else
			nameless |= h->raw & 1ULL << bit;
	}
	if (nameless && len < sizeof(h->flags))
		snprintf(h->flags + len, sizeof(h->flags) - len, "%s0x%" PRIx64, len ? " " : "",
			 nameless);
}

static bool has_flag(const struct mmx_layout *l, const struct mmx_hugetlb *h,
		     enum mmx_layout_enumerator id)
{
	return mmx_has_enum(l, id) && mmx_bit(h->raw, mmx_enum(l, id));
}

static const struct mmx_wanted subpool_wanted[] = {
	MMX_WANT(struct mmx_subpool, max, hugepage_subpool, max_hpages),
	MMX_WANT(struct mmx_subpool, used, hugepage_subpool, used_hpages),
	MMX_WANT(struct mmx_subpool, min, hugepage_subpool, min_hpages),
	MMX_WANT(struct mmx_subpool, reserved, hugepage_subpool, rsv_hpages),
};

static const struct mmx_decode subpool_table = MMX_DECODE("hugepage_subpool", subpool_wanted);

/*
 * Where a word of the folio lies that hugetlb keeps in a tail: a member of the folio, or up to 6.1
 * the private word of the tail whose number an enumerator tells.
 */
static bool tail_word(const struct mmx_page_walk *w, enum mmx_layout_member member,
		      enum mmx_layout_enumerator tail, uint64_t *addr)
{
	const struct mmx_kernel *k = w->view->kernel;

	*addr = mmx_page_addr(&mmx_mem(k)->vmemmap, w->folio.head);
	if (mmx_has(&k->layout, member)) {
		*addr += mmx_off(&k->layout, member);
		return true;
	}
	if (!mmx_has_enum(&k->layout, tail))
		return false;
	*addr += (uint64_t)mmx_enum(&k->layout, tail) * mmx_mem(k)->page_format.size +
		 mmx_mem(k)->page_format.private;
	return true;
}

/* A list without ways back: bounded by the pages that there are to name. */
static void read_poisoned(struct mmx_hugetlb *h, const struct mmx_page_walk *w, unsigned int most)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t at, page, pfn;
	unsigned int n = 0;

	if (!mmx_has_struct(&k->layout, S_raw_hwp_page) ||
	    !tail_word(w, M_folio_hugetlb_hwpoison, E_SUBPAGE_INDEX_HWPOISON, &at))
		return;
	h->poison_read = mmx_kread_u64(w->view, at, &at);
	while (!h->poison_read && at) {
		at -= mmx_off(&k->layout, M_raw_hwp_page_node);
		h->poison_read = mmx_kread_member(w->view, at, M_raw_hwp_page_page, &page);
		if (h->poison_read)
			return;
		if (n++ == most || !mmx_page_pfn(k, page, &pfn) ||
		    pfn - w->folio.head >= 1ULL << w->folio.order) {
			h->poison_read = MMX_READ_UNREADABLE;
			return;
		}
		if (h->poisoned_n < MMX_HUGETLB_POISONED)
			h->poisoned[h->poisoned_n] = pfn;
		h->poisoned_n++;
		h->poisons_this |= pfn == w->pfn;
		h->poison_read =
			mmx_kread_u64(w->view, at + mmx_off(&k->layout, M_raw_hwp_page_node), &at);
	}
}

enum mmx_bad_page mmx_hugetlb_bad_page(const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;
	struct mmx_hugetlb h = {.raw = mmx_word(w->folio.bytes, mmx_mem(k)->page_format.private)};

	read_poisoned(&h, w, MMX_HUGETLB_POISONED);
	if (h.poisons_this)
		return MMX_BAD_PAGE_THIS;
	return !h.poisoned_n || h.poison_read || has_flag(&k->layout, &h, E_HPG_raw_hwp_unreliable)
		       ? MMX_BAD_PAGE_UNKNOWN
		       : MMX_BAD_PAGE_OTHER;
}

void mmx_hugetlb_decode(struct mmx_hugetlb *h, const struct mmx_hugetlb_pools *pools,
			const struct mmx_page_walk *w)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t at;

	memset(h, 0, sizeof(*h));
	for (unsigned int i = 0; i < pools->n; i++) {
		if (pools->v[i].order == w->folio.order)
			h->hstate = &pools->v[i];
	}
	h->listed = mmx_array_at(&pools->free, pfn, w->folio.head);
	h->raw = mmx_word(w->folio.bytes, mmx_mem(k)->page_format.private);
	name_flags(h, &k->layout);
	h->freed = has_flag(&k->layout, h, E_HPG_freed);
	h->optimised = has_flag(&k->layout, h, E_HPG_vmemmap_optimized);
	h->temporary = has_flag(&k->layout, h, E_HPG_temporary);
	h->poison_lost = has_flag(&k->layout, h, E_HPG_raw_hwp_unreliable);
	if (!tail_word(w, M_folio_hugetlb_subpool, E_SUBPAGE_INDEX_SUBPOOL, &at))
		h->subpool.read = MMX_READ_UNREADABLE;
	else
		h->subpool.read = mmx_kread_u64(w->view, at, &h->subpool.addr);
	if (h->subpool.addr)
		h->subpool.read =
			mmx_decode_into(&subpool_table, w->view, h->subpool.addr, &h->subpool);
	read_poisoned(h, w, MAX_POISONED);
}
