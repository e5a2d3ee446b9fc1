// SPDX-License-Identifier: GPL-2.0-or-later
/* Holders and their frames: whole folios, memory, arrays of pages, and pointers that lead nowhere. */
#include <inttypes.h>

#include "holdings.h"

#define HEAD_BIT 6

struct fake_page {
	uint64_t flags, link, words[6];
};

/* Struct pages at the beginning of the memory: frames 8 to 15 are a folio of order 3, all others are alone. */
static struct fake_memory *new_pages(void)
{
	struct fake_memory *m = fake_memory_new(1 << 22);
	struct mmx_page_format *f = &m->mem.page_format;
	struct fake_page *pages = (struct fake_page *)m->bytes;

	fake_no_types(m);
	fake_pages(m, VMEMMAP, FRAMES, sizeof(struct fake_page));
	fake_no_bits(m);
	f->size = sizeof(struct fake_page);
	f->link = offsetof(struct fake_page, link);
	f->head = HEAD_BIT;
	f->order = sizeof(struct fake_page);
	pages[8].flags = 1 << HEAD_BIT;
	pages[9].flags = 3;
	for (unsigned int i = 9; i < 16; i++)
		pages[i].link = page(8) | 1;
	return m;
}

struct world {
	struct fake_memory *m;
	struct mmx_holdings held;
	struct mmx_hold hold;
};

static struct world *new_world(void)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->m = new_pages();
	w->hold = (struct mmx_hold){.held = &w->held, .view = w->m->view};
	mmx_hold_begin(&w->hold, &(struct mmx_holder){.what = "a test", .type = "test", .addr = 1});
	return w;
}

static void end(struct world *w)
{
	struct mmx_err err;

	CHECK(!mmx_hold_end(&w->hold, &err), "%s", err.text);
}

static void end_world(struct world *w)
{
	mmx_holdings_free(&w->held);
	fake_memory_free(w->m);
	free(w);
}

static void a_part_of_a_folio_is_all_of_it(void)
{
	struct world *w = new_world();

	mmx_hold_page(&w->hold, page(13));
	end(w);
	CHECK(holds(&w->held, 8, 8) && !mmx_holder_of(&w->held, 7), "by a tail");
	end_world(w);

	w = new_world();
	mmx_hold_memory(&w->hold, memory(10) + 100, 1);
	end(w);
	CHECK(holds(&w->held, 8, 8), "by an address");
	end_world(w);

	w = new_world();
	mmx_hold_page(&w->hold, page(20));
	end(w);
	CHECK(holds(&w->held, 20, 1), "a page of its own");
	end_world(w);
}

static uint64_t pieces_of(const struct world *w, uint64_t pfn)
{
	for (size_t i = 0; i < w->held.pieces.n; i++) {
		if (w->held.pieces.v[i].pfn == pfn)
			return w->held.pieces.v[i].references;
	}
	return 0;
}

static void each_piece_of_a_folio_is_a_reference(void)
{
	struct world *w = new_world();

	mmx_hold_page(&w->hold, page(13));
	end(w);
	CHECK(!w->held.pieces.n, "nobody counts them");
	end_world(w);

	w = new_world();
	w->hold.counts = true;
	mmx_hold_page(&w->hold, page(13));
	mmx_hold_memory(&w->hold, memory(20), 1);
	mmx_hold_memory(&w->hold, memory(10) + 100, 1);
	mmx_hold_references(&w->hold, 6);
	mmx_hold_page(&w->hold, page(8));
	end(w);
	CHECK(pieces_of(w, 8) == 9 && pieces_of(w, 20) == 1, "%" PRIu64 " and %" PRIu64,
	      pieces_of(w, 8), pieces_of(w, 20));
	end_world(w);
}

