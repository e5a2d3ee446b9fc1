// SPDX-License-Identifier: GPL-2.0-or-later
/* Free lists of the buddy allocator: whole, and broken in each way that is told apart. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/zones/free_lists.h"
#include "unit.h"

#define FRAMES     4096u
#define SIZE       64u                   /* of a struct page */
#define BASE       0xffffea0000000000ULL /* where PFN 0's would be */
#define BUDDY      (~0x80u)              /* a type word */
#define ORDERS     11u
#define TYPES      6u
#define ZONE_SHIFT 62u

enum { UNMOVABLE, MOVABLE, RECLAIMABLE, HIGHATOMIC, CMA, ISOLATE };

struct page {
	uint64_t flags, next, prev, mapping, index, private;
	int32_t mapcount, refcount;
	uint64_t memcg;
};

struct area {
	uint64_t list[TYPES][2];
	uint64_t nr_free;
};

struct zone {
	struct area area[ORDERS];
	uint32_t lock;
};

struct usage {
	uint64_t flags[64 * 4 / 64];
};

static struct fake_memory *m;
static struct zone *zone;
static uint64_t zone_at;
static struct usage *usage;
static struct mmx_free_lists lists;

static struct page *page(uint64_t pfn)
{
	return (struct page *)m->bytes + pfn;
}

static uint64_t node(uint64_t pfn)
{
	return BASE + pfn * SIZE + offsetof(struct page, next);
}

static uint64_t head(unsigned int order, unsigned int type)
{
	return zone_at + offsetof(struct zone, area[0].list[0]) + order * sizeof(struct area) +
	       type * 16;
}

static void make_layout(void)
{
	fake_no_types(m);
	fake_struct(m, S_free_area, sizeof(struct area));
	fake_member(m, M_zone_free_area, 0, sizeof(struct area) * ORDERS, ORDERS);
	fake_member(m, M_free_area_free_list, 0, 16 * TYPES, TYPES);
	fake_member(m, M_free_area_nr_free, offsetof(struct area, nr_free), 8, 0);
	fake_member(m, M_page_buddy_list, offsetof(struct page, next), 16, 0);
	fake_member(m, M_mem_section_usage_pageblock_flags, 0, 8, 0);
	fake_enum(m, E_NR_PAGEBLOCK_BITS, 4);
	fake_enum(m, E_MIGRATE_TYPES, TYPES);
	fake_enum(m, E_MIGRATE_UNMOVABLE, UNMOVABLE);
	fake_enum(m, E_MIGRATE_MOVABLE, MOVABLE);
	fake_enum(m, E_MIGRATE_RECLAIMABLE, RECLAIMABLE);
	fake_enum(m, E_MIGRATE_HIGHATOMIC, HIGHATOMIC);
	fake_enum(m, E_MIGRATE_CMA, CMA);
	fake_enum(m, E_MIGRATE_ISOLATE, ISOLATE);
}

static void make_format(void)
{
	m->mem.page_format = (struct mmx_page_format){
		.size = SIZE,
		.private = offsetof(struct page, private),
		.mapcount = offsetof(struct page, mapcount),
		.refcount = offsetof(struct page, refcount),
		.types = {.base = 0xf0000000, .code = {[MMX_PAGE_BUDDY] = 0x80}, .below = -128},
	};
	fake_no_bits(m);
	m->mem.flags.field[FIELD_ZONE] =
		(struct mmx_flag_field){.shift = ZONE_SHIFT, .width = 2, .known = true};
}

/* A zone whose lists are empty, in blocks of 512 frames that are all movable. */
static void setup(void)
{
	struct mmx_zone z = {.name = "DMA", .present = FRAMES, .spanned = FRAMES};
	struct mmx_section section = {0};

	m = fake_memory_new(FRAMES * SIZE + (1 << 16));
	m->used = FRAMES * SIZE;
	fake_pages(m, BASE, FRAMES, SIZE);
	make_layout();
	make_format();
	zone_at = z.addr = fake_put(m, &(struct zone){0}, sizeof(struct zone));
	zone = fake_at(m, z.addr);
	section.usage = fake_put(m, &(struct usage){0}, sizeof(struct usage));
	usage = fake_at(m, section.usage);
	m->mem.sparse.section_bits = 27;
	if (!mmx_array_add(&m->mem.zones, z) || !mmx_array_add(&m->mem.sparse, section))
		abort();
	m->mem.kernel.facts.v[FACT_ZONES].state = MMX_FACT_CHECKED;
	m->mem.kernel.facts.v[FACT_SECTIONS].state = MMX_FACT_CHECKED;
	for (unsigned int o = 0; o < ORDERS; o++) {
		for (unsigned int t = 0; t < TYPES; t++)
			zone->area[o].list[t][0] = zone->area[o].list[t][1] = head(o, t);
	}
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++)
		page(pfn)->mapcount = -1;
	usage->flags[0] = 0x1111111111111111ULL * MOVABLE;
	/* Blocks are as large as the usage map says, and it says nothing here. */
	fake_symbol(m, "hugetlb_max_hstate", FAKE_VA);
}

