// SPDX-License-Identifier: GPL-2.0-or-later
/* What could be had in one piece: ranges of every order, who stands in them, and what struct pages say of free blocks. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/lru/lru_batches.h"
#include "mm/zones/room.h"
#include "unit.h"

#define GIB        (1u << MMX_GIGANTIC_ORDER)
#define FRAMES     (GIB + (1u << 15)) /* 1 GiB and a piece of the walk */
#define SIZE       64u                /* of a struct page */
#define BASE       0xffffea0000000000ULL
#define BUDDY      (~0x80u) /* type words */
#define SLAB       (~0x1000u)
#define HUGETLB    (~0x800u)
#define ZSMALLOC   (~0x400u)
#define ZONE_SHIFT 62u

enum {
	FLAG_MOVABLE_OPS = 3,
	FLAG_LRU = 5,
	FLAG_HEAD = 6,
	FLAG_UNEVICTABLE = 18,
	AS_INACCESSIBLE = 8
};

struct page {
	uint64_t flags, link, cache, mapping, index, private;
	int32_t mapcount, refcount;
	uint64_t memcg;
};

static struct fake_memory *m;
static struct mmx_room room;
static struct mmx_lru_batches *batches;

static struct page *page(uint64_t pfn)
{
	return (struct page *)m->bytes + pfn;
}

/* The lists are none of this test's: they are empty, and are known. So are owners: struct pages lie in these frames. */
static void make_lists(void)
{
	struct mmx_free_lists *lists = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_free_lists);

	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_first_owners);
	batches = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_lru_batches);
	lists->orders = 11;
	lists->types = 4;
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
		.mapcount = offsetof(struct page, mapcount),
		.refcount = offsetof(struct page, refcount),
		.types = {.base = 0xf0000000,
			  .code = {[MMX_PAGE_BUDDY] = 0x80,
				   [MMX_PAGE_SLAB] = 0x1000,
				   [MMX_PAGE_HUGETLB] = 0x800,
				   [MMX_PAGE_ZSMALLOC] = 0x400},
			  .below = -128},
		.slab_is_type = true,
		.hugetlb = MMX_HUGETLB_TYPE,
		.order = SIZE,
		.mapped = MMX_MAPPED_LARGE,
		.entire_mapcount = SIZE + 24,
		.large_mapcount = SIZE + 16,
	};
	fake_no_bits(m);
	f->head = FLAG_HEAD;
	f->lru = FLAG_LRU;
	fake_member(m, M_slab_slab_cache, offsetof(struct page, cache), 8, 0);
	m->mem.flags.field[FIELD_ZONE] =
		(struct mmx_flag_field){.shift = ZONE_SHIFT, .width = 2, .known = true};
}

static void setup(void)
{
	struct mmx_zone z = {.name = "Normal", .present = FRAMES, .spanned = FRAMES};

	m = fake_memory_new((size_t)FRAMES * SIZE + 4096);
	fake_pages(m, BASE, FRAMES, SIZE);
	fake_no_types(m);
	make_format();
	make_lists();
	m->mem.kernel.jobs = 1;
	m->mem.zones.per_node = 4;
	m->mem.sparse.end = FRAMES;
	m->mem.sparse.section_bits = 27;
	for (uint64_t nr = 0; nr < FRAMES >> 15; nr++) {
		if (!mmx_array_add(&m->mem.sparse, (struct mmx_section){.nr = nr, .online = true}))
			abort();
	}
	if (!mmx_array_add(&m->mem.zones, z))
		abort();
	/* Anonymous memory that is mapped once. */
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++)
		*page(pfn) =
			(struct page){.flags = 1 << FLAG_LRU, .mapping = 0x1001, .refcount = 1};
}

static void teardown(void)
{
	mmx_room_free(&room);
	mmx_array_free(&m->mem.zones);
	mmx_array_free(&m->mem.sparse);
	fake_memory_free(m);
}

