// SPDX-License-Identifier: GPL-2.0-or-later
/* Unaccepted memory: blocks on the zones' lists, whole lists and forged ones. */
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/frames/class.h"
#include "mm/owners/owner.h"
#include "mm/knowledge.h"
#include "mm/zones/unaccepted.h"
#include "unit.h"

#define ORDER   10u /* of a block */
#define BLOCK   (1u << ORDER)
#define FRAMES  (6 * BLOCK)
#define SIZE    64u /* of a struct page */
#define OUTSIDE 0xffffffffc0000000ULL
#define ZONES   2

struct list {
	uint64_t next, prev;
};

struct page {
	uint64_t flags;
	struct list lru;
	uint64_t mapping, index, private;
	int32_t mapcount, refcount;
	uint64_t memcg;
};

_Static_assert(sizeof(struct page) == SIZE, "as kernels have it");

struct zone {
	uint64_t free_area[ORDER + 1];
	struct list unaccepted;
};

static struct fake_memory *m;

static struct page *page(uint64_t pfn)
{
	return (struct page *)m->bytes + pfn;
}

static uint64_t lru(uint64_t pfn)
{
	return FAKE_VA + pfn * SIZE + offsetof(struct page, lru);
}

static struct list *head(unsigned int zone)
{
	return fake_at(m, m->mem.zones.v[zone].addr + offsetof(struct zone, unaccepted));
}

static uint64_t head_addr(unsigned int zone)
{
	return m->mem.zones.v[zone].addr + offsetof(struct zone, unaccepted);
}

static void put_on_list(unsigned int zone, uint64_t pfn)
{
	struct list *list = head(zone);

	page(pfn)->lru = (struct list){.next = head_addr(zone), .prev = list->prev};
	((struct list *)fake_at(m, list->prev))->next = lru(pfn);
	list->prev = lru(pfn);
}

static void make_layout(void)
{
	fake_no_types(m);
	fake_member(m, M_page_lru, offsetof(struct page, lru), sizeof(struct list), 0);
	fake_member(m, M_zone_free_area, 0, 8 * (ORDER + 1), ORDER + 1);
	fake_member(m, M_zone_unaccepted_pages, offsetof(struct zone, unaccepted),
		    sizeof(struct list), 0);
}

static void make_format(void)
{
	struct mmx_page_format *f = &m->mem.page_format;

	*f = (struct mmx_page_format){
		.size = SIZE,
		.link = offsetof(struct page, lru),
		.mapping = offsetof(struct page, mapping),
		.index = offsetof(struct page, index),
		.private = offsetof(struct page, private),
		.mapcount = offsetof(struct page, mapcount),
		.refcount = offsetof(struct page, refcount),
		.types = {.base = 0xf0000000, .below = -128},
	};
	fake_no_bits(m);
}

/* Struct pages of frames that nobody holds, and behind them two zones whose lists are empty. */
static void setup(void)
{
	struct zone zone = {0};

	m = fake_memory_new(FRAMES * SIZE + ZONES * sizeof(struct zone));
	m->used = FRAMES * SIZE;
	fake_pages(m, FAKE_VA, FRAMES, SIZE);
	make_layout();
	make_format();
	for (unsigned int i = 0; i < ZONES; i++) {
		struct mmx_zone z = {.addr = fake_put(m, &zone, sizeof(zone)), .name = "DMA"};

		if (!mmx_array_add(&m->mem.zones, z))
			abort();
		*head(i) = (struct list){head_addr(i), head_addr(i)};
	}
	m->mem.kernel.facts.v[FACT_ZONES].state = MMX_FACT_CHECKED;
	m->mem.kernel.facts.v[FACT_VMEMMAP].state = MMX_FACT_CHECKED;
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++)
		*page(pfn) = (struct page){.mapcount = -1};
}

static void teardown(void)
{
	mmx_array_free(&m->mem.zones);
	fake_memory_free(m);
}

/* What becomes of the lists: frames [first, last] of the blocks that were found, and why not of all. */
static int read_lists(uint64_t *frames, struct mmx_err *err)
{
	struct mmx_unaccepted u = {0};
	int ret = mmx_unaccepted_find(&u, m->view, err);

	if (!ret && !mmx_cover_whole(&u.coverage)) {
		*err = u.coverage.first;
		ret = -1;
	}

	*frames = 0;
	for (size_t i = 0; i < u.frames.n; i++)
		*frames += u.frames.v[i].frames;
	mmx_unaccepted_free(&u);
	return ret;
}

