// SPDX-License-Identifier: GPL-2.0-or-later
/* Address spaces: the kernel's own, those of tasks, and those that only the list of roots has. */
#include <inttypes.h>
#include <stddef.h>

#include "../fake_memory.h"
#include "mm/processes/mm.h"
#include "unit.h"

#define MEMORY    (1u << 16)
#define FRAMES    (MEMORY / 4096)
#define PAGE_SIZE 64u
#define WILD      0x4141414141414141ULL

struct page {
	uint64_t flags, next, prev, mm;
};

struct mm {
	uint64_t count, pgd;
};

/* Whose roots are the frames from FIRST_ROOT on, in this order. */
enum { EFI, SHARED, ALONE, TASKLESS, MMS };
#define FIRST_ROOT (FRAMES - MMS)

static struct fake_memory *m;
static struct mmx_tasks *tasks;
static struct mmx_mms walk;
static uint64_t mm[MMS], head, pages;

static struct page *page(unsigned int pfn)
{
	return fake_at(m, pages + pfn * PAGE_SIZE);
}

static uint64_t link_of(unsigned int i)
{
	return pages + (FIRST_ROOT + i) * PAGE_SIZE + offsetof(struct page, next);
}

static void user(uint64_t of, int32_t tgid)
{
	if (!mmx_array_add(&tasks->users, (struct mmx_mm_user){of, tgid, 0, 1}))
		abort();
}

static void lay_out(void)
{
	fake_no_types(m);
	fake_member(m, M_page_lru, offsetof(struct page, next), 16, 0);
	fake_member(m, M_ptdesc_pt_mm, offsetof(struct page, mm), 8, 0);
	fake_member(m, M_mm_struct_pgd, offsetof(struct mm, pgd), 8, 0);
	m->mem.kernel.facts.v[FACT_VMEMMAP].state = MMX_FACT_CHECKED;
	m->mem.vmemmap.base = pages;
	m->mem.vmemmap.page_size = PAGE_SIZE;
	if (!mmx_ranges_add(&m->mem.sparse.pfn, 0, FRAMES))
		abort();
}

static void setup(void)
{
	m = fake_memory_new(MEMORY);
	pages = fake_put(m, (char[FRAMES * PAGE_SIZE]){0}, FRAMES * PAGE_SIZE);
	lay_out();
	head = fake_put(m, (uint64_t[2]){link_of(0), link_of(MMS - 1)}, 16);
	for (unsigned int i = 0; i < MMS; i++) {
		uint64_t root = FAKE_VA + (FIRST_ROOT + i) * 4096;

		mm[i] = fake_put(m, &(struct mm){.pgd = root}, sizeof(struct mm));
		*page(FIRST_ROOT + i) = (struct page){.next = i + 1 < MMS ? link_of(i + 1) : head,
						      .prev = i ? link_of(i - 1) : head,
						      .mm = mm[i]};
	}
	fake_symbol(m, "pgd_list", head);
	fake_symbol(m, "efi_mm", mm[EFI]);
	tasks = mmx_knowledge_give(m->mem.knowledge, MMX_KNOWN_tasks);
	user(mm[SHARED], 10);
	user(mm[SHARED], 11);
	user(mm[ALONE], 12);
}

static void teardown(void)
{
	fake_memory_free(m);
}

/* Their numbers as digits in the order of the walk; ? is none of them. */
static const char *found(void)
{
	static char text[64];
	size_t n = 0;

	mmx_mms_begin(&walk, m->view);
	while (mmx_mms_next(&walk) && n < sizeof(text) - 1) {
		unsigned int i = 0;

		while (i < MMS && mm[i] != walk.mm)
			i++;
		text[n++] = i < MMS ? (char)('0' + i) : '?';
	}
	text[n] = 0;
	CHECK(!mmx_mms_next(&walk), "the end is no end");
	return text;
}

