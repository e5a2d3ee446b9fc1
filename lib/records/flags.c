// SPDX-License-Identifier: GPL-2.0-or-later
/* How the flags word of struct page is divided. */
#include "mm/mem.h"
#include "records/records.h"

static const void *next_field(struct mmx_rows *r)
{
	return r->nth < MMX_FLAG_FIELD_COUNT ? &mmx_mem(r->view->kernel)->flags.field[r->nth]
					     : NULL;
}

static void field_name(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = r->nth;
}

/* Those below the zone rest on what was found out about generations of the LRU. */
static void place(struct mmx_rows *r, struct mmx_value *v, unsigned int bits)
{
	const struct mmx_facts *facts = &r->view->kernel->facts;
	const struct mmx_flag_field *f = r->row;
	bool lru = facts->v[FACT_FLAGS_LRU_GEN].state != MMX_FACT_FAILED;

	v->word = bits;
	if (!f->known || !mmx_fact_usable(facts, FACT_FLAGS_ZONE) || (r->nth > FIELD_ZONE && !lru))
		mmx_value_null(v);
}

static void shift(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_flag_field *f = r->row;

	place(r, v, f->shift);
}

static void width(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_flag_field *f = r->row;

	place(r, v, f->width);
}

static const struct mmx_field field_fields[] = {
	{"field", MMX_WORD, "what it holds", .width = 12, .get = field_name,
	 WORDS(MMX_FLAG_FIELD_COUNT, mmx_flag_field_name)},
	{"shift", MMX_COUNT, "its lowest bit", .width = 5, .may = MMX_OR_NULL, .get = shift},
	{"width", MMX_COUNT, "its bits; 0 when this kernel does not have the field", .width = 5,
	 .may = MMX_OR_NULL, .get = width},
	{0},
};

const struct mmx_record mmx_record_flag_fields = {
	.name = "flag_field",
	.doc = "one of the upper fields of a page's flags word",
	.fields = field_fields,
	.next = next_field,
};

struct bit {
	char name[sizeof(((struct mmx_flags *)0)->name[0])];
};

static const void *next_bit(struct mmx_rows *r)
{
	const struct mmx_flags *flags = &mmx_mem(r->view->kernel)->flags;

	return r->nth < flags->named ? flags->name[r->nth] : NULL;
}

static void bit(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = r->nth;
}

static const struct mmx_field bit_fields[] = {
	{"bit", MMX_COUNT, "its number", .width = 3, .max = 63, .get = bit},
	{"name", MMX_TEXT, "what it is called", .may = MMX_OR_EMPTY, AT(struct bit, name)},
	{0},
};

const struct mmx_record mmx_record_flag_bits = {
	.name = "flag_bit",
	.doc = "a named bit of a page's flags word",
	.fields = bit_fields,
	.next = next_bit,
};