static void every_frame_of_a_block_is_unaccepted(void)
{
	const struct mmx_first_owners *owners;
	struct mmx_classifier classifier = {.device_zone = ~0u, .huge_zero_pfn = ~0ULL};
	struct mmx_page_walk w;
	struct mmx_err err = {0};
	uint64_t n[MMX_CLASS_COUNT] = {0}, wrong = 0;

	setup();
	mmx_classifier_types(&classifier);
	put_on_list(0, 2 * BLOCK);
	put_on_list(0, BLOCK);
	put_on_list(1, 4 * BLOCK);
	owners = mmx_know_first_owners(m->view);
	CHECK(mmx_cover_whole(mmx_owner_coverage(m->view, MMX_OWNER_unaccepted)), "%s",
	      mmx_owner_coverage(m->view, MMX_OWNER_unaccepted)->first.text);
	CHECK(mmx_know_unaccepted(m->view)->order == ORDER, "the order");
	classifier.first = &owners->map;
	if (mmx_page_walk_begin(&w, m->view, 0, FRAMES, &err))
		abort();
	while (mmx_page_walk_next(&w)) {
		enum mmx_class class = mmx_classify(&classifier, &w).class;
		uint64_t block = w.pfn / BLOCK;

		n[class]++;
		wrong += (class == CLASS_UNACCEPTED) != (block == 1 || block == 2 || block == 4);
	}
	/* The first frames have the struct pages themselves in them. */
	CHECK(!wrong && n[CLASS_VMEMMAP] == FRAMES * SIZE >> 12 &&
		      n[CLASS_UNATTRIBUTED] + n[CLASS_VMEMMAP] == 3 * BLOCK,
	      "%lu frames are wrong", wrong);
	mmx_page_walk_end(&w);
	teardown();
}

static void a_kernel_without_such_lists_is_no_trouble(void)
{
	struct mmx_err err = {0};
	uint64_t frames;

	setup();
	CHECK(!read_lists(&frames, &err) && !frames, "empty lists: %s", err.text);
	m->mem.kernel.layout.member[M_zone_unaccepted_pages].provider = -1;
	m->mem.kernel.facts.v[FACT_ZONES].state = MMX_FACT_UNKNOWN;
	CHECK(!read_lists(&frames, &err) && !frames, "no lists: %s", err.text);
	teardown();
}

static void forged_lists_end_in_errors(void)
{
	struct mmx_err err = {0};
	uint64_t frames;

	setup();
	put_on_list(0, 0);
	put_on_list(0, BLOCK);
	put_on_list(1, 3 * BLOCK);
	page(BLOCK)->lru.next = lru(BLOCK);
	CHECK(read_lists(&frames, &err) && err.code == MMX_ECORRUPT, "a loop: %s", err.text);
	CHECK(strstr(err.text, "zone DMA"), "%s", err.text);
	CHECK(frames == 3 * BLOCK, "%lu frames beside a loop", frames);
	page(BLOCK)->lru.next = OUTSIDE;
	CHECK(read_lists(&frames, &err) && frames == 3 * BLOCK, "leads nowhere: %s", err.text);
	page(BLOCK)->lru.next = head_addr(1);
	CHECK(read_lists(&frames, &err), "goes over to another zone's: %s", err.text);
	page(BLOCK)->lru.next = head_addr(0);
	CHECK(!read_lists(&frames, &err) && frames == 3 * BLOCK, "whole again: %s", err.text);
	put_on_list(1, 5 * BLOCK + 512);
	CHECK(read_lists(&frames, &err) && strstr(err.text, "begins with") && frames == 3 * BLOCK,
	      "a page within a block: %s", err.text);
	m->mem.kernel.layout.member[M_zone_free_area].m.nelems = 64;
	CHECK(read_lists(&frames, &err) && strstr(err.text, "64 orders") && !frames, "%s",
	      err.text);
	teardown();
}

int main(void)
{
	RUN(every_frame_of_a_block_is_unaccepted);
	RUN(a_kernel_without_such_lists_is_no_trouble);
	RUN(forged_lists_end_in_errors);
	return unit_end();
}