static void teardown(void)
{
	mmx_free_lists_free(&lists);
	mmx_array_free(&m->mem.zones);
	mmx_array_free(&m->mem.sparse);
	fake_memory_free(m);
}

/* What a node's or a head's list_head points to. */
static uint64_t *link_at(uint64_t at)
{
	if (at >= BASE && at < BASE + FRAMES * SIZE)
		return (uint64_t *)(m->bytes + (at - BASE));
	return fake_at(m, at);
}

static void put(uint64_t pfn, unsigned int order, unsigned int type)
{
	uint64_t list = head(order, type), last = link_at(list)[1];

	page(pfn)->next = list;
	page(pfn)->prev = last;
	link_at(last)[0] = node(pfn);
	link_at(list)[1] = node(pfn);
	page(pfn)->mapcount = (int32_t)BUDDY;
	page(pfn)->private = order;
	zone->area[order].nr_free++;
}

/* Four blocks of order 3 on the movable list, at 0, 16, 32 and 48. */
static void setup_blocks(void)
{
	setup();
	for (uint64_t pfn = 0; pfn < 64; pfn += 16)
		put(pfn, 3, MOVABLE);
}

static const struct mmx_free_zone *find(void)
{
	struct mmx_err err = {0};

	mmx_free_lists_free(&lists);
	lists = (struct mmx_free_lists){0};
	mmx_knowledge_free(m->mem.knowledge);
	m->mem.knowledge = mmx_knowledge_new(NULL);
	if (mmx_free_lists_find(&lists, m->view, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return &lists.v[0];
}

/* Of that fault there is one, at the struct page of that frame, and of others there is none. */
static bool only(enum mmx_free_fault fault, uint64_t pfn)
{
	bool ok = lists.findings.n == 1 && lists.findings.v[0].fault == fault &&
		  lists.findings.v[0].addr == BASE + pfn * SIZE;

	for (size_t i = 0; i < lists.findings.n && !ok; i++)
		fprintf(stderr, "%s at 0x%llx: %s\n",
			mmx_free_fault_word(lists.findings.v[i].fault),
			(unsigned long long)lists.findings.v[i].addr, lists.findings.v[i].text);
	return ok;
}

static void whole_lists_are_clean(void)
{
	const struct mmx_free_zone *z;

	setup_blocks();
	put(1024, 10, MOVABLE);
	z = find();
	CHECK(!lists.findings.n && mmx_cover_whole(&lists.coverage), "%zu findings: %s",
	      lists.findings.n, lists.coverage.first.text);
	CHECK(z->blocks[3][MOVABLE] == 4 && z->blocks[10][MOVABLE] == 1 && z->frames == 1056,
	      "%llu frames", (unsigned long long)z->frames);
	CHECK(mmx_page_heads_has(&lists.heads, &m->mem.kernel, 16) &&
		      !mmx_page_heads_has(&lists.heads, &m->mem.kernel, 17) &&
		      !mmx_page_heads_has(&lists.heads, &m->mem.kernel, 1 << 20),
	      "heads");
	teardown();
}

static void what_is_wrong_in_a_block_is_told(void)
{
	setup_blocks();
	page(16)->prev = node(48);
	find();
	CHECK(only(MMX_FREE_LINK, 16), "link");
	page(16)->prev = node(0);
	page(16)->mapcount = -1;
	find();
	CHECK(only(MMX_FREE_NOT_FREE, 16), "type");
	page(16)->mapcount = (int32_t)BUDDY;
	page(16)->private = 4;
	find();
	CHECK(only(MMX_FREE_ORDER, 16), "order");
	page(16)->private = 3;
	page(16)->refcount = 1;
	find();
	CHECK(only(MMX_FREE_HELD, 16), "held");
	page(16)->refcount = 0;
	page(16)->flags = 1ULL << ZONE_SHIFT;
	find();
	CHECK(only(MMX_FREE_ZONE, 16), "zone");
	page(16)->flags = 0;
	zone->area[3].nr_free = 5;
	find();
	CHECK(lists.findings.n == 1 && lists.findings.v[0].fault == MMX_FREE_NR_FREE, "count");
	zone->area[3].nr_free = 4;
	put(68, 3, MOVABLE);
	find();
	CHECK(only(MMX_FREE_ALIGN, 68), "aligned");
	m->mem.zones.v[0].spanned = 64;
	page(68)->private = 3;
	find();
	CHECK(lists.findings.count[MMX_FREE_SPAN] == 1, "span");
	teardown();
}

/* Whatever breaks it, all four blocks are found, each once. */
static void broken_lists_are_walked_from_both_ends(void)
{
	const struct mmx_free_zone *z;

	setup_blocks();
	page(16)->next = 0x4141414141414140ULL;
	z = find();
	CHECK(only(MMX_FREE_BROKEN, 16) && z->blocks[3][MOVABLE] == 4, "wild");
	page(16)->next = node(0);
	z = find();
	CHECK(only(MMX_FREE_CYCLE, 16) && z->blocks[3][MOVABLE] == 4, "cycle");
	page(16)->next = head(3, MOVABLE);
	z = find();
	CHECK(only(MMX_FREE_BROKEN, 16) && z->blocks[3][MOVABLE] == 4, "cut");
	page(16)->next = node(16);
	z = find();
	CHECK(only(MMX_FREE_CYCLE, 16) && z->blocks[3][MOVABLE] == 4, "itself");
	teardown();
}

static void a_block_may_be_on_one_list_only(void)
{
	const struct mmx_free_zone *z;

	setup_blocks();
	put(128, 3, UNMOVABLE);
	page(128)->next = node(32); /* walked first */
	z = find();
	CHECK(lists.findings.count[MMX_FREE_TWICE] == 1 && z->blocks[3][MOVABLE] == 2 &&
		      z->blocks[3][UNMOVABLE] == 3,
	      "%llu and %llu", (unsigned long long)z->blocks[3][MOVABLE],
	      (unsigned long long)z->blocks[3][UNMOVABLE]);
	teardown();
}

static void types_are_told_by_the_kernels_rule(void)
{
	const struct mmx_free_zone *z;

	setup_blocks();
	put(128, 3, UNMOVABLE);
	z = find();
	CHECK(!lists.findings.n && z->elsewhere == 1 && !lists.same_type, "%zu", lists.findings.n);
	fake_symbol(m, "split_large_buddy", FAKE_VA);
	z = find();
	CHECK(only(MMX_FREE_TYPE, 128) && !z->elsewhere, "since 6.10");
	fake_member(m, M_zone_lock, offsetof(struct zone, lock), 4, 0);
	zone->lock = 1;
	z = find();
	CHECK(!lists.findings.n && z->elsewhere == 1, "somebody may be moving them");
	teardown();
	setup();
	put(128, 3, CMA);
	find();
	CHECK(only(MMX_FREE_TYPE, 128), "CMA");
	usage->flags[0] = CMA;
	find();
	CHECK(!lists.findings.n, "CMA's own");
	teardown();
	setup();
	put(128, 3, ISOLATE);
	usage->flags[0] = ISOLATE;
	z = find();
	CHECK(!lists.findings.n && z->isolated == 8, "isolated");
	teardown();
}

static void what_is_not_in_the_dump_is_no_finding(void)
{
	const struct mmx_free_zone *z;

	setup();
	put(0, 3, MOVABLE);
	put(512, 3, MOVABLE);
	put(1024, 3, MOVABLE);
	mmx_ranges_free(&m->image.present);
	if (!mmx_ranges_add(&m->image.present, 0, 512 * SIZE) ||
	    !mmx_ranges_add(&m->image.present, 1024 * SIZE, m->size + 8192))
		abort();
	z = find();
	CHECK(!lists.findings.n && lists.coverage.absent == 1 && z->blocks[3][MOVABLE] == 2,
	      "%zu findings, %llu absent, %llu found", lists.findings.n,
	      (unsigned long long)lists.coverage.absent, (unsigned long long)z->blocks[3][MOVABLE]);
	teardown();
}

int main(void)
{
	RUN(whole_lists_are_clean);
	RUN(what_is_wrong_in_a_block_is_told);
	RUN(broken_lists_are_walked_from_both_ends);
	RUN(a_block_may_be_on_one_list_only);
	RUN(types_are_told_by_the_kernels_rule);
	RUN(what_is_not_in_the_dump_is_no_finding);
	return unit_end();
}
