// SPDX-License-Identifier: GPL-2.0-or-later
/* Blocks of the page allocator, and what their memory is meant for. */
#include <stdio.h>

#include "mm/frames/pageblock.h"
#include "mm/zones/unaccepted.h"
#include "records/page/block.h"

bool mmx_page_free_block(const struct mmx_rows *r, uint64_t *head, unsigned int *order)
{
	const struct mmx_pages *p = mmx_page_of(r);
	const struct mmx_page_walk *w = &p->walk;

	switch (p->verdict.class) {
	case CLASS_FREE:
	case CLASS_GUARD:
		*head = w->block_head;
		*order = __builtin_ctzll(w->block_end - w->block_head);
		return w->pfn < w->block_end;
	case CLASS_UNACCEPTED:
		*order = mmx_know_unaccepted(r->view)->order;
		*head = w->pfn & ~((1ULL << *order) - 1);
		return *order;
	default:
		return false;
	}
}

static enum mmx_read read_pageblock(const struct mmx_rows *r, struct mmx_pageblock *block)
{
	return mmx_pageblock_of(mmx_know_pageblock_format(r->view), r->view,
				mmx_page_of(r)->walk.pfn, block);
}

/* A frame without a section has none. */
static void migratetype(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(r->view);
	struct mmx_pageblock block = {0};
	enum mmx_read read;

	if (!mmx_cover_whole(&f->coverage)) {
		mmx_value_unknown(v, &f->coverage.first);
		return;
	}
	read = read_pageblock(r, &block);
	v->text = block.name ? block.name : "unknown";
	if (read == MMX_READ_ABSENT)
		mmx_value_null(v);
	else
		mmx_value_absent(v, read);
}

static void isolated(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(r->view);
	struct mmx_pageblock block;

	v->truth = true;
	if (!mmx_cover_whole(&f->coverage) || read_pageblock(r, &block) || !block.isolated)
		mmx_value_none(v);
}

const struct mmx_field mmx_page_fields_pageblock[] = {
	{"migratetype", MMX_TEXT, "what its pageblock is meant for",
	 .may = MMX_OR_NULL | MMX_OR_ABSENT | MMX_OR_UNKNOWN, .get = migratetype},
	{"isolated_block", MMX_BOOL, "only where nothing is allocated from its pageblock for now",
	 .may = MMX_OR_NONE, .get = isolated},
	{0},
};

struct block {
	uint64_t head;
	unsigned int order;
};

static bool has_block(struct mmx_rows *r)
{
	struct block block = {0};

	return mmx_page_free_block(r, &block.head, &block.order);
}

static const void *next_block(struct mmx_rows *r)
{
	struct block *block = r->state;

	return !r->nth && mmx_page_free_block(r, &block->head, &block->order) ? block : NULL;
}

static void heading(struct mmx_rows *r, char *text)
{
	bool free = mmx_page_of(r)->verdict.class == CLASS_FREE;

	snprintf(text, 64, "%s", free ? "free block" : "block");
}

static const struct mmx_field fields[] = {
	{"head", MMX_PFN, "its first frame", AT(struct block, head)},
	{"order", MMX_COUNT, "log2 of its frames", AT(struct block, order)},
	{0},
};

static const struct mmx_record block = {
	.name = "block",
	.doc = "a block of the page allocator, which only its first page's type tells",
	.fields = fields,
	.state_size = sizeof(struct block),
	.has = has_block,
	.next = next_block,
	.heading = heading,
};

const struct mmx_field mmx_page_fields_block[] = {
	{"block", MMX_BLOCK, "of free pages, guard pages and unaccepted memory", .may = MMX_OR_NONE,
	 .record = &block},
	{0},
};
