// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose page tables are whose: tables that stand in more than one place, as sound and as forged ones do. */
#include <inttypes.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/owners/page_table.h"
#include "mm/processes/task.h"
#include "unit.h"

#define BASE    0xffffea0000000000ULL
#define FRAMES  256u
#define SIZE    64u
#define PRESENT 0x67 /* of user mode's, too */

/* Frames: roots of two processes, and tables of the levels below them. */
enum { ROOT = 100, OTHER_ROOT, PUD, OTHER_PUD, PMD, PTE };

static struct fake_memory *m;
static struct mmx_tasks *tasks;

static void set_entry(uint64_t table, unsigned int i, uint64_t leads_to)
{
	uint64_t entry = leads_to << 12 | PRESENT;

	memcpy(m->bytes + (table << 12) + i * 8, &entry, 8);
}

static void add_process(uint64_t root, int32_t tgid)
{
	uint64_t pgd = FAKE_VA + (root << 12), mm = fake_put(m, &pgd, 8);

	if (!mmx_array_add(&tasks->users, (struct mmx_mm_user){mm, tgid, 0, 1}))
		abort();
}

static void setup(void)
{
	m = fake_memory_new(FRAMES << 12);
	m->used = FRAMES * SIZE;
	fake_no_types(m);
	fake_pages(m, BASE, FRAMES, SIZE);
	fake_member(m, M_mm_struct_pgd, 0, 8, 0);
	fake_member(m, M_page_lru, 8, 16, 0);
	mmx_fact_set(&m->mem.kernel.facts, FACT_PAGING, MMX_FACT_CHECKED, "a test", "made");
	mmx_fact_set(&m->mem.kernel.facts, FACT_ISOLATION, MMX_FACT_CHECKED, "a test", "made");
	tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	add_process(ROOT, 10);
	add_process(OTHER_ROOT, 11);
}

static void teardown(void)
{
	fake_memory_free(m);
}

static void shared_tables_are_of_each(void)
{
	const struct mmx_pt_owners *owners;
	const struct mmx_pt_page *page;
	size_t n;

	setup();
	set_entry(ROOT, 1, PUD);
	set_entry(OTHER_ROOT, 2, OTHER_PUD);
	set_entry(PUD, 3, PMD);
	set_entry(OTHER_PUD, 4, PMD);
	owners = mmx_know_pt_owners(m->view);
	page = mmx_pt_owner_of(owners, PMD, &n);
	CHECK(page && n == 2 && page[0].space != page[1].space && page[0].level == 2, "%zu", n);
	CHECK(mmx_pt_owner_of(owners, PUD, &n) && n == 1, "%zu", n);
	teardown();
}

static void tables_that_stand_everywhere_are_walked_once(void)
{
	const struct mmx_pt_owners *owners;
	size_t n;

	setup();
	set_entry(ROOT, 1, PUD);
	for (unsigned int i = 0; i < 512; i++) {
		set_entry(PUD, i, PMD);
		set_entry(PMD, i, PTE);
	}
	owners = mmx_know_pt_owners(m->view);
	CHECK(owners->n < 1100 && !owners->coverage.broken, "%zu: %s", owners->n,
	      owners->coverage.first.text);
	CHECK(mmx_pt_owner_of(owners, PTE, &n) && n == 512, "%zu", n);
	teardown();
}

int main(void)
{
	RUN(shared_tables_are_of_each);
	RUN(tables_that_stand_everywhere_are_walked_once);
	return unit_end();
}