static void a_folio_that_cannot_be_is_a_page(void)
{
	struct world *w = new_world();

	((struct fake_page *)w->m->bytes)[9].flags = 4;
	mmx_hold_page(&w->hold, page(8));
	end(w);
	CHECK(holds(&w->held, 8, 1), "an order that its place does not allow");
	end_world(w);

	w = new_world();
	((struct fake_page *)w->m->bytes)[13].link = page(FRAMES) | 1;
	mmx_hold_page(&w->hold, page(13));
	end(w);
	CHECK(holds(&w->held, 13, 1), "a head that is none");
	end_world(w);
}

static void memory_is_as_long_as_it_is_said_to_be(void)
{
	struct world *w = new_world();

	mmx_hold_memory(&w->hold, memory(30) + 4000, 200);
	mmx_hold_memory(&w->hold, memory(40), 4096);
	mmx_hold_memory(&w->hold, FAKE_VA - 1, 1);
	mmx_hold_memory(&w->hold, memory(50), 0);
	mmx_hold_memory(&w->hold, memory(FRAMES - 1), UINT64_MAX);
	end(w);
	CHECK(holds(&w->held, 30, 2) && holds(&w->held, 40, 1) && !mmx_holder_of(&w->held, 50),
	      "pages");
	CHECK(holds(&w->held, FRAMES - 1, 1), "the last");
	CHECK(mmx_cover_whole(&w->held.coverage), "%s", w->held.coverage.first.text);
	end_world(w);
}

static void pointers_that_are_none_are_told(void)
{
	struct world *w = new_world();
	uint64_t array[3] = {page(60), 0, page(61) + 1};

	w->m->used = 1 << 20;
	mmx_hold_pages(&w->hold, fake_put(w->m, array, sizeof(array)), 3);
	CHECK(w->held.coverage.broken == 1, "%s", w->held.coverage.first.text);
	mmx_hold_pages(&w->hold, FAKE_VA - 4096, 3);
	CHECK(w->held.coverage.broken == 2, "%s", w->held.coverage.first.text);
	end(w);
	CHECK(holds(&w->held, 60, 1), "the one that is");
	end_world(w);
}

static void the_first_holder_keeps_a_frame(void)
{
	struct world *w = new_world();

	mmx_hold_frames(&w->hold, 70, 2);
	mmx_hold_begin(&w->hold, &(struct mmx_holder){.what = "nothing", .addr = 2});
	mmx_hold_begin(&w->hold, &(struct mmx_holder){.what = "another", .addr = 3});
	mmx_hold_frames(&w->hold, 70, 4);
	end(w);
	CHECK(w->held.holders.n == 2, "%zu holders", w->held.holders.n);
	CHECK(mmx_holder_of(&w->held, 71)->addr == 1, "the first");
	CHECK(mmx_holder_of(&w->held, 73)->addr == 3, "the second");
	end_world(w);
}

/* An array that many lead to is read again and again; there is an end to that. */
static void there_is_an_end(void)
{
	struct world *w = new_world();
	uint64_t array[64];

	for (unsigned int i = 0; i < 64; i++)
		array[i] = page(100 + i);
	w->m->used = 1 << 20;
	array[0] = fake_put(w->m, array, sizeof(array));
	for (unsigned int i = 0; i < 10000; i++)
		mmx_hold_pages(&w->hold, array[0] + 8, 63);
	CHECK(w->held.coverage.broken == 1, "%s", w->held.coverage.first.text);
	CHECK(w->held.frames.n < 600000, "%zu runs", w->held.frames.n);
	end(w);
	CHECK(holds(&w->held, 101, 63), "what was found before");
	end_world(w);
}

int main(void)
{
	RUN(a_part_of_a_folio_is_all_of_it);
	RUN(each_piece_of_a_folio_is_a_reference);
	RUN(a_folio_that_cannot_be_is_a_page);
	RUN(memory_is_as_long_as_it_is_said_to_be);
	RUN(pointers_that_are_none_are_told);
	RUN(the_first_holder_keeps_a_frame);
	RUN(there_is_an_end);
	return unit_end();
}
