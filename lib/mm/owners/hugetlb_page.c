// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/hugetlb_page.h"

#define MAX_POISONED (1u << 18) /* pages that the largest huge page has */

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
