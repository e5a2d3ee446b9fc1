// SPDX-License-Identifier: GPL-2.0-or-later
/* Free pages outside of the buddy allocator. */
#include <stdio.h>

#include "mm/frames/pageblock.h"
#include "mm/zones/pcp.h"
#include "records/page/block.h"

static bool is_waiting(const struct mmx_rows *r)
{
	const struct mmx_pcp_block *block = r->row;

	return block->cpu == MMX_PCP_WAITING;
}

static bool has_pcp(struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_FREE_PCP;
}

static const void *next_pcp(struct mmx_rows *r)
{
	return r->nth ? NULL : mmx_pcp_block_of(mmx_know_pcp(r->view), mmx_page_of(r)->walk.pfn);
}

static void cpu(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pcp_block *block = r->row;

	v->word = block->cpu;
	if (is_waiting(r))
		mmx_value_null(v);
}

static void list(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pcp_block *block = r->row;

	v->word = block->list;
	if (is_waiting(r))
		mmx_value_null(v);
}

/* It need not be what its pageblock is meant for. */
static void list_of(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(r->view);
	const struct mmx_pcp_block *block = r->row;

	if (!mmx_cover_whole(&f->coverage) || block->migratetype < 0 ||
	    (unsigned int)block->migratetype >= f->types)
		mmx_value_null(v);
	else
		v->text = f->name[block->migratetype];
}

static void heading(struct mmx_rows *r, char *text)
{
	snprintf(text, 64, "%s", is_waiting(r) ? "freed without the zone's lock" : "per-CPU list");
}

static const struct mmx_field fields[] = {
	{"cpu", MMX_COUNT,
	 "whose list it is on; null of a page that was freed without its zone's lock and waits",
	 .may = MMX_OR_NULL, .get = cpu},
	{"list", MMX_COUNT, "the number of that list; null likewise", .may = MMX_OR_NULL,
	 .get = list},
	{"list_of", MMX_TEXT, "the migrate type of what the list holds", .may = MMX_OR_NULL,
	 .get = list_of},
	{"head", MMX_PFN, "the first frame of the block that it is on the list with",
	 AT(struct mmx_pcp_block, pfn)},
	{"order", MMX_COUNT, "log2 of that block's frames", AT(struct mmx_pcp_block, order)},
	{0},
};

static const struct mmx_record pcp = {
	.name = "pcp",
	.doc = "a free block on a list that a CPU keeps, or that waits for its zone's lock",
	.fields = fields,
	.has = has_pcp,
	.next = next_pcp,
	.heading = heading,
};

const struct mmx_field mmx_page_fields_pcp[] = {
	{"pcp", MMX_BLOCK, "of class free-pcp", .may = MMX_OR_NONE, .record = &pcp},
	{0},
};
