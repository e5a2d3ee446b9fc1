// SPDX-License-Identifier: GPL-2.0-or-later
/* What can become of a page: anonymous memory, which swap has room for or not. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/knowledge.h"
#include "mm/lru/fate.h"
#include "mm/swap/swap_areas.h"
#include "unit.h"

enum { USED = 1, WRITEOK = 2, FLAG_LRU = 5, FLAG_SWAPBACKED = 19 };

/* As the words of a page are here. */
struct words {
	uint64_t flags, mapping;
	int32_t mapcount, refcount;
};

static struct fake_memory *m;
static struct mmx_swaps *swaps;

static void setup(void)
{
	m = fake_memory_new(1 << 12);
	fake_no_types(m);
	fake_no_bits(m);
	m->mem.page_format.flags = offsetof(struct words, flags);
	m->mem.page_format.mapping = offsetof(struct words, mapping);
	m->mem.page_format.mapcount = offsetof(struct words, mapcount);
	m->mem.page_format.refcount = offsetof(struct words, refcount);
	m->mem.page_format.types.below = -128;
	fake_enum(m, E_PG_lru, FLAG_LRU);
	fake_enum(m, E_PG_swapbacked, FLAG_SWAPBACKED);
	fake_enum(m, E_SWP_USED, USED);
	fake_enum(m, E_SWP_WRITEOK, WRITEOK);
	fake_member(m, M_swap_info_struct_flags, 0, 8, 0);
	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_lru_batches);
	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_lruvecs);
	swaps = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_swaps);
}

/* An area of 100 pages. */
static void add_area(uint64_t flags, uint64_t in_use)
{
	struct mmx_swap_area area = {
		.addr = fake_put(m, &flags, sizeof(flags)), .pages = 100, .in_use = in_use};

	if (!mmx_array_add(swaps, area))
		abort();
}

static enum mmx_can reclaimed(void)
{
	const struct words words = {1 << FLAG_LRU | 1 << FLAG_SWAPBACKED, 0x1001, 0, 1};
	const struct mmx_page_walk w = {
		.view = m->view,
		.bytes = (const unsigned char *)&words,
		.folio = {.bytes = (const unsigned char *)&words, .flags = words.flags},
	};
	struct mmx_fate fate;

	mmx_fate_of(&w, CLASS_ANON, &fate);
	return fate.reclaimed.can;
}

static void swap_that_is_swapped_off_has_no_room(void)
{
	setup();
	CHECK(reclaimed() == MMX_CAN_NO, "without swap");
	add_area(USED, 10);
	CHECK(reclaimed() == MMX_CAN_NO, "an area is being swapped off");
	add_area(USED | WRITEOK, 100);
	CHECK(reclaimed() == MMX_CAN_NO, "another one is full");
	add_area(USED | WRITEOK, 99);
	CHECK(reclaimed() == MMX_CAN_YES, "a third one has room");
	fake_memory_free(m);
}

static void whether_an_area_is_swapped_off_may_not_be_known(void)
{
	setup();
	add_area(USED | WRITEOK, 10);
	m->mem.kernel.layout.enumerator[E_SWP_WRITEOK].provider = -1;
	CHECK(reclaimed() == MMX_CAN_UNKNOWN, "%u", reclaimed());
	fake_memory_free(m);
}

int main(void)
{
	RUN(swap_that_is_swapped_off_has_no_room);
	RUN(whether_an_area_is_swapped_off_may_not_be_known);
	return unit_end();
}
