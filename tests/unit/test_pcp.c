// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Free pages that no list of the buddy allocator holds: on a CPU's lists, and on the zone's list of
 * those that were freed without its lock; whole lists and forged ones.
 */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/knowledge.h"
#include "mm/owners/owner.h"
#include "mm/zones/pcp.h"
#include "unit.h"

#define FRAMES 64u
#define SIZE   64u /* of a struct page */
#define LISTS  13u /* of three types and four orders, and one of huge pages */

struct page {
	uint64_t flags, next, prev, mapping, index, private;
	int32_t mapcount, refcount;
	uint64_t memcg;
};

struct pages_of_cpu {
	uint64_t count;
	uint64_t list[LISTS][2];
};

struct zone {
	uint64_t pageset, waiting;
};

static struct fake_memory *m;
static struct zone *zone;
static struct pages_of_cpu *set;

static struct page *page(uint64_t pfn)
{
	return (struct page *)m->bytes + pfn;
}

static uint64_t node(uint64_t pfn)
{
	return FAKE_VA + pfn * SIZE + offsetof(struct page, next);
}

static void make_layout(void)
{
	fake_no_types(m);
	fake_struct(m, S_per_cpu_pages, sizeof(struct pages_of_cpu));
	fake_struct(m, S_cpumask, 8);
	fake_member(m, M_page_pcp_list, offsetof(struct page, next), 16, 0);
	fake_member(m, M_page_pcp_llist, offsetof(struct page, next), 8, 0);
	fake_member(m, M_zone_per_cpu_pageset, offsetof(struct zone, pageset), 8, 0);
	fake_member(m, M_zone_trylock_free_pages, offsetof(struct zone, waiting), 8, 0);
	fake_member(m, M_per_cpu_pages_count, offsetof(struct pages_of_cpu, count), 4, 0);
	fake_member(m, M_per_cpu_pages_lists, offsetof(struct pages_of_cpu, list), 16 * LISTS,
		    LISTS);
	fake_enum(m, E_MIGRATE_PCPTYPES, 3);
	fake_enum(m, E_MIGRATE_MOVABLE, 1);
}

static uint64_t put_word(const char *symbol, uint64_t word)
{
	uint64_t at = fake_put(m, &word, sizeof(word));

	fake_symbol(m, symbol, at);
	return at;
}

/* Struct pages that nobody holds; behind them a zone and its lists for one CPU, all of them empty. */
static void setup(void)
{
	struct mmx_zone z = {.name = "DMA", .present = 1};
	uint64_t at, lists;

	m = fake_memory_new(1 << 16);
	m->used = FRAMES * SIZE;
	m->mem.vmemmap.base = FAKE_VA;
	m->mem.vmemmap.page_size = SIZE;
	m->mem.page_format.private = offsetof(struct page, private);
	make_layout();
	at = fake_put(m, &(struct pages_of_cpu){0}, sizeof(struct pages_of_cpu));
	set = fake_at(m, at);
	lists = at + offsetof(struct pages_of_cpu, list);
	for (unsigned int i = 0; i < LISTS; i++)
		set->list[i][0] = set->list[i][1] = lists + 16 * i;
	z.addr = fake_put(m, &(struct zone){.pageset = at}, sizeof(struct zone));
	zone = fake_at(m, z.addr);
	put_word("__per_cpu_offset", 0);
	put_word("__cpu_possible_mask", 1);
	if (!mmx_array_add(&m->mem.zones, z) || !mmx_ranges_add(&m->mem.sparse.pfn, 0, FRAMES))
		abort();
	m->mem.kernel.facts.v[FACT_ZONES].state = MMX_FACT_CHECKED;
	m->mem.kernel.facts.v[FACT_VMEMMAP].state = MMX_FACT_CHECKED;
}

static void teardown(void)
{
	mmx_array_free(&m->mem.zones);
	fake_memory_free(m);
}

static const struct mmx_pcp *find(void)
{
	mmx_knowledge_free(m->mem.knowledge);
	m->mem.knowledge = mmx_knowledge_new(NULL);
	return mmx_know_pcp(m->view);
}

static void push_waiting(uint64_t pfn, uint64_t order)
{
	page(pfn)->next = zone->waiting;
	page(pfn)->private = order;
	zone->waiting = node(pfn);
}