static const struct mmx_room_zone *find(void)
{
	const struct mmx_room_ask ask = {.owners = true};
	struct mmx_err err = {0};

	mmx_room_free(&room);
	if (mmx_room_find(&room, m->view, &ask, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return &room.zones.v[0];
}

static void make_slab(uint64_t pfn, uint64_t cache)
{
	*page(pfn) = (struct page){.cache = cache, .mapcount = (int32_t)SLAB, .refcount = 1};
}

static void make_free(uint64_t pfn, unsigned int order)
{
	for (uint64_t i = 0; i < 1ULL << order; i++)
		*page(pfn + i) = (struct page){.mapcount = -1};
	page(pfn)->mapcount = (int32_t)BUDDY;
	page(pfn)->private = order;
}

static void make_huge(uint64_t pfn, unsigned int order)
{
	for (uint64_t i = 0; i < 1ULL << order; i++)
		*page(pfn + i) = (struct page){.link = BASE + pfn * SIZE + 1, .mapcount = -1};
	*page(pfn) = (struct page){
		.flags = 1ULL << FLAG_HEAD, .mapcount = (int32_t)HUGETLB, .refcount = 1};
	page(pfn + 1)->flags = order;
}

static void what_can_be_moved_leaves_every_range(void)
{
	const struct mmx_room_zone *z;

	setup();
	make_free(1024, 10);
	z = find();
	CHECK(z->frames[MMX_MOBILITY_FREE] == 1024 &&
		      z->frames[MMX_MOBILITY_MOVABLE] == FRAMES - 1024,
	      "%llu free", (unsigned long long)z->frames[MMX_MOBILITY_FREE]);
	for (unsigned int order = 0; order < MMX_BLOCK_ORDERS; order++)
		CHECK(z->order[order].movable == FRAMES >> order &&
			      z->order[order].free == 1024u >> order,
		      "order %u: %llu and %llu", order, (unsigned long long)z->order[order].movable,
		      (unsigned long long)z->order[order].free);
	CHECK(z->gigantic.movable == 1 && !z->gigantic.free, "1 GiB");
	CHECK(!room.obstacles[MMX_ROOM_HUGE].n && !room.obstacles[MMX_ROOM_GIGANTIC].n,
	      "obstacles");
	teardown();
}

static const struct mmx_obstacle *obstacle(enum mmx_room_size size, uint64_t key)
{
	for (size_t i = 0; i < room.obstacles[size].n; i++) {
		if (room.obstacles[size].v[i].who.key == key)
			return &room.obstacles[size].v[i];
	}
	return NULL;
}

static void a_page_that_stays_denies_its_ranges(void)
{
	const struct mmx_room_zone *z;
	const struct mmx_obstacle *one, *other, *far;

	setup();
	make_slab(3, 0x1000);
	make_slab(600, 0x1000);
	make_slab(700, 0x2000);
	make_slab(GIB + 5, 0x3000);
	z = find();
	CHECK(z->order[0].movable == FRAMES - 4 && z->order[2].movable == FRAMES / 4 - 4 &&
		      z->order[9].movable == FRAMES / 512 - 3 &&
		      z->order[10].movable == FRAMES / 1024 - 2 && !z->gigantic.movable,
	      "%llu of 2 MiB", (unsigned long long)z->order[9].movable);
	one = obstacle(MMX_ROOM_HUGE, 0x1000);
	other = obstacle(MMX_ROOM_HUGE, 0x2000);
	far = obstacle(MMX_ROOM_HUGE, 0x3000);
	CHECK(one && one->frames == 2 && one->ranges == 2 && one->alone == 1 &&
		      one->denied == 511 + 255 && one == &room.obstacles[MMX_ROOM_HUGE].v[0],
	      "the first");
	CHECK(other && other->ranges == 1 && !other->alone && other->denied == 255, "the second");
	CHECK(far && far->alone == 1 && far->denied == 511, "the third");
	one = obstacle(MMX_ROOM_GIGANTIC, 0x1000);
	other = obstacle(MMX_ROOM_GIGANTIC, 0x2000);
	CHECK(one && other && one->frames == 2 && other->frames == 1 && !one->alone &&
		      one->denied == (GIB - 3) / 2 && one->denied == other->denied,
	      "1 GiB");
	CHECK(!obstacle(MMX_ROOM_GIGANTIC, 0x3000), "no 1 GiB is there");
	teardown();
}

static void held_pages_stay(void)
{
	const struct mmx_room_zone *z;

	setup();
	page(9)->refcount = 2;
	z = find();
	CHECK(z->frames[MMX_MOBILITY_STUCK] == 1 && obstacle(MMX_ROOM_HUGE, 0x1001), "one more");
	for (int i = 0; i < 2; i++) {
		if (!mmx_array_add(batches, (struct mmx_lru_batched){.pfn = 9}))
			abort();
	}
	z = find();
	CHECK(!z->frames[MMX_MOBILITY_STUCK], "of a batch");
	page(9)->refcount = 3;
	z = find();
	CHECK(!z->frames[MMX_MOBILITY_STUCK], "twice in one");
	page(9)->refcount = 4;
	z = find();
	CHECK(z->frames[MMX_MOBILITY_STUCK] == 1, "and one more");
	batches->n = 0;
	page(9)->refcount = 2;
	batches->coverage.first.code = MMX_EMISSING;
	z = find();
	CHECK(!z->frames[MMX_MOBILITY_STUCK], "perhaps of a batch");
	batches->coverage.first.code = MMX_OK;
	page(9)->refcount = 1025;
	z = find();
	CHECK(z->frames[MMX_MOBILITY_STUCK] == 1, "pinned");
	page(9)->refcount = 1;
	page(9)->flags = 0;
	z = find();
	CHECK(z->frames[MMX_MOBILITY_STUCK] == 1, "on no list of the LRU");
	page(9)->refcount = 2;
	z = find();
	CHECK(!z->frames[MMX_MOBILITY_STUCK], "on its way to one");
	teardown();
}

static void make_compressed(uint64_t pfn, uint64_t flags, uint64_t mapping)
{
	*page(pfn) = (struct page){
		.flags = flags, .mapping = mapping, .mapcount = (int32_t)ZSMALLOC, .refcount = 1};
}

/* The mapping word told up to 6.16, and a flag does since. */
static void compressed_memory_moves_where_the_kernel_has_functions_for_it(void)
{
	const struct mmx_room_zone *z;

	setup();
	make_compressed(9, 0, 0x2002);
	make_compressed(10, 0, 0);
	z = find();
	CHECK(z->frames[MMX_MOBILITY_STUCK] == 1, "by its mapping: %llu stay",
	      (unsigned long long)z->frames[MMX_MOBILITY_STUCK]);
	fake_enum(m, E_PG_movable_ops, FLAG_MOVABLE_OPS);
	make_compressed(9, 0, 0);
	make_compressed(11, 1 << FLAG_MOVABLE_OPS, 0);
	z = find();
	CHECK(z->frames[MMX_MOBILITY_STUCK] == 2, "by the flag: %llu stay",
	      (unsigned long long)z->frames[MMX_MOBILITY_STUCK]);
	teardown();
}

/* A mapping lies behind the struct pages. */
static void memory_of_confidential_guests_stays(void)
{
	const uint64_t flags = 1 << AS_INACCESSIBLE;
	const struct mmx_room_zone *z;
	uint64_t mapping;

	setup();
	fake_member(m, M_address_space_flags, 0, 8, 0);
	fake_enum(m, E_AS_INACCESSIBLE, AS_INACCESSIBLE);
	fake_enum(m, E_PG_unevictable, FLAG_UNEVICTABLE);
	m->used = (size_t)FRAMES * SIZE;
	mapping = fake_put(m, &flags, sizeof(flags));
	m->mem.kernel.regions.v[REGION_DIRECT_MAP] =
		(struct mmx_region){.start = FAKE_VA, .end = FAKE_VA + m->size};
	*page(9) = (struct page){
		.flags = 1 << FLAG_LRU | 1 << FLAG_UNEVICTABLE, .mapping = mapping, .refcount = 2};
	*page(10) = (struct page){.flags = 1 << FLAG_LRU, .mapping = mapping, .refcount = 2};
	z = find();
	CHECK(z->frames[MMX_MOBILITY_STUCK] == 1, "%llu stay",
	      (unsigned long long)z->frames[MMX_MOBILITY_STUCK]);
	teardown();
}

static void huge_pages_are_moved_for_larger_ones_alone(void)
{
	const struct mmx_room_zone *z;

	setup();
	make_huge(512, 9);
	z = find();
	CHECK(z->frames[MMX_MOBILITY_HUGE] == 512 && z->order[9].movable == FRAMES / 512 - 1 &&
		      z->order[10].movable == FRAMES / 1024 - 1 && z->gigantic.movable == 1,
	      "%llu huge", (unsigned long long)z->frames[MMX_MOBILITY_HUGE]);
	CHECK(!room.obstacles[MMX_ROOM_HUGE].n && !room.obstacles[MMX_ROOM_GIGANTIC].n,
	      "obstacles");
	teardown();
}

static void ranges_lie_in_one_zone(void)
{
	struct mmx_zone above = {
		.name = "Movable", .index = 1, .present = 1, .start_pfn = 1536, .spanned = 1};
	const struct mmx_room_zone *z;

	setup();
	if (!mmx_array_add(&m->mem.zones, above))
		abort();
	page(1536)->flags |= 1ULL << ZONE_SHIFT;
	page(2048)->flags |= 3ULL << ZONE_SHIFT; /* of no zone that there is */
	z = find();
	CHECK(z->order[0].movable == FRAMES - 2 && z->order[9].movable == FRAMES / 512 - 2 &&
		      z->order[10].movable == FRAMES / 1024 - 2 && !z->gigantic.movable,
	      "%llu of 2 MiB", (unsigned long long)z->order[9].movable);
	CHECK(room.zones.v[1].order[0].movable == 1 && !room.zones.v[1].order[1].movable, "above");
	teardown();
}

static bool has(enum mmx_free_fault fault, uint64_t pfn)
{
	for (size_t i = 0; i < room.findings.n; i++) {
		if (room.findings.v[i].fault == fault &&
		    room.findings.v[i].addr == BASE + pfn * SIZE)
			return true;
	}
	return false;
}

static void struct_pages_are_held_against_the_lists(void)
{
	setup();
	make_free(64, 6);
	make_free(96, 3);
	page(70)->refcount = 1;
	find();
	CHECK(room.findings.n == 4 && has(MMX_FREE_UNLISTED, 64) && has(MMX_FREE_UNLISTED, 96) &&
		      has(MMX_FREE_OVERLAP, 96) && has(MMX_FREE_HELD, 70),
	      "%zu findings", room.findings.n);
	teardown();
}

int main(void)
{
	RUN(what_can_be_moved_leaves_every_range);
	RUN(a_page_that_stays_denies_its_ranges);
	RUN(held_pages_stay);
	RUN(compressed_memory_moves_where_the_kernel_has_functions_for_it);
	RUN(memory_of_confidential_guests_stays);
	RUN(huge_pages_are_moved_for_larger_ones_alone);
	RUN(ranges_lie_in_one_zone);
	RUN(struct_pages_are_held_against_the_lists);
	return unit_end();
}
