// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The array of struct pages, in pieces: with KMSAN a struct page has 80 bytes, which no page holds a
 * whole number of, so one may straddle two extents.
 */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/frames/page_steps.h"
#include "mm/frames/vmemmap_places.h"
#include "unit.h"

#define BASE    0xffffea0000000000ULL
#define FRAMES  512u
#define PAGES   10u /* that hold them, at most */
#define PRESENT 0x63
#define TABLES  (1u << 16) /* what the root at the end leads to */

static struct fake_memory *m;

static void set_entry(uint64_t table, unsigned int i, uint64_t phys)
{
	uint64_t entry = phys | PRESENT;

	memcpy(m->bytes + table + i % 512 * 8, &entry, 8);
}

/* The array of struct pages, whose virtual page n lies in @phys[n], and nowhere where that is 0. */
static void find(size_t size, const uint64_t *phys)
{
	uint64_t table[] = {m->mem.kernel.paging.root, TABLES, TABLES + 0x1000, TABLES + 0x2000};

	fake_no_types(m);
	fake_struct(m, S_page, size);
	for (unsigned int i = 0; i < 3; i++)
		set_entry(table[i], BASE >> (39 - 9 * i), table[i + 1]);
	for (unsigned int i = 0; i < FRAMES * size / 4096; i++) {
		if (phys[i])
			set_entry(table[3], i, phys[i]);
	}
	m->mem.sparse.map_base = BASE;
	if (!mmx_ranges_add(&m->mem.sparse.pfn, 0, FRAMES))
		abort();
	mmx_fact_set(&m->mem.kernel.facts, FACT_SECTIONS, MMX_FACT_CHECKED, "a test", "made");
	mmx_vmemmap_find(&m->mem.kernel);
}

/* Behind page @split there is a gap in memory, and @hole is left out. */
static void find_split(size_t size, unsigned int split, unsigned int hole)
{
	uint64_t phys[PAGES];

	for (unsigned int i = 0; i < PAGES; i++)
		phys[i] = i == hole ? 0 : (i < split ? 0x20000 : 0x40000) + i * 4096;
	find(size, phys);
}

