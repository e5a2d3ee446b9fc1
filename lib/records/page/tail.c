// SPDX-License-Identifier: GPL-2.0-or-later
/* What a tail's struct page holds of its folio. */
#include "records/page/page.h"

static void nth_page(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->word = p->walk.pfn - p->walk.folio.head;
	if (!mmx_is_tail_of(&p->walk))
		mmx_value_none(v);
}

static bool has_fields(struct mmx_rows *r)
{
	return mmx_is_tail_of(&mmx_page_of(r)->walk);
}

static int open_fields(struct mmx_rows *r, struct mmx_err *err)
{
	struct mmx_pages *p = mmx_page_of(r);

	return mmx_tail_find(&p->tail, &p->walk, err);
}

static const void *next_field(struct mmx_rows *r)
{
	const struct mmx_tail *tail = &mmx_page_of(r)->tail;

	return r->nth < tail->n ? &tail->v[r->nth] : NULL;
}

static const struct mmx_field fields[] = {
	{"offset", MMX_HEX, "in this struct page", .width = 6, AT(struct mmx_tail_field, offset)},
	{"field", MMX_TEXT, "the member of struct folio", .width = 22,
	 AT(struct mmx_tail_field, field)},
	{"value", MMX_HEX, "as it stands", AT(struct mmx_tail_field, value)},
	{"meaning", MMX_TEXT, "in words, where the number needs them", .may = MMX_OR_EMPTY,
	 AT(struct mmx_tail_field, meaning)},
	{0},
};

static const struct mmx_record folio_fields = {
	.name = "folio_field",
	.doc = "a field of the folio that lies in this struct page",
	.fields = fields,
	.has = has_fields,
	.open = open_fields,
	.next = next_field,
};

const struct mmx_field mmx_page_fields_tail[] = {
	{"nth_page", MMX_COUNT, "of tails: which page of the folio", .may = MMX_OR_NONE, .min = 1,
	 .get = nth_page},
	{"folio_fields", MMX_TABLE, "of tails: what their struct page holds of the folio",
	 .title = "fields of the folio in this struct page", .may = MMX_OR_NONE | MMX_OR_UNKNOWN,
	 .record = &folio_fields},
	{0},
};
