// SPDX-License-Identifier: GPL-2.0-or-later
/* Page pools of network drivers. */
#include "mm/owners/pagepool.h"
#include "records/page/page.h"

enum { KNOWN_POOL, LOST_POOL };

static const char *const variants[] = {"a pool that can be read", "one that cannot", NULL};

static unsigned int variant(struct mmx_rows *r)
{
	const struct mmx_page_pool *pool = r->row;

	return pool->read ? LOST_POOL : KNOWN_POOL;
}

static bool has_page_pool(struct mmx_rows *r)
{
	return mmx_page_of(r)->verdict.class == CLASS_PAGE_POOL;
}

static const void *next_page_pool(struct mmx_rows *r)
{
	if (r->nth)
		return NULL;
	mmx_page_pool_decode(r->state, &mmx_page_of(r)->walk);
	return r->state;
}

static void references(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_page_pool *pool = r->row;

	v->count = pool->refs;
	if (pool->refs < 0)
		mmx_value_null(v);
}

static void pool_unknown(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_page_pool *pool = r->row;

	v->err = &v->scratch->err;
	mmx_fail(&v->scratch->err, mmx_read_code(pool->read), "the pool is %s",
		 mmx_read_name(pool->read));
}

static void wanted_node(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_page_pool *pool = r->row;

	v->count = pool->nid;
	if (pool->nid < 0)
		mmx_value_null(v);
}

static void in_flight(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_page_pool *pool = r->row;

	v->count = pool->in_flight;
	if (!pool->counted)
		mmx_value_null(v);
}

#define KNOWN_ONLY .of = 1u << KNOWN_POOL

static const struct mmx_field fields[] = {
	{"pool", MMX_ADDR, "its struct page_pool", AT(struct mmx_page_pool, addr)},
	{"references", MMX_COUNT,
	 "pieces of the page that are handed out; null where the kernel does not count them",
	 .may = MMX_OR_NULL, .get = references},
	{"pool_unknown", MMX_TROUBLE, "why nothing is known of it", .of = 1u << LOST_POOL,
	 .get = pool_unknown},
	{"device", MMX_TEXT, "the name of its device", KNOWN_ONLY, .zero = MMX_OR_NULL,
	 AT(struct mmx_page_pool, device)},
	{"interface", MMX_TEXT, "the network interface", KNOWN_ONLY, .zero = MMX_OR_NULL,
	 AT(struct mmx_page_pool, netdev)},
	{"napi_id", MMX_COUNT, "of the interface's queue", KNOWN_ONLY, .zero = MMX_OR_NULL,
	 AT(struct mmx_page_pool, napi_id)},
	{"id", MMX_COUNT, "its number in the kernel's own listings", KNOWN_ONLY,
	 .zero = MMX_OR_NULL, AT(struct mmx_page_pool, id)},
	{"wanted_node", MMX_COUNT, "the node that it wants its memory from; null: any", KNOWN_ONLY,
	 .may = MMX_OR_NULL, .get = wanted_node},
	{"in_flight", MMX_NUMBER, "pages handed out and not back; null where that is not counted",
	 KNOWN_ONLY, .may = MMX_OR_NULL, .get = in_flight},
	{0},
};

static const struct mmx_record page_pool = {
	.name = "page_pool",
	.doc = "the page pool that it is of",
	.fields = fields,
	.variants = variants,
	.variant = variant,
	.state_size = sizeof(struct mmx_page_pool),
	.has = has_page_pool,
	.next = next_page_pool,
};

const struct mmx_field mmx_page_fields_page_pool[] = {
	{"page_pool", MMX_BLOCK, "of class page-pool", .title = "page pool", .may = MMX_OR_NONE,
	 .record = &page_pool},
	{0},
};
