// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/frames/page_check.h"
#include "mm/frames/page_walk.h"
#include "mm/owners/hugetlb_pools.h"

static const char source[] = "struct page, folio, enum pagetype";

/* VMCOREINFO says what a free page's type word is: the encoding must read it so. */
static void check_type(struct mmx_kernel *k)
{
	const struct mmx_page_format *f = &mmx_mem(k)->page_format;
	enum mmx_page_type type;
	int64_t buddy;

	if (!mmx_vmcoreinfo_number(&k->vmcoreinfo, "PAGE_BUDDY_MAPCOUNT_VALUE", &buddy)) {
		mmx_fact_set(&k->facts, FACT_PAGES, MMX_FACT_UNCHECKED, source,
			     "VMCOREINFO has no PAGE_BUDDY_MAPCOUNT_VALUE");
		return;
	}
	type = mmx_page_type_of(&f->types, (uint32_t)buddy);
	mmx_fact_set(&k->facts, FACT_PAGES,
		     type == MMX_PAGE_BUDDY ? MMX_FACT_CHECKED : MMX_FACT_FAILED, source,
		     "page type 0x%x, VMCOREINFO's buddy value, reads as %s, by %s",
		     (uint32_t)buddy, mmx_page_type_name(type),
		     f->types.scheme == MMX_TYPES_BYTE ? "top byte" : "cleared bit");
}

#define AT_SPOT      4096u /* bytes of struct pages that are looked at in one place */
#define SPOTS        256
#define ENOUGH_SPOTS 16 /* with large folios */

struct order_verdict {
	unsigned int spots, pages, bad;
	uint64_t bad_pfn;
};

static void judge_spot(struct order_verdict *v, struct mmx_kernel *k, uint64_t pfn)
{
	unsigned int before = v->pages;
	struct mmx_page_walk w;
	struct mmx_err err;

	if (v->spots >= ENOUGH_SPOTS || !mmx_pfn_online(&mmx_mem(k)->sparse, pfn) ||
	    mmx_page_walk_begin(&w, k->view, pfn, pfn + AT_SPOT / mmx_mem(k)->page_format.size,
				&err))
		return;
	while (mmx_page_walk_next(&w)) {
		if (w.read || (!w.tail && !w.folio.large) || (w.folio.read && !w.folio.bad))
			continue;
		v->pages++;
		if (w.folio.bad && !v->bad++)
			v->bad_pfn = w.pfn;
	}
	mmx_page_walk_end(&w);
	v->spots += v->pages > before;
}

/*
 * Where a folio keeps its order has moved more than once, and what lies there now may be anything. Read
 * rightly it is a power of two that the head is aligned to and that reaches its tails. Single folios may be
 * corrupt; most of them are not.
 */
static void check_orders(struct mmx_kernel *k)
{
	uint64_t step = mmx_ranges_total(&mmx_mem(k)->sparse.pfn) / SPOTS | 1, next = 0, before = 0;
	struct mmx_fact *fact = &k->facts.v[FACT_PAGES];
	struct order_verdict v = {0};
	size_t len = strlen(fact->text);

	/* Every step-th of all frames that have a struct page. */
	mmx_for_each_range (frames, &mmx_mem(k)->sparse.pfn) {
		for (; next < before + frames->end - frames->start; next += step)
			judge_spot(&v, k, frames->start + next - before);
		before += frames->end - frames->start;
	}
	if (v.bad > v.pages / 2)
		mmx_fact_set(&k->facts, FACT_PAGES, MMX_FACT_FAILED, source,
			     "%u of %u pages sampled of large folios are in none that its order "
			     "reaches, PFN 0x%" PRIx64 " first",
			     v.bad, v.pages, v.bad_pfn);
	else
		snprintf(fact->text + len, sizeof(fact->text) - len,
			 "; %u of %u pages sampled of large folios are within their order",
			 v.pages - v.bad, v.pages);
}

/* Without the test, huge pages of hugetlb look like any other large folios. */
static void check_hugetlb(struct mmx_kernel *k)
{
	struct mmx_err err;
	uint64_t n = 0;

	if (mmx_mem(k)->page_format.hugetlb != MMX_HUGETLB_NONE)
		return;
	if (mmx_hugetlb_count(k->view, &n, &err))
		mmx_fact_set(
			&k->facts, FACT_PAGES, MMX_FACT_UNKNOWN, source,
			"nothing tells huge pages of hugetlb from other large folios, and whether there "
			"are any is not known: %s",
			err.text);
	else if (n)
		mmx_fact_set(&k->facts, FACT_PAGES, MMX_FACT_UNKNOWN, source,
			     "hugetlb has %" PRIu64
			     " huge pages, and no page type, flag or destructor tells "
			     "them from other large folios",
			     n);
}

void mmx_pages_find(struct mmx_kernel *k)
{
	struct mmx_err err;

	if (mmx_page_format_find(k, &mmx_mem(k)->page_format, &err)) {
		mmx_fact_set(&k->facts, FACT_PAGES, MMX_FACT_UNKNOWN, source, "%s", err.text);
		return;
	}
	check_type(k);
	if (mmx_fact_usable(&k->facts, FACT_PAGES))
		check_orders(k);
	if (mmx_fact_usable(&k->facts, FACT_PAGES))
		check_hugetlb(k);
}
