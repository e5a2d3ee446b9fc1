// SPDX-License-Identifier: GPL-2.0-or-later
/* A huge page with memory errors: the flag is on its first page, a list tells which pages are bad. */
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/frames/class.h"
#include "mm/owners/hugetlb_page.h"
#include "unit.h"

#define SIZE     64u /* of a struct page */
#define FRAMES   64u
#define HEAD     16u /* PFN of the huge page */
#define ORDER    4u
#define PAGES    (1u << ORDER)
#define HWPOISON 20
#define PG_HEAD  6
#define HUGETLB  0xf4

struct page {
	uint64_t flags, link, prev, mapping, index, private;
	uint32_t type;
	int32_t refcount;
	uint64_t memcg;
};

_Static_assert(sizeof(struct page) == SIZE, "as kernels have it");

struct raw_hwp_page {
	uint64_t next, page;
};

static struct fake_memory *m;
static uint64_t *list; /* the head of the huge page's */

static struct page *page(uint64_t pfn)
{
	return (struct page *)m->bytes + pfn;
}

static void make_format(void)
{
	struct mmx_page_format *f = &m->mem.page_format;

	*f = (struct mmx_page_format){
		.size = SIZE,
		.link = offsetof(struct page, link),
		.mapping = offsetof(struct page, mapping),
		.index = offsetof(struct page, index),
		.private = offsetof(struct page, private),
		.mapcount = offsetof(struct page, type),
		.refcount = offsetof(struct page, refcount),
		.types = {.scheme = MMX_TYPES_BYTE, .below = (int32_t)0xff000000},
		.hugetlb = MMX_HUGETLB_TYPE,
		.order = SIZE,
	};
	fake_no_bits(m);
	f->types.code[MMX_PAGE_HUGETLB] = HUGETLB;
	f->head = PG_HEAD;
	f->hwpoison = HWPOISON;
}

/* A huge page whose first page has the flag, and whose list, in its third page, is empty. */
static void setup(void)
{
	m = fake_memory_new(FRAMES * SIZE + 4096);
	m->used = FRAMES * SIZE;
	fake_pages(m, FAKE_VA, FRAMES, SIZE);
	fake_no_types(m);
	fake_struct(m, S_raw_hwp_page, sizeof(struct raw_hwp_page));
	fake_member(m, M_raw_hwp_page_node, 0, 8, 0);
	fake_member(m, M_raw_hwp_page_page, 8, 8, 0);
	fake_member(m, M_folio_hugetlb_hwpoison, 2 * SIZE + 0x28, 8, 0);
	fake_enum(m, E_HPG_raw_hwp_unreliable, 5);
	make_format();
	m->mem.kernel.facts.v[FACT_VMEMMAP].state = MMX_FACT_CHECKED;
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++)
		*page(pfn) = (struct page){.type = ~0u};
	for (uint64_t pfn = HEAD + 1; pfn < HEAD + PAGES; pfn++)
		page(pfn)->link = (FAKE_VA + HEAD * SIZE) | 1;
	page(HEAD)->flags = 1u << PG_HEAD | 1u << HWPOISON;
	page(HEAD)->type = (uint32_t)HUGETLB << 24;
	page(HEAD)->refcount = 1;
	page(HEAD + 1)->flags = ORDER;
	list = &page(HEAD + 2)->private;
}

static void teardown(void)
{
	fake_memory_free(m);
}

static void list_page(uint64_t pfn)
{
	const struct raw_hwp_page bad = {*list, FAKE_VA + pfn * SIZE};

	*list = fake_put(m, &bad, sizeof(bad));
}

/* Which pages of the huge page have the class, a bit each; all of them are of it or of hugetlb's. */
static unsigned int poisoned(void)
{
	const struct mmx_classifier c = {.device_zone = ~0u, .huge_zero_pfn = ~0ULL};
	unsigned int bits = 0, others = 0;
	struct mmx_page_walk w;
	struct mmx_err err;

	if (mmx_page_walk_begin(&w, m->view, HEAD, HEAD + PAGES, &err))
		abort();
	while (mmx_page_walk_next(&w)) {
		enum mmx_class class = mmx_classify(&c, &w).class;

		bits |= (class == CLASS_HWPOISON) << (w.pfn - HEAD);
		others += class != CLASS_HWPOISON && class != CLASS_HUGETLB;
	}
	mmx_page_walk_end(&w);
	CHECK(!others, "%u pages are neither", others);
	return bits;
}

static void check(unsigned int wanted, const char *what)
{
	unsigned int found = poisoned();

	CHECK(found == wanted, "%s: %x", what, found);
}

static void the_bad_page_is_named(void)
{
	setup();
	list_page(HEAD + 7);
	check(1u << 7, "listed");
	list_page(HEAD + 3);
	check((1u << 7 | 1u << 3), "listed");
	list_page(HEAD);
	check((1u << 7 | 1u << 3 | 1), "listed");
	teardown();
}

/* Then it is the first page, whose flag it is, and the reason says that it may be another. */
static void without_a_list_nothing_tells(void)
{
	setup();
	check(1, "no list");
	list_page(HEAD + PAGES);
	check(1, "a page that is not of it");
	*list = 0;
	list_page(HEAD + 7);
	page(HEAD)->private = 1u << 5;
	check((1u << 7 | 1), "one that is known, of more");
	*list = 0x4141414141414140;
	check(1, "a wild list");
	teardown();
}

static void a_list_in_a_circle_ends(void)
{
	setup();
	list_page(HEAD + 7);
	*(uint64_t *)fake_at(m, *list) = *list;
	check((1u << 7 | 1), "listed");
	teardown();
}

int main(void)
{
	RUN(the_bad_page_is_named);
	RUN(without_a_list_nothing_tells);
	RUN(a_list_in_a_circle_ends);
	return unit_end();
}