static void each_is_found_once_with_its_users(void)
{
	setup();
	CHECK(!strcmp(found(), "0123") && walk.coverage.found == 4, "%s", found());
	CHECK(mmx_cover_whole(&walk.coverage), "%s", walk.coverage.first.text);
	mmx_mms_begin(&walk, m->view);
	CHECK(mmx_mms_next(&walk) && !strcmp(walk.name, "efi_mm") && !walk.n_users, "efi_mm");
	CHECK(mmx_mms_next(&walk) && !walk.name && walk.n_users == 2, "%zu", walk.n_users);
	CHECK(walk.users[1].tgid == 11, "%d", walk.users[1].tgid);
	CHECK(mmx_mms_next(&walk) && walk.n_users == 1 && walk.users->tgid == 12, "alone");
	CHECK(mmx_mms_next(&walk) && !walk.name && !walk.n_users && !walk.users, "no task");
	teardown();
}

static void without_the_list_those_of_tasks_remain(void)
{
	setup();
	m->mem.kernel.layout.member[M_ptdesc_pt_mm].provider = -1;
	CHECK(!strcmp(found(), "012") && walk.coverage.unknown == 1, "%s", found());
	CHECK(strstr(walk.coverage.first.text, "no task has"), "%s", walk.coverage.first.text);
	teardown();
}

static void what_the_list_has_must_be_a_root(void)
{
	setup();
	/* Another mm's root, and an mm that cannot be read. */
	page(FIRST_ROOT + SHARED)->mm = mm[ALONE];
	page(FIRST_ROOT + EFI)->mm = WILD;
	CHECK(!strcmp(found(), "0123") && walk.coverage.broken == 2, "%" PRIu64,
	      walk.coverage.broken);
	page(FIRST_ROOT + TASKLESS)->mm = mm[EFI];
	CHECK(!strcmp(found(), "012") && walk.coverage.broken == 3, "%s", found());
	teardown();
}

/* From the first page boundary behind what there is on, a filter left out all memory. */
static uint64_t exclude_the_rest(void)
{
	uint64_t end = (m->used + 4095) & ~UINT64_C(4095);

	if (!mmx_ranges_add(&m->image.ram, 0, m->mem.kernel.paging.root + 4096))
		abort();
	mmx_ranges_free(&m->image.present);
	if (!mmx_ranges_add(&m->image.present, 0, end))
		abort();
	return FAKE_VA + end;
}

static void an_mm_that_a_filter_left_out_is_absent(void)
{
	setup();
	page(FIRST_ROOT + TASKLESS)->mm = exclude_the_rest();
	CHECK(!strcmp(found(), "012") && walk.coverage.absent == 1 && !walk.coverage.broken,
	      "%s: %s", found(), walk.coverage.first.text);
	teardown();
}

static void a_pointer_that_cannot_be_read_is_told(void)
{
	setup();
	fake_symbol(m, "poking_mm", WILD);
	CHECK(!strcmp(found(), "0123") && walk.coverage.broken == 1, "%s", found());
	CHECK(strstr(walk.coverage.first.text, "poking_mm"), "%s", walk.coverage.first.text);
	teardown();
}

static void a_list_that_breaks_off_is_told(void)
{
	setup();
	page(FIRST_ROOT + SHARED)->next = WILD;
	CHECK(!strcmp(found(), "012") && !mmx_cover_whole(&walk.coverage), "%s", found());
	teardown();
}

static void what_tasks_lack_it_lacks(void)
{
	setup();
	mmx_cover_failf(&tasks->coverage, MMX_ECORRUPT, "the list of tasks bends back");
	CHECK(!strcmp(found(), "0123") && walk.coverage.broken == 1, "%s", found());
	teardown();
}

int main(void)
{
	RUN(each_is_found_once_with_its_users);
	RUN(without_the_list_those_of_tasks_remain);
	RUN(what_the_list_has_must_be_a_root);
	RUN(an_mm_that_a_filter_left_out_is_absent);
	RUN(a_pointer_that_cannot_be_read_is_told);
	RUN(a_list_that_breaks_off_is_told);
	RUN(what_tasks_lack_it_lacks);
	return unit_end();
}
