// SPDX-License-Identifier: GPL-2.0-or-later
/* Where page_ext lies: what its sections' pointers lead to, and what is told when they lead nowhere. */
#include <inttypes.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/owners/page_ext.h"
#include "unit.h"

#define MEMORY  (1u << 20)
#define SECTION 64u /* frames */
#define SIZE    128u
#define VMALLOC 0xffffc90000000000ULL

static struct fake_memory *m;

/* A section whose page_ext begins at that address: the pointer is as if it had that of all frames before it. */
static void add_section(uint64_t nr, uint64_t va)
{
	struct mmx_section section = {.nr = nr, .page_ext = va - nr * SECTION * SIZE};

	if (!mmx_array_add(&m->mem.sparse, section))
		abort();
}

static void setup(void)
{
	struct mmx_regions *regions;

	m = fake_memory_new(MEMORY);
	regions = &m->mem.kernel.regions;
	mmx_region_set(regions, REGION_DIRECT_MAP, FAKE_VA, FAKE_VA + MEMORY, "a test");
	mmx_region_set(regions, REGION_VMALLOC, VMALLOC, VMALLOC + MEMORY, "a test");
	m->mem.sparse.section_bits = 18;
}

static const struct mmx_page_exts *find(void)
{
	mmx_knowledge_free(m->mem.knowledge);
	m->mem.knowledge = mmx_knowledge_new(NULL);
	return mmx_know_page_exts(m->view);
}

static void teardown(void)
{
	mmx_array_free(&m->mem.sparse);
	fake_memory_free(m);
}

#define SEEN "%zu runs: %s", exts->frames.n, exts->coverage.first.text

static void sections_have_it_in_the_direct_map(void)
{
	const struct mmx_page_exts *exts;
	uint64_t size = SIZE;

	setup();
	fake_symbol(m, "page_ext_size", fake_put(m, &size, 8));
	exts = find();
	CHECK(!exts->frames.n && mmx_cover_whole(&exts->coverage), SEEN);
	add_section(1, FAKE_VA + 0x8000);
	add_section(5, FAKE_VA + 0x10000);
	add_section(6, VMALLOC);
	add_section(7, FAKE_VA + 0x20001); /* going away */
	exts = find();
	CHECK(exts->frames.n == 2 && mmx_cover_whole(&exts->coverage), SEEN);
	CHECK(mmx_owned_find(&exts->frames, 8) && mmx_owned_find(&exts->frames, 9) &&
		      !mmx_owned_find(&exts->frames, 10),
	      "of the first");
	CHECK(mmx_owned_find(&exts->frames, 17) && mmx_owned_find(&exts->frames, 17)->owner == 1,
	      "of the second");
	add_section(8, 0x4141414141410000);
	exts = find();
	CHECK(exts->frames.n == 2 && exts->coverage.broken == 1, SEEN);
	teardown();
}

static void without_its_size_nothing_is_known(void)
{
	const struct mmx_page_exts *exts;
	uint64_t size = 1 << 20;

	setup();
	add_section(1, FAKE_VA + 0x8000);
	exts = find();
	CHECK(!exts->frames.n && exts->coverage.unknown == 1, SEEN);
	fake_symbol(m, "page_ext_size", fake_put(m, &size, 8));
	exts = find();
	CHECK(!exts->frames.n && exts->coverage.broken == 1, SEEN);
	mmx_ranges_free(&m->image.present);
	if (!mmx_ranges_add(&m->image.ram, 0, MEMORY))
		abort();
	exts = find();
	CHECK(!exts->frames.n && exts->coverage.absent == 1, SEEN);
	teardown();
}

int main(void)
{
	RUN(sections_have_it_in_the_direct_map);
	RUN(without_its_size_nothing_is_known);
	return unit_end();
}
