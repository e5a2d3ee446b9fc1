// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Per-CPU memory: a chunk made later, whose pages' struct pages must name it. Those that name another
 * are strangers; of those that cannot be read nothing is known.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/owners/percpu.h"
#include "unit.h"

#define VMEMMAP 0xffffea0000000000ULL
#define SIZE    64u
#define PAGES   4u                 /* of a unit */
#define STRUCTS (0x20 * 4096u)     /* where the struct pages of the first frames lie */
#define FIRST   0x8u               /* frame of the first chunk's unit */
#define SECOND  0x10u              /* and of the second one's */
#define FRAMES  (2 * 4096u / SIZE) /* which two pages of struct pages are for */

struct chunk {
	uint64_t next, prev, base;
	uint32_t pages, populated;
	uint64_t map;
};

struct page {
	uint64_t flags, pad[3], index, private, rest[2];
};

static struct fake_memory *m;
static uint64_t second;

static void variable(const char *name, uint64_t value)
{
	fake_symbol(m, name, fake_put(m, &value, 8));
}

static struct page *page(uint64_t pfn)
{
	return (struct page *)(m->bytes + STRUCTS) + pfn;
}

static uint64_t put_chunk(uint64_t frame, uint64_t map)
{
	struct chunk c = {.base = FAKE_VA + frame * 4096, .pages = PAGES, .map = map};

	c.populated = PAGES;
	return fake_put(m, &c, sizeof(c));
}

static void make_layout(void)
{
	fake_no_types(m);
	fake_struct(m, S_cpumask, 8);
	fake_member(m, M_pcpu_chunk_list, 0, 16, 0);
	FAKE_MEMBER(m, M_pcpu_chunk_base_addr, chunk, base);
	FAKE_MEMBER(m, M_pcpu_chunk_nr_pages, chunk, pages);
	FAKE_MEMBER(m, M_pcpu_chunk_nr_populated, chunk, populated);
	FAKE_MEMBER(m, M_pcpu_chunk_populated, chunk, map);
	m->mem.page_format.size = SIZE;
	m->mem.page_format.index = offsetof(struct page, index);
	m->mem.page_format.private = offsetof(struct page, private);
}

/* One CPU, a first chunk, and one list with a second chunk, whose four pages name it. */
static void setup(void)
{
	struct mmx_vmemmap_extent extent = {.va = VMEMMAP, .len = FRAMES * SIZE, .phys = STRUCTS};
	uint64_t first, list;

	m = fake_memory_new(1 << 20);
	make_layout();
	first = put_chunk(FIRST, 0);
	second = put_chunk(SECOND, (1 << PAGES) - 1);
	list = fake_put(m, (uint64_t[2]){second, second}, 16);
	memcpy(fake_at(m, second), (uint64_t[2]){list, list}, 16);
	variable("pcpu_chunk_lists", list);
	variable("pcpu_nr_slots", 1);
	variable("pcpu_first_chunk", first);
	variable("pcpu_reserved_chunk", 0);
	variable("pcpu_unit_pages", PAGES);
	variable("pcpu_base_addr", FAKE_VA + FIRST * 4096);
	variable("pcpu_unit_offsets", fake_put(m, (uint64_t[1]){0}, 8));
	fake_symbol(m, "__per_cpu_offset", fake_put(m, (uint64_t[1]){0}, 8));
	fake_symbol(m, "__cpu_possible_mask", fake_put(m, (uint64_t[1]){1}, 8));
	m->mem.vmemmap.base = VMEMMAP;
	m->mem.vmemmap.page_size = SIZE;
	mmx_fact_set(&m->mem.kernel.facts, FACT_VMEMMAP, MMX_FACT_CHECKED, "a test", "made");
	if (!mmx_array_add(&m->mem.vmemmap, extent) ||
	    !mmx_ranges_add(&m->mem.sparse.pfn, 0, FRAMES))
		abort();
	for (unsigned int i = 0; i < PAGES; i++)
		page(SECOND + i)->private = second;
}

static struct mmx_percpu found;

static const struct mmx_percpu *find(void)
{
	struct mmx_err err = {0};

	mmx_percpu_free(&found);
	found = (struct mmx_percpu){0};
	CHECK(!mmx_percpu_find(&found, m->view, &err), "%s", err.text);
	return &found;
}

static void end(void)
{
	mmx_percpu_free(&found);
	found = (struct mmx_percpu){0};
	fake_memory_free(m);
}

#define SEEN "%zu chunks: %s", p->n, p->coverage.first.text

static void pages_that_name_their_chunk_are_its(void)
{
	const struct mmx_percpu *p;
	struct mmx_percpu_page at;

	setup();
	p = find();
	CHECK(p->n == 2 && mmx_cover_whole(&p->coverage), SEEN);
	CHECK(mmx_percpu_page(p, m->view, FIRST, &at) && at.chunk == &p->v[0], "first");
	CHECK(mmx_percpu_page(p, m->view, SECOND + 3, &at) && at.chunk == &p->v[1] && at.at == 3,
	      "second");
	page(SECOND + 1)->private = second + 8;
	p = find();
	CHECK(p->coverage.broken == 1 && p->v[1].strangers == 1, SEEN);
	CHECK(!mmx_percpu_page(p, m->view, SECOND + 1, &at), "a stranger");
	end();
}

static void pages_that_cannot_be_asked_are_absent(void)
{
	const struct mmx_percpu *p;
	struct mmx_percpu_page at;

	setup();
	/* A filter left out the page that has the struct pages. */
	mmx_ranges_free(&m->image.present);
	if (!mmx_ranges_add(&m->image.present, 0, STRUCTS) ||
	    !mmx_ranges_add(&m->image.ram, 0, 1 << 20))
		abort();
	p = find();
	CHECK(p->coverage.absent == 1 && !p->coverage.broken && !p->v[1].strangers, SEEN);
	CHECK(p->v[1].unread == PAGES && !mmx_percpu_page(p, m->view, SECOND, &at), SEEN);
	end();
}

int main(void)
{
	RUN(pages_that_name_their_chunk_are_its);
	RUN(pages_that_cannot_be_asked_are_absent);
	return unit_end();
}