static void struct_pages_may_straddle_extents(void)
{
	static const struct {
		size_t size;
		unsigned int split, hole;
		uint64_t unmapped;
		size_t extents;
	} cases[] = {
		{64, 3, ~0u, 0, 2}, {80, 0, ~0u, 0, 1}, {80, 3, ~0u, 0, 2},
		{80, 5, ~0u, 0, 2}, {64, 0, 2, 64, 2},  {80, 0, 2, 52, 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum mmx_fact_state wanted = cases[i].unmapped ? MMX_FACT_FAILED : MMX_FACT_CHECKED;
		const struct mmx_vmemmap *v;

		m = fake_memory_new(1 << 20);
		v = &m->mem.vmemmap;
		find_split(cases[i].size, cases[i].split, cases[i].hole);
		CHECK(v->unmapped == cases[i].unmapped && v->n == cases[i].extents &&
			      m->mem.kernel.facts.v[FACT_VMEMMAP].state == wanted,
		      "case %zu: %zu extents, %s", i, v->n,
		      m->mem.kernel.facts.v[FACT_VMEMMAP].text);
		fake_memory_free(m);
	}
}

/* Each keeps one physical page for all of its struct pages, and those may follow upon each other. */
static void optimised_huge_pages_may_be_neighbours(void)
{
	static const uint64_t cases[][8] = {
		{0x20000, 0x20000, 0x20000, 0x20000, 0x21000, 0x21000, 0x21000, 0x21000},
		{0x20000, 0x20000, 0x21000, 0x21000, 0x22000, 0x22000, 0x23000, 0x24000},
		{0x20000, 0x21000, 0x20000, 0x21000, 0x20000, 0x21000, 0x22000, 0x22000},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		m = fake_memory_new(1 << 20);
		for (uint64_t phys = 0x20000; phys < 0x28000; phys += 4096)
			memset(m->bytes + phys, phys >> 12, 4096);
		find(64, cases[i]);
		for (unsigned int pfn = 0; pfn < FRAMES; pfn += 64) {
			unsigned char bytes[64] = {0};
			uint64_t got;

			CHECK(!mmx_pages_read(m->view, pfn, 1, bytes, &got) &&
				      bytes[0] == cases[i][pfn / 64] >> 12,
			      "case %zu: PFN %u is read at %x000", i, pfn, bytes[0]);
		}
		fake_memory_free(m);
	}
}

/* Each is one extent, wherever the pages before and behind it lie. */
static void optimised_huge_pages_are_extents(void)
{
	static const struct {
		uint64_t phys[8];
		struct {
			uint64_t pages, phys;
			bool repeat;
		} extent[4];
	} cases[] = {
		/* Up to 7.0 the page that is repeated is the first. It may go on from the extent before. */
		{{0x20000, 0x21000, 0x22000, 0x22000, 0x22000, 0x22000, 0x23000, 0x24000},
		 {{2, 0x20000, false}, {4, 0x22000, true}, {2, 0x23000, false}}},
		{{0x20000, 0x20000, 0x20000, 0x20000, 0x21000, 0x21000, 0x21000, 0x21000},
		 {{4, 0x20000, true}, {4, 0x21000, true}}},
		/* Since 7.1 it is the second, which others have too. */
		{{0x22000, 0x23000, 0x23000, 0x23000, 0x24000, 0x23000, 0x23000, 0x23000},
		 {{1, 0x22000, false},
		  {3, 0x23000, true},
		  {1, 0x24000, false},
		  {3, 0x23000, true}}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct mmx_vmemmap *v;

		m = fake_memory_new(1 << 20);
		v = &m->mem.vmemmap;
		find(64, cases[i].phys);
		for (size_t n = 0; n < 4 && cases[i].extent[n].pages; n++)
			CHECK(n < v->n && v->v[n].len == cases[i].extent[n].pages << 12 &&
				      v->v[n].phys == cases[i].extent[n].phys &&
				      v->v[n].repeat == cases[i].extent[n].repeat,
			      "case %zu: extent %zu of %zu", i, n, v->n);
		fake_memory_free(m);
	}
}

/* Of a frame that several parts of the array share one is told. */
static void frames_tell_which_struct_pages_they_hold(void)
{
	static const uint64_t cases[][8] = {
		{0x20000, 0x21000, 0x22000, 0x23000, 0x24000, 0x25000, 0x26000, 0x27000},
		{0x27000, 0x26000, 0x25000, 0x24000, 0x23000, 0x22000, 0x21000, 0x20000},
		{0x22000, 0x23000, 0x23000, 0x23000, 0x24000, 0x23000, 0x23000, 0x23000},
		{0x23000, 0x24000, 0x21000, 0x22000, 0x23000, 0x24000, 0x22000, 0x22000},
		{0x25000, 0, 0x25000, 0x26000, 0x27000, 0x24000, 0x25000, 0x26000},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		m = fake_memory_new(1 << 20);
		find(64, cases[i]);
		for (uint64_t phys = 0x1f000; phys <= 0x28000; phys += 4096) {
			uint64_t first = 0;
			unsigned int page = 0;
			bool holds = mmx_vmemmap_holds(m->view, phys >> 12, &first);

			while (page < 8 && cases[i][page] != phys)
				page++;
			CHECK(holds == (page < 8) &&
				      (!holds || (first % 64 == 0 && cases[i][first / 64] == phys)),
			      "case %zu: frame %x holds %d, PFN %x on", i,
			      (unsigned int)(phys >> 12), holds, (unsigned int)first);
		}
		fake_memory_free(m);
	}
}

/* A struct page is as large as it is: frames follow by division. */
static void frames_follow_whatever_the_size_of_a_struct_page(void)
{
	static const size_t sizes[] = {56, 64, 80};
	static const uint64_t pfns[] = {0, 1, 72, 73, 128, 511};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct mmx_steps s = {0};

		m = fake_memory_new(1 << 20);
		find_split(sizes[i], 0, PAGES);
		for (size_t n = 0; n < sizeof(pfns) / sizeof(*pfns); n++) {
			uint64_t at = BASE + pfns[n] * sizes[i];
			struct mmx_kernel *k = &m->mem.kernel;
			struct mmx_term page, pfn;

			page = mmx_step_page_of_pfn(&s, k, mmx_plain(pfns[n]));
			pfn = mmx_step_pfn_of_page(&s, k, page);
			CHECK(page.v == at && pfn.v == pfns[n], "%zu bytes: PFN %lu is %lx, %lu",
			      sizes[i], pfns[n], page.v, pfn.v);
			pfn = mmx_step_pfn_of_page(NULL, k, mmx_plain(at + sizes[i] - 1));
			CHECK(pfn.v == pfns[n], "the last byte of it is of PFN %lu", pfn.v);
		}
		CHECK(!s.failed && s.n > 6, "%zu steps", s.n);
		mmx_steps_free(&s);
		fake_memory_free(m);
	}
}

int main(void)
{
	RUN(struct_pages_may_straddle_extents);
	RUN(optimised_huge_pages_may_be_neighbours);
	RUN(optimised_huge_pages_are_extents);
	RUN(frames_tell_which_struct_pages_they_hold);
	RUN(frames_follow_whatever_the_size_of_a_struct_page);
	return unit_end();
}
