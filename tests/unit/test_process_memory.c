// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a process's memory counts: huge entries that map a file of DAX do not, where they say what they are. */
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/ledger/process_memory.h"
#include "mm/processes/task.h"
#include "unit.h"

#define BASE    0xffffea0000000000ULL
#define FRAMES  1024u
#define SIZE    64u
#define PRESENT 0x67ULL /* of user mode's, too */
#define HUGE    (PRESENT | 1ULL << 7)

/* Frames: a root of a process, and tables of the levels below it; and what a huge entry maps. */
enum { ROOT = 100, PUD, PMD, PTE, MAPPED = 512 };

struct page {
	uint64_t flags, mapping;
	int32_t mapcount, refcount;
	unsigned char rest[SIZE - 24];
};

static struct fake_memory *m;

static void set_entry(uint64_t table, unsigned int i, uint64_t leads_to, uint64_t bits)
{
	uint64_t entry = leads_to << 12 | bits;

	memcpy(m->bytes + (table << 12) + i * 8, &entry, 8);
}

static void setup(void)
{
	struct mmx_tasks *tasks;
	uint64_t pgd = FAKE_VA + (ROOT << 12), mm;

	m = fake_memory_new(FRAMES << 12);
	m->used = FRAMES * SIZE;
	fake_no_types(m);
	fake_pages(m, BASE, FRAMES, SIZE);
	fake_no_bits(m);
	m->mem.page_format.size = SIZE;
	m->mem.page_format.mapping = offsetof(struct page, mapping);
	m->mem.page_format.mapcount = offsetof(struct page, mapcount);
	m->mem.page_format.refcount = offsetof(struct page, refcount);
	m->mem.page_format.types.below = -128;
	fake_member(m, M_mm_struct_pgd, 0, 8, 0);
	mmx_fact_set(&m->mem.kernel.facts, FACT_PAGING, MMX_FACT_CHECKED, "a test", "made");
	mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_pt_owners);
	tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	mm = fake_put(m, &pgd, 8);
	if (!mmx_array_add(tasks, (struct mmx_task){.pid = 10, .tgid = 10}) ||
	    !mmx_array_add(&tasks->users, (struct mmx_mm_user){mm, 10, 0, 1}))
		abort();
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++)
		((struct page *)m->bytes)[pfn] = (struct page){.mapping = 0x1000, .refcount = 1};
	set_entry(ROOT, 0, PUD, PRESENT);
	set_entry(PUD, 0, PMD, PRESENT);
}

/* Pages of files that the process maps. */
static unsigned int files(void)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(m->view);
	struct mmx_process_memory process = {.mm = tasks->users.v[0].mm, .task = &tasks->v[0]};
	struct mmx_coverage coverage = {0};
	struct mmx_err err;

	if (mmx_process_memory_count(&process, m->view, &coverage, &err))
		abort();
	CHECK(mmx_cover_whole(&coverage), "%s", coverage.first.text);
	return process.file;
}

/* Pages that a huge entry with this bit counts. */
static unsigned int counted(unsigned int bit)
{
	set_entry(PMD, 0, MAPPED, HUGE | 1ULL << bit);
	return files();
}

static void files_of_dax_do_not_count(void)
{
	setup();
	CHECK(counted(6) == 512, "of a huge page");
	CHECK(!counted(58), "up to 6.5");
	CHECK(counted(57) == 512, "nobody's bit then");
	fake_memory_free(m);
	setup();
	fake_symbol(m, "arch_check_zapped_pte", FAKE_VA);
	CHECK(!counted(57), "since 6.6");
	CHECK(counted(58) == 512, "a bit of shadow stacks");
	fake_memory_free(m);
}

/* Of single pages the bit is beside one that says that they are special. */
static void single_pages_go_by_another_bit(void)
{
	setup();
	set_entry(PMD, 0, PTE, PRESENT);
	set_entry(PTE, 0, MAPPED, PRESENT | 1ULL << 58);
	set_entry(PTE, 1, MAPPED + 1, PRESENT | 1ULL << 9);
	CHECK(files() == 1, "%u", files());
	fake_memory_free(m);
}

int main(void)
{
	RUN(files_of_dax_do_not_count);
	RUN(single_pages_go_by_another_bit);
	return unit_end();
}
