// SPDX-License-Identifier: GPL-2.0-or-later
/* The ledger against the kernel's counters. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/ledger/reconcile.h"
#include "records/census.h"

static const struct mmx_balance *balance_of(const struct mmx_rows *r)
{
	return r->row;
}

static bool is_whole(const struct mmx_balance *b)
{
	return b->node < 0;
}

static const void *next_balance(struct mmx_rows *r, bool whole, bool all)
{
	const struct mmx_balances *balances = mmx_census_of(r)->balances;
	size_t *at = r->state;

	for (; *at < balances->n; (*at)++) {
		const struct mmx_balance *b = &balances->v[*at];

		if (is_whole(b) == whole && (all || b->unexplained)) {
			(*at)++;
			return b;
		}
	}
	return NULL;
}

static const void *next_whole(struct mmx_rows *r)
{
	return next_balance(r, true, true);
}

/* Those of single zones and nodes that explain all are only told when zones are asked for. */
static const void *next_part(struct mmx_rows *r)
{
	return next_balance(r, false, mmx_census_of(r)->zones);
}

static void kernel(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_balance *b = balance_of(r);

	v->count = b->kernel;
	if (b->why.code)
		mmx_value_unknown(v, &b->why);
}

static void unless_unknown(struct mmx_rows *r, struct mmx_value *v, int64_t value)
{
	v->count = value;
	if (balance_of(r)->why.code)
		mmx_value_null(v);
}

static void difference(struct mmx_rows *r, struct mmx_value *v)
{
	unless_unknown(r, v, mmx_balance_difference(balance_of(r)));
}

static void unexplained(struct mmx_rows *r, struct mmx_value *v)
{
	unless_unknown(r, v, balance_of(r)->unexplained);
}

static void because(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_balance *b = balance_of(r);
	char *text = v->scratch->text;
	size_t n = 0, size = sizeof(v->scratch->text);

	*text = 0;
	for (unsigned int i = 0; i < b->n_parts && n < size; i++)
		n += snprintf(text + n, size - n, "%s%+" PRId64 ": %s", i ? "; " : "",
			      b->part[i].amount, mmx_part_words(b->part[i].what));
	v->text = text;
	if (!n)
		mmx_value_none(v);
}

static void node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = (uint64_t)balance_of(r)->node;
}

static void zone(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_balance *b = balance_of(r);

	if (b->zone >= 0)
		v->text = mmx_mem(r->view->kernel)->zones.v[b->zone].name;
	else
		mmx_value_null(v);
}

#define BALANCE_FIELDS                                                                             \
	{"counter", MMX_TEXT,                                                                      \
	 "what the kernel calls it; several of which only the sum can be counted", .width = 43,    \
	 AT(struct mmx_balance, name)},                                                            \
		{"unit", MMX_TEXT, "of all numbers: pages, blocks (pageblocks) or kB", .width = 6, \
		 AT(struct mmx_balance, unit)},                                                    \
		{"kernel",                                                                         \
		 MMX_NUMBER,                                                                       \
		 "as it stands in the kernel",                                                     \
		 .width = 9,                                                                       \
		 .may = MMX_OR_UNKNOWN | MMX_OR_NULL,                                              \
		 .get = kernel},                                                                   \
		{"counted", MMX_NUMBER, "what was counted of the same", .width = 9,                \
		 AT(struct mmx_balance, counted)},                                                 \
		{"difference",     MMX_NUMBER, "what the kernel has more than was counted",        \
		 .title = "DIFF",  .width = 6, .may = MMX_OR_NULL,                                 \
		 .get = difference},                                                               \
		{"unexplained",     MMX_NUMBER, "what of that no mechanism explains",              \
		 .title = "LEFT",   .width = 5, .may = MMX_OR_NULL,                                \
		 .get = unexplained},                                                              \
	{                                                                                          \
		"because", MMX_TEXT, "what explains the rest, each with its amount",               \
			.may = MMX_OR_NONE, .get = because                                         \
	}

static const struct mmx_field fields[] = {
	BALANCE_FIELDS,
	{0},
};

const struct mmx_record mmx_record_balances = {
	.name = "balance",
	.doc = "a counter of the kernel's beside what was counted",
	.fields = fields,
	.state_size = sizeof(size_t),
	.next = next_whole,
};

static const struct mmx_field part_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, .get = node},
	{"zone", MMX_TEXT, "its zone; null where it is the node's", .width = 8, .may = MMX_OR_NULL,
	 .get = zone},
	BALANCE_FIELDS,
	{0},
};

const struct mmx_record mmx_record_part_balances = {
	.name = "balance_of_part",
	.doc = "the same of a single zone or node",
	.fields = part_fields,
	.state_size = sizeof(size_t),
	.next = next_part,
};

static const void *next_uncounted(struct mmx_rows *r)
{
	const struct mmx_balances *balances = mmx_census_of(r)->balances;

	return r->nth < balances->uncounted.n ? &balances->uncounted.v[r->nth] : NULL;
}

static const struct mmx_field uncounted_fields[] = {
	{"counter", MMX_TEXT, "what the kernel calls it", .width = 43,
	 AT(struct mmx_uncounted, name)},
	{"unit", MMX_TEXT, "pages or kB", .width = 6, AT(struct mmx_uncounted, unit)},
	{"kernel", MMX_NUMBER, "as it stands in the kernel", .width = 9,
	 AT(struct mmx_uncounted, kernel)},
	{"pending", MMX_NUMBER, "what CPUs have not added to it yet",
	 AT(struct mmx_uncounted, pending)},
	{0},
};

const struct mmx_record mmx_record_uncounted = {
	.name = "uncounted",
	.doc = "a counter of memory whose pages nothing tells from others",
	.fields = uncounted_fields,
	.next = next_uncounted,
};
