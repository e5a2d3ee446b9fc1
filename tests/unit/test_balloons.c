// SPDX-License-Identifier: GPL-2.0-or-later
/* Balloons that no lab has, by what their drivers keep: Xen's list of pages, VMware's of huge ones, Hyper-V's count. */
#include <stdlib.h>
#include <string.h>

#include "../fake_memory.h"
#include "mm/owners/balloons.h"
#include "unit.h"

#define FRAMES 4096u
#define SIZE   64u
#define BASE   0xffffea0000000000ULL

struct page {
	uint64_t flags, next, prev, words[5];
};

struct list {
	uint64_t next, prev;
};

static struct fake_memory *m;
static struct mmx_balloons balloons;

static uint64_t node(uint64_t pfn)
{
	return BASE + pfn * SIZE + offsetof(struct page, next);
}

static void setup(void)
{
	struct mmx_section section = {0};

	m = fake_memory_new(FRAMES * SIZE + (1 << 14));
	m->used = FRAMES * SIZE;
	fake_pages(m, BASE, FRAMES, SIZE);
	fake_no_types(m);
	fake_no_bits(m);
	m->mem.page_format.size = SIZE;
	fake_member(m, M_page_lru, offsetof(struct page, next), 16, 0);
	m->mem.sparse.section_bits = 27;
	if (!mmx_array_add(&m->mem.sparse, section))
		abort();
}

static void teardown(void)
{
	mmx_balloons_free(&balloons);
	mmx_array_free(&m->mem.sparse);
	fake_memory_free(m);
}

/* Links pages in this order behind a head. */
static void link_pages(uint64_t head, const uint64_t *pfn, unsigned int n)
{
	struct list *at = fake_at(m, head);
	uint64_t here = head;

	for (unsigned int i = 0; i < n; i++) {
		struct page *page = (struct page *)m->bytes + pfn[i];

		at->next = node(pfn[i]);
		page->prev = here;
		here = node(pfn[i]);
		at = (struct list *)&page->next;
	}
	at->next = head;
	((struct list *)fake_at(m, head))->prev = here;
}

static void find(void)
{
	struct mmx_err err = {0};

	memset(&balloons, 0, sizeof(balloons));
	CHECK(!mmx_balloons_find(&balloons, m->view, &err), "%s", err.text);
}

static const char *of(uint64_t pfn)
{
	const struct mmx_holder *holder = mmx_holder_of(&balloons.held, pfn);

	return holder ? holder->name : "";
}

static void a_machine_without_any_has_none(void)
{
	setup();
	find();
	CHECK(mmx_cover_whole(&balloons.coverage) && !balloons.held.holders.n, "something");
	teardown();
}

static void xen_has_a_list_of_pages(void)
{
	uint64_t head;

	setup();
	head = fake_put(m, &(struct list){0}, sizeof(struct list));
	fake_symbol(m, "ballooned_pages", head);
	link_pages(head, (uint64_t[]){7, 3, 1000}, 3);
	find();
	CHECK(mmx_cover_whole(&balloons.coverage), "%s", balloons.coverage.first.text);
	CHECK(!strcmp(of(3), "Xen's balloon") && !strcmp(of(7), "Xen's balloon") &&
		      !strcmp(of(1000), "Xen's balloon") && !*of(8),
	      "%s %s", of(3), of(8));
	CHECK(!balloons.uncounted, "the kernel counts them");
	mmx_balloons_free(&balloons);
	((struct page *)m->bytes)[3].next = node(7);
	find();
	CHECK(balloons.coverage.broken && !strcmp(of(3), "Xen's balloon"),
	      "a list that bends back");
	teardown();
}

static void vmware_has_a_list_of_huge_ones(void)
{
	struct {
		uint64_t size;
		struct list huge;
	} device = {0};
	uint64_t at;

	setup();
	at = fake_put(m, &device, sizeof(device));
	fake_symbol(m, "balloon", at);
	find();
	CHECK(!balloons.held.holders.n, "what is called so is one only where the types have it");
	fake_member(m, M_vmballoon_huge_pages, 8, 16, 0);
	link_pages(at + 8, (uint64_t[]){1024, 512}, 2);
	find();
	CHECK(!strcmp(of(512), "VMware's balloon") && !strcmp(of(1535), "VMware's balloon") &&
		      !*of(1536) && !*of(511),
	      "%s", balloons.coverage.first.text);
	CHECK(balloons.uncounted == 1024, "%d frames", (int)balloons.uncounted);
	teardown();
}

static void hyperv_only_counts(void)
{
	setup();
	fake_symbol(m, "dm_device", fake_put(m, &(uint32_t){4711}, 4));
	fake_member(m, M_hv_dynmem_device_num_pages_ballooned, 0, 4, 0);
	find();
	CHECK(balloons.unlisted == 4711 && balloons.unlisted_of && !balloons.held.holders.n,
	      "%d pages", (int)balloons.unlisted);
	teardown();
}

int main(void)
{
	RUN(a_machine_without_any_has_none);
	RUN(xen_has_a_list_of_pages);
	RUN(vmware_has_a_list_of_huge_ones);
	RUN(hyperv_only_counts);
	return unit_end();
}
