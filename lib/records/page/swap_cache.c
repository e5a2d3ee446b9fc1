// SPDX-License-Identifier: GPL-2.0-or-later
/* The swap cache: which page of which swap area has, or had, the same contents. */
#include "mm/swap/swap_areas.h"
#include "mm/swap/swap_slot.h"
#include "records/page/page.h"

/* @first: the offset of its folio's first page; @offset: its own */
struct swap_cache {
	unsigned int type;
	uint64_t first, offset;
};

static bool has_swap_cache(struct mmx_rows *r)
{
	const struct mmx_page_format *f = mmx_page_format_of(r);
	const struct mmx_pages *p = mmx_page_of(r);

	return (p->verdict.class == CLASS_SWAP_CACHE || p->verdict.class == CLASS_KSM ||
		mmx_page_user_of(r) != MMX_PAGE_OF_NONE) &&
	       mmx_bit(p->walk.folio.flags, f->swapbacked) &&
	       mmx_bit(p->walk.folio.flags, f->swapcache);
}

static const void *next_swap_cache(struct mmx_rows *r)
{
	const struct mmx_page_walk *w = &mmx_page_of(r)->walk;
	struct swap_cache *swap = r->state;

	mmx_swap_private(mmx_word(w->folio.bytes, mmx_page_format_of(r)->private), &swap->type,
			 &swap->first);
	swap->offset = swap->first + (w->pfn - w->folio.head);
	return r->nth ? NULL : swap;
}

static void area(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(r->view);
	const struct swap_cache *swap = r->row;
	const struct mmx_swap_area *found = mmx_swap_area(swaps, swap->type);

	if (found && found->path.text[0]) {
		v->text = found->path.text;
	} else if (found && found->no_path) {
		mmx_value_unknown(v, mmx_reason(&swaps->reasons, found->no_path));
	} else if (!mmx_cover_whole(&swaps->coverage)) {
		mmx_value_unknown(v, &swaps->coverage.first);
	} else {
		mmx_fail(&v->scratch->err, MMX_ECORRUPT, "there is no swap area %u", swap->type);
		mmx_value_unknown(v, &v->scratch->err);
	}
}

/* Where nothing tells whose it is, that its area could not be read may be why. */
static void slot_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	const struct swap_cache *swap = r->row;
	struct mmx_swap_slot slot;

	v->err = &v->scratch->err;
	if (mmx_page_of(r)->verdict.class != CLASS_SWAP_CACHE ||
	    !mmx_swap_slot(&slot, r->view, mmx_know_swaps(r->view), swap->type, swap->first,
			   &v->scratch->err))
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"type", MMX_COUNT, "the number of the swap area", AT(struct swap_cache, type)},
	{"offset", MMX_HEX, "the page of that area", AT(struct swap_cache, offset)},
	{"area", MMX_TEXT, "the area's file or device", .may = MMX_OR_NULL | MMX_OR_UNKNOWN,
	 .get = area},
	{"slot_unknown", MMX_TROUBLE, "of class swap-cache: why its slot does not tell whose it is",
	 .get = slot_unknown},
	{0},
};

static const struct mmx_record swap_cache = {
	.name = "swap_cache",
	.doc = "its place in swap",
	.fields = fields,
	.state_size = sizeof(struct swap_cache),
	.has = has_swap_cache,
	.next = next_swap_cache,
};

const struct mmx_field mmx_page_fields_swap_cache[] = {
	{"swap_cache", MMX_BLOCK, "of user memory that is in it", .title = "swap cache",
	 .may = MMX_OR_NONE, .record = &swap_cache},
	{0},
};
