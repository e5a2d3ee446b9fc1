// SPDX-License-Identifier: GPL-2.0-or-later
/* Page pools that are told by a page type, with the words that netmem_desc has in struct page. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/frames/class.h"
#include "mm/owners/pagepool.h"
#include "unit.h"

#define SIZE 64u /* of a struct page */

/* struct page with netmem_desc's names for what lies there. */
struct page {
	uint64_t flags, link, pp, pad, dma_addr, refs;
	uint32_t type;
	int32_t refcount;
	uint64_t memcg;
};

static struct fake_memory *m;
static struct page *page;

static void setup(void)
{
	struct mmx_page_format *f;

	m = fake_memory_new(1 << 16);
	page = (struct page *)m->bytes;
	fake_no_types(m);
	fake_member(m, M_netmem_desc_pp, offsetof(struct page, pp), 8, 0);
	fake_member(m, M_netmem_desc_pp_ref_count, offsetof(struct page, refs), 8, 0);
	fake_member(m, M_page_pool_nid, 0, 4, 0);
	f = &m->mem.page_format;
	*f = (struct mmx_page_format){
		.size = SIZE,
		.link = offsetof(struct page, link),
		.mapcount = offsetof(struct page, type),
		.refcount = offsetof(struct page, refcount),
		.types = {.scheme = MMX_TYPES_BYTE, .below = (int32_t)0xff000000},
	};
	fake_no_bits(m);
	f->types.code[MMX_PAGE_NETPP] = 0xf9;
	fake_pages(m, FAKE_VA, 1, SIZE);
	m->mem.kernel.facts.v[FACT_VMEMMAP].state = MMX_FACT_CHECKED;
}

static void teardown(void)
{
	fake_memory_free(m);
}

static void a_page_type_tells_of_a_pool(void)
{
	struct mmx_classifier classifier = {.device_zone = ~0u, .huge_zero_pfn = ~0ULL};
	struct mmx_page_pool pool;
	struct mmx_verdict verdict;
	struct mmx_page_walk w;
	struct mmx_err err = {0};

	setup();
	mmx_classifier_types(&classifier);
	*page = (struct page){.pp = FAKE_VA + 4096, .refs = 3, .type = 0xf9000000, .refcount = 1};
	*(int32_t *)(m->bytes + 4096) = 1;
	if (mmx_page_walk_begin(&w, m->view, 0, 1, &err) || !mmx_page_walk_next(&w))
		abort();
	verdict = mmx_classify(&classifier, &w);
	CHECK(verdict.class == CLASS_PAGE_POOL, "%s: %s", mmx_class_name(verdict.class),
	      verdict.why);
	mmx_page_pool_decode(&pool, &w);
	CHECK(!pool.read && pool.addr == FAKE_VA + 4096 && pool.refs == 3 && pool.nid == 1, "%d",
	      pool.read);
	mmx_page_walk_end(&w);
	teardown();
}

int main(void)
{
	RUN(a_page_type_tells_of_a_pool);
	return unit_end();
}
