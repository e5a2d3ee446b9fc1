// SPDX-License-Identifier: GPL-2.0-or-later
/* The address space of x86_64 as it is found in page tables, and what its checks make of bad ones. */
#include <time.h>

#include "../fake_memory.h"
#include "unit.h"

#define MEMORY     (1u << 17)
#define DIRECT_MAP 0xffff888000000000ULL
#define VMALLOC    0xffffc90000000000ULL
#define GAP        0xffffa00000000000ULL /* between the two */
#define TABLE      0x63ULL
#define HUGE       0xe3ULL
#define RANGES     80000

static struct fake_memory *m;

static const struct mmx_fact *fact(enum mmx_fact_id id)
{
	return &m->mem.kernel.facts.v[id];
}

static uint64_t *table(uint64_t phys)
{
	return (uint64_t *)(m->bytes + phys);
}

static void set(uint64_t phys, uint64_t va, unsigned int level, uint64_t raw)
{
	table(phys)[va >> (3 + 9 * level) & 511] = raw;
}

/* A GiB of direct map, and a page in vmalloc space. */
static void setup(void)
{
	m = fake_memory_new(MEMORY);
	set(MEMORY, DIRECT_MAP, 4, 0x1000 | TABLE);
	set(0x1000, DIRECT_MAP, 3, HUGE);
	set(MEMORY, VMALLOC, 4, 0x2000 | TABLE);
	set(0x2000, VMALLOC, 3, 0x3000 | TABLE);
	set(0x3000, VMALLOC, 2, 0x4000 | TABLE);
	set(0x4000, VMALLOC, 1, 0x8000 | TABLE);
}

static void find(void)
{
	mmx_space_x86_64.regions(&m->mem.kernel);
}

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void a_sound_space_is_checked(void)
{
	setup();
	find();
	CHECK(fact(FACT_DIRECT_MAP)->state == MMX_FACT_CHECKED, "%s", fact(FACT_DIRECT_MAP)->text);
	CHECK(fact(FACT_VMALLOC)->state == MMX_FACT_CHECKED, "%s", fact(FACT_VMALLOC)->text);
	fake_memory_free(m);
}

/* A dump may have every other page. */
static void many_ranges_take_no_longer(void)
{
	unsigned int right = 0, tried = 0;
	double begun;

	setup();
	for (uint64_t i = 0, at = 1u << 24; i < RANGES; i++, at += 0x2000)
		CHECK(mmx_ranges_add(&m->image.present, at, at + 0x1000), "no memory");
	begun = seconds();
	find();
	sscanf(fact(FACT_DIRECT_MAP)->text, "%u of %u", &right, &tried);
	CHECK(right == tried && tried > 200 && tried <= 256, "%s", fact(FACT_DIRECT_MAP)->text);
	CHECK(seconds() - begun < 1, "%.2f s", seconds() - begun);
	begun = seconds();
	for (uint64_t i = 0, phys; i < RANGES; i++)
		CHECK(!mmx_kphys(m->view, VMALLOC + i % 4096, &phys) &&
			      mmx_kphys(m->view, GAP + i * 0x1000, &phys),
		      "page %lu", i);
	CHECK(seconds() - begun < 1, "%.2f s", seconds() - begun);
	fake_memory_free(m);
}

/* What keeps its address from being mapped is no mapping, and what cannot be read says neither. */
static void only_leaves_are_mapped(void)
{
	static const struct {
		const char *what;
		uint64_t gap, last; /* entries below the root, and in vmalloc space's last table */
		enum mmx_fact_state state;
	} cases[] = {
		{"a page in the gap", 0x6000 | TABLE, 0x8000 | TABLE, MMX_FACT_FAILED},
		{"what is not there in the gap", 0x5000 | TABLE, 0x8000 | TABLE, MMX_FACT_CHECKED},
		{"a table of the gap that is absent", 0x90000000 | TABLE, 0x8000 | TABLE,
		 MMX_FACT_UNCHECKED},
		{"nothing in vmalloc space", 0, 0, MMX_FACT_FAILED},
		{"only what is not there in vmalloc space", 0, 0x8000, MMX_FACT_FAILED},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		setup();
		set(MEMORY, GAP, 4, cases[i].gap);
		set(0x5000, GAP, 3, 0x400);
		set(0x6000, GAP, 3, HUGE);
		set(0x4000, VMALLOC, 1, cases[i].last);
		find();
		CHECK(fact(FACT_VMALLOC)->state == cases[i].state, "%s: %s", cases[i].what,
		      fact(FACT_VMALLOC)->text);
		fake_memory_free(m);
	}
	setup();
	set(0x3000, VMALLOC, 2, 0x90000000 | TABLE);
	find();
	CHECK(fact(FACT_VMALLOC)->state == MMX_FACT_UNCHECKED &&
		      strstr(fact(FACT_VMALLOC)->text, "physical 0x90000000"),
	      "%s", fact(FACT_VMALLOC)->text);
	fake_memory_free(m);
}

/* A dead kernel's mappings may be remembered; in a live one they come and go. */
static void live_mappings_are_not_remembered(void)
{
	uint64_t value = 0;

	setup();
	table(0x8000)[0] = 1;
	table(0x9000)[0] = 2;
	m->image.live = true;
	CHECK(!mmx_kread_u64(m->view, VMALLOC, &value) && value == 1, "%lu", value);
	set(0x4000, VMALLOC, 1, 0x9000 | TABLE);
	CHECK(!mmx_kread_u64(m->view, VMALLOC, &value) && value == 2, "remapped: %lu", value);
	set(0x4000, VMALLOC, 1, 0);
	CHECK(mmx_kread_u64(m->view, VMALLOC, &value) == MMX_READ_UNMAPPED, "unmapped: %lu", value);
	fake_memory_free(m);
}

/* What the kernel itself leaves out of an address is none; a mask that cannot be one is not believed. */
static void what_is_no_address_is_cleared(void)
{
	const uint64_t tdx = (1ULL << 51) - 1, wild = 0x4141414141414141;

	setup();
	fake_symbol(m, "physical_mask", fake_put(m, &tdx, 8));
	find();
	CHECK(m->mem.kernel.paging.clear == 1ULL << 51, "%lx", m->mem.kernel.paging.clear);
	fake_memory_free(m);
	setup();
	fake_symbol(m, "physical_mask", fake_put(m, &wild, 8));
	find();
	CHECK(!m->mem.kernel.paging.clear, "%lx", m->mem.kernel.paging.clear);
	fake_memory_free(m);
}

int main(void)
{
	RUN(a_sound_space_is_checked);
	RUN(many_ranges_take_no_longer);
	RUN(only_leaves_are_mapped);
	RUN(live_mappings_are_not_remembered);
	RUN(what_is_no_address_is_cleared);
	return unit_end();
}
