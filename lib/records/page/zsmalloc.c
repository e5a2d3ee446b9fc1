// SPDX-License-Identifier: GPL-2.0-or-later
/* zsmalloc: compressed memory of zram and zswap. */
#include "mm/owners/zsmalloc.h"
#include "records/page/page.h"

struct zsmalloc {
	struct mmx_zsmalloc z;
	struct mmx_err no_chain;
};

enum { WHOLE, BROKEN };

static const char *const variants[] = {"a chain with this page in it", "what is none", NULL};

static unsigned int variant(struct mmx_rows *r)
{
	const struct zsmalloc *z = r->row;

	return z->no_chain.code ? BROKEN : WHOLE;
}

static bool has_zsmalloc(struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_ZSMALLOC;
}

static const void *next_zsmalloc(struct mmx_rows *r)
{
	struct zsmalloc *z = r->state;

	if (r->nth)
		return NULL;
	mmx_zsmalloc_decode(&z->z, &mmx_page_of(r)->walk, &z->no_chain);
	return z;
}

struct link {
	uint64_t pfn;
};

static const void *next_link(struct mmx_rows *r)
{
	const struct zsmalloc *z = r->above->row;

	return r->nth < z->z.pages ? &z->z.pfn[r->nth] : NULL;
}

static const struct mmx_field link_fields[] = {
	{"pfn", MMX_PFN, "the frame", .width = 8, AT(struct link, pfn)},
	{0},
};

static const struct mmx_record chain = {
	.name = "link",
	.doc = "a page of the chain, in its order",
	.fields = link_fields,
	.next = next_link,
};

#define WHOLE_ONLY .of = 1u << WHOLE

static const struct mmx_field fields[] = {
	{"pool", MMX_ADDR, "its zs_pool", WHOLE_ONLY, AT(struct zsmalloc, z.pool)},
	{"name", MMX_TEXT, "the pool's: \"zram0\"; null when it cannot be read", WHOLE_ONLY,
	 .zero = MMX_OR_NULL, AT(struct zsmalloc, z.name)},
	{"pool_pages", MMX_COUNT, "pages of the whole pool", WHOLE_ONLY,
	 AT(struct zsmalloc, z.pool_pages)},
	{"zspage", MMX_ADDR, "what describes the chain", AT(struct zsmalloc, z.zspage)},
	{"class", MMX_COUNT, "the number of its size class", WHOLE_ONLY,
	 AT(struct zsmalloc, z.class)},
	{"object_size", MMX_BYTES, "of that class", WHOLE_ONLY, AT(struct zsmalloc, z.size)},
	{"huge", MMX_BOOL, "each page holds one object", WHOLE_ONLY, AT(struct zsmalloc, z.huge)},
	{"objects", MMX_COUNT, "that the chain has room for", WHOLE_ONLY,
	 AT(struct zsmalloc, z.objects)},
	{"in_use", MMX_COUNT, "those that are allocated", WHOLE_ONLY, AT(struct zsmalloc, z.inuse)},
	{"position", MMX_COUNT, "the page's in the chain, from 0", WHOLE_ONLY,
	 AT(struct zsmalloc, z.position)},
	{"chain", MMX_TABLE, "its pages", WHOLE_ONLY, .title = "pages", .record = &chain},
	{"chain_unknown", MMX_TROUBLE, "why nothing is known of the chain", .of = 1u << BROKEN,
	 AT(struct zsmalloc, no_chain)},
	{0},
};

static const struct mmx_record zsmalloc = {
	.name = "zsmalloc",
	.doc = "the chain of pages that it is of, cut into objects of one size",
	.fields = fields,
	.variants = variants,
	.variant = variant,
	.state_size = sizeof(struct zsmalloc),
	.has = has_zsmalloc,
	.next = next_zsmalloc,
};

const struct mmx_field mmx_page_fields_zsmalloc[] = {
	{"zsmalloc", MMX_BLOCK, "of class zsmalloc", .title = "zsmalloc", .may = MMX_OR_NONE,
	 .record = &zsmalloc},
	{0},
};