static void pages_that_wait_are_free(void)
{
	const struct mmx_pcp_block *block;
	const struct mmx_pcp *pcp;
	const struct mmx_owner_map *owners;

	setup();
	pcp = find();
	CHECK(!pcp->blocks.n && mmx_cover_whole(&pcp->coverage), "%s", pcp->coverage.first.text);
	push_waiting(5, 0);
	push_waiting(8, 3);
	pcp = find();
	CHECK(pcp->blocks.n == 2 && pcp->coverage.found == 9 && mmx_cover_whole(&pcp->coverage),
	      "%zu blocks: %s", pcp->blocks.n, pcp->coverage.first.text);
	block = mmx_pcp_block_of(pcp, 15);
	CHECK(block && block->pfn == 8 && block->order == 3 && block->cpu == MMX_PCP_WAITING,
	      "no block");
	CHECK(!mmx_pcp_block_of(pcp, 16) && !mmx_pcp_block_of(pcp, 6), "blocks end");
	owners = &mmx_know_first_owners(m->view)->map;
	CHECK(mmx_owner_of(owners, 5) == MMX_OWNER_waiting &&
		      mmx_owner_of(owners, 15) == MMX_OWNER_waiting &&
		      mmx_owner_of(owners, 16) == MMX_OWNERS,
	      "owners");
	teardown();
}

static void lists_of_waiting_pages_may_be_wild(void)
{
	const struct mmx_pcp *pcp;

	setup();
	push_waiting(5, 0);
	push_waiting(9, 3); /* no block begins there */
	push_waiting(3, 0);
	pcp = find();
	CHECK(pcp->blocks.n == 1 && pcp->coverage.broken == 1, "%zu: %s", pcp->blocks.n,
	      pcp->coverage.first.text);
	page(9)->private = 60;
	pcp = find();
	CHECK(pcp->blocks.n == 1 && pcp->coverage.broken == 1, "%zu: %s", pcp->blocks.n,
	      pcp->coverage.first.text);
	page(9)->private = 0;
	page(5)->next = node(3);
	pcp = find();
	CHECK(pcp->blocks.n < 10 && pcp->coverage.broken == 1, "%zu: %s", pcp->blocks.n,
	      pcp->coverage.first.text);
	m->mem.kernel.layout.member[M_page_pcp_llist].provider = -1;
	pcp = find();
	CHECK(!pcp->blocks.n && pcp->coverage.unknown == 1, "%zu: %s", pcp->blocks.n,
	      pcp->coverage.first.text);
	teardown();
}

static void sets_hold_what_they_count(void)
{
	const struct mmx_pcp *pcp;
	uint64_t head;

	setup();
	head = zone->pageset + offsetof(struct pages_of_cpu, list) + 16 * 4;
	set->list[4][0] = set->list[4][1] = node(12);
	page(12)->next = page(12)->prev = head;
	set->count = 2;
	pcp = find();
	CHECK(pcp->n == 1 && pcp->v[0].found == 2 && mmx_cover_whole(&pcp->coverage), "%s",
	      pcp->coverage.first.text);
	CHECK(mmx_pcp_block_of(pcp, 13) && mmx_pcp_block_of(pcp, 13)->order == 1, "no block");
	set->count = 3;
	pcp = find();
	CHECK(pcp->coverage.broken == 1 && mmx_pcp_block_of(pcp, 13), "%s",
	      pcp->coverage.first.text);
	teardown();
}

/* Two sections, whose maps lie one behind the other: of 128 MiB, in blocks of that order, with 4 bits each. */
static void make_pageblocks(unsigned int order)
{
	uint64_t map = (32768 >> order) * 4 / 8;

	m->mem.sparse.section_bits = 27;
	fake_member(m, M_mem_section_usage_pageblock_flags, 16, 8, 0);
	fake_enum(m, E_NR_PAGEBLOCK_BITS, 4);
	fake_enum(m, E_MIGRATE_TYPES, 6);
	if (!mmx_array_add(&m->mem.sparse, (struct mmx_section){.usage = 0x1000}) ||
	    !mmx_array_add(&m->mem.sparse, (struct mmx_section){.usage = 0x1000 + 16 + map}))
		abort();
	m->mem.kernel.facts.v[FACT_SECTIONS].state = MMX_FACT_CHECKED;
}

static void huge_pages_are_as_large_as_pageblocks(void)
{
	const struct mmx_pcp *pcp;
	uint64_t head;

	setup();
	make_pageblocks(10);
	head = zone->pageset + offsetof(struct pages_of_cpu, list) + 16 * 12;
	set->list[12][0] = set->list[12][1] = node(0);
	page(0)->next = page(0)->prev = head;
	set->count = 1024;
	pcp = find();
	CHECK(pcp->blocks.n == 1 && pcp->blocks.v[0].order == 10 && mmx_cover_whole(&pcp->coverage),
	      "%s", pcp->coverage.first.text);
	m->mem.kernel.layout.member[M_mem_section_usage_pageblock_flags].provider = -1;
	set->count = 512;
	pcp = find();
	CHECK(pcp->blocks.n == 1 && pcp->blocks.v[0].order == 9 && mmx_cover_whole(&pcp->coverage),
	      "%s", pcp->coverage.first.text);
	mmx_array_free(&m->mem.sparse);
	teardown();
}

int main(void)
{
	RUN(pages_that_wait_are_free);
	RUN(lists_of_waiting_pages_may_be_wild);
	RUN(sets_hold_what_they_count);
	RUN(huge_pages_are_as_large_as_pageblocks);
	return unit_end();
}
