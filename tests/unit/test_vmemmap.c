// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The array of struct pages, in pieces: with KMSAN a struct page has 80 bytes, which no page holds a
 * whole number of, so one may straddle two extents.
 */
#include <stdlib.h>

#include "../fake_memory.h"
#include "unit.h"

#define BASE    0xffffea0000000000ULL
#define FRAMES  512u
#define PRESENT 0x63
#define TABLES  (1u << 16) /* what the root at the end leads to */

static struct fake_memory *m;

static void set_entry(uint64_t table, unsigned int i, uint64_t phys)
{
	uint64_t entry = phys | PRESENT;

	memcpy(m->bytes + table + i % 512 * 8, &entry, 8);
}

/* The pages that hold the struct pages: behind page @split there is a gap in memory, and @hole is left out. */
static void find(size_t size, unsigned int split, unsigned int hole)
{
	uint64_t table[] = {m->mem.kernel.paging.root, TABLES, TABLES + 0x1000, TABLES + 0x2000};

	fake_no_types(m);
	fake_struct(m, S_page, size);
	for (unsigned int i = 0; i < 3; i++)
		set_entry(table[i], BASE >> (39 - 9 * i), table[i + 1]);
	for (unsigned int i = 0; i < FRAMES * size / 4096; i++) {
		if (i != hole)
			set_entry(table[3], i, (i < split ? 0x20000 : 0x40000) + i * 4096);
	}
	m->mem.sparse.map_base = BASE;
	if (!mmx_ranges_add(&m->mem.sparse.pfn, 0, FRAMES))
		abort();
	mmx_fact_set(&m->mem.kernel.facts, FACT_SECTIONS, MMX_FACT_CHECKED, "a test", "made");
	mmx_vmemmap_find(&m->mem.kernel);
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
		find(cases[i].size, cases[i].split, cases[i].hole);
		CHECK(v->unmapped == cases[i].unmapped && v->n == cases[i].extents &&
			      m->mem.kernel.facts.v[FACT_VMEMMAP].state == wanted,
		      "case %zu: %zu extents, %s", i, v->n,
		      m->mem.kernel.facts.v[FACT_VMEMMAP].text);
		fake_memory_free(m);
	}
}

int main(void)
{
	RUN(struct_pages_may_straddle_extents);
	return unit_end();
}
