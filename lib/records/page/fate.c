// SPDX-License-Identifier: GPL-2.0-or-later
/* What can become of a page. */
#include "mm/lru/fate.h"
#include "records/page/page.h"

static const void *next_fate(struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);

	if (r->nth)
		return NULL;
	mmx_fate_of(&p->walk, p->verdict.class, r->state);
	return r->state;
}

/* A word and the reason for it. */
#define PROSPECT(what, doc, doc_of_why)                                                       \
	{#what, MMX_WORD, doc, WORDS(MMX_CANS, mmx_can_word), AT(struct mmx_fate, what.can)}, \
	{                                                                                     \
#what "_why", MMX_TEXT, doc_of_why, AT(struct mmx_fate, what.because)         \
	}

static const struct mmx_field fields[] = {
	PROSPECT(freed, "whether it is free, or will be when whoever has it lets go",
		 "who that is, or why it never is free"),
	PROSPECT(reclaimed, "whether the kernel can take it back when memory is short",
		 "what decides that; limits of memory cgroups are not judged"),
	PROSPECT(migrated, "whether its contents can be moved to another frame",
		 "what decides that; whether there is memory for a copy is not judged"),
	{0},
};

static const struct mmx_record fate = {
	.name = "fate",
	.doc = "whether it can be freed, reclaimed or migrated, by the kernel's rules, and what decides that",
	.fields = fields,
	.state_size = sizeof(struct mmx_fate),
	.next = next_fate,
};

const struct mmx_field mmx_page_fields_fate[] = {
	{"can_be", MMX_BLOCK, "what can become of it", .title = "can it be", .record = &fate},
	{0},
};
