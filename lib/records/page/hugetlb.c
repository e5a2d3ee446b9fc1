// SPDX-License-Identifier: GPL-2.0-or-later
/* Huge pages of hugetlb. */
#include "mm/owners/hugetlb_pools.h"
#include "records/page/page.h"

struct hugetlb {
	const struct mmx_hugetlb *h;
	const struct mmx_hugetlb_pools *pools;
};

static bool has_hugetlb(struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);

	return p->verdict.class == CLASS_HUGETLB ||
	       (p->verdict.class == CLASS_HWPOISON && !p->walk.folio.read && p->walk.folio.hugetlb);
}

static const void *next_hugetlb(struct mmx_rows *r)
{
	struct hugetlb *huge = r->state;

	if (r->nth)
		return NULL;
	huge->h = mmx_page_hugetlb_of(r);
	huge->pools = mmx_know_hugetlb_pools(r->view);
	return huge;
}

static void size(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = 1ULL << (mmx_page_of(r)->walk.folio.order + r->view->kernel->arch->page_shift);
}

static void pool(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;

	if (huge->h->hstate)
		v->text = huge->h->hstate->name;
	else if (!mmx_cover_whole(&huge->pools->coverage))
		mmx_value_unknown(v, &huge->pools->coverage.first);
	else
		v->text = "none of this order";
}

static void state(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;

	v->word = huge->h->freed;
}

/* Why a page of its pool may be on a free list and was not found there; NULL when it cannot be. */
static const struct mmx_err *unlisted(const struct hugetlb *huge)
{
	const struct mmx_hugetlb_pools *pools = huge->pools;

	for (size_t i = 0; huge->h->hstate && i < pools->nodes.n; i++) {
		const struct mmx_hstate_node *node = &pools->nodes.v[i];

		if (huge->h->hstate == &pools->v[node->hstate] && node->unlisted)
			return mmx_reason(&pools->reasons, node->unlisted);
	}
	return NULL;
}

static bool is_listing_known(const struct hugetlb *huge, const struct mmx_err *why)
{
	return huge->h->listed || (huge->h->hstate && !why) ||
	       mmx_cover_whole(&huge->pools->coverage);
}

static void on_free_list(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;

	v->truth = huge->h->listed;
	if (!is_listing_known(huge, unlisted(huge)))
		mmx_value_null(v);
}

static void free_list(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;
	const struct mmx_err *why = unlisted(huge);

	v->err = why;
	if (!why || is_listing_known(huge, why))
		mmx_value_none(v);
}

static void state_flags(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;

	v->text = huge->h->flags;
}

static void vmemmap_optimised(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;

	v->truth = huge->h->optimised;
}

static void temporary(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;

	v->truth = huge->h->temporary;
}

static void poisoned(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;

	v->word = huge->h->poisoned_n;
	mmx_value_absent(v, huge->h->poison_read);
}

static void poisoned_more(struct mmx_rows *r, struct mmx_value *v)
{
	const struct hugetlb *huge = r->row;

	v->truth = huge->h->poison_lost;
}

struct bad_page {
	uint64_t pfn;
};

static const void *next_bad_page(struct mmx_rows *r)
{
	const struct hugetlb *huge = r->above->row;

	return r->nth < huge->h->poisoned_n && r->nth < MMX_HUGETLB_POISONED
		       ? &huge->h->poisoned[r->nth]
		       : NULL;
}

static const struct mmx_field bad_page_fields[] = {
	{"pfn", MMX_PFN, "the frame", .width = 8, AT(struct bad_page, pfn)},
	{0},
};

static const struct mmx_record bad_pages = {
	.name = "bad_page",
	.doc = "a page of it whose memory failed",
	.fields = bad_page_fields,
	.next = next_bad_page,
};

static const char *const states[] = {"in use", "free"};

static const struct mmx_field fields[] = {
	{"size", MMX_BYTES, "in bytes", .get = size},
	{"pool", MMX_TEXT, "the pool of its size", .may = MMX_OR_NULL | MMX_OR_UNKNOWN,
	 .get = pool},
	{"state", MMX_WORD, "by its flag", WORD_LIST(states), .get = state},
	{"on_free_list", MMX_BOOL, "it is on a free list of its pool", .may = MMX_OR_NULL,
	 .get = on_free_list},
	{"free_list", MMX_TROUBLE, "why it is not known whether it is on one", .get = free_list},
	{"state_flags", MMX_TEXT, "its flags by name", .may = MMX_OR_EMPTY, .get = state_flags},
	{"vmemmap_optimised", MMX_BOOL, "the struct pages of its tails are shared",
	 .get = vmemmap_optimised},
	{"temporary", MMX_BOOL, "made for a migration, outside of the pool", .get = temporary},
	{"poisoned", MMX_COUNT, "how many of its pages are bad", .may = MMX_OR_ABSENT,
	 .get = poisoned},
	{"poisoned_more", MMX_BOOL, "the kernel could not note all of those", .zero = MMX_OR_NONE,
	 .get = poisoned_more},
	{"bad_pages", MMX_TABLE, "the first of them", .title = "bad pages", .may = MMX_OR_NONE,
	 .record = &bad_pages},
	{0},
};

static const struct mmx_record hugetlb = {
	.name = "hugetlb",
	.doc = "the huge page that it is of",
	.fields = fields,
	.state_size = sizeof(struct hugetlb),
	.has = has_hugetlb,
	.next = next_hugetlb,
};

const struct mmx_field mmx_page_fields_hugetlb[] = {
	{"hugetlb", MMX_BLOCK, "of class hugetlb, and of hwpoison in a huge page",
	 .title = "huge page", .may = MMX_OR_NONE, .record = &hugetlb},
	{0},
};
