// SPDX-License-Identifier: GPL-2.0-or-later
/* VMAs of an address space: those that its tree has, and what is none of its own. */
#include <inttypes.h>
#include <stddef.h>

#include "../fake_memory.h"
#include "mm/processes/vma.h"
#include "unit.h"

#define MEMORY (1u << 16)
#define WILD   0x4141414141414141ULL
#define VMAS   3u

struct mm {
	uint64_t pgd;
	uint64_t lock, root; /* of its maple tree */
	int32_t map_count, users;
};

struct area {
	uint64_t start, end, mm, prot, flags, anon_vma, pgoff, file;
};

struct leaf {
	uint64_t parent, pivot[15], slot[16];
};

static struct fake_memory *m;
static struct mmx_vmas walk;
static uint64_t mm, areas[VMAS];

static void lay_out(void)
{
	fake_no_types(m);
	fake_member(m, M_maple_tree_ma_root, 8, 8, 0);
	fake_struct(m, S_maple_node, 256);
	fake_member(m, M_maple_range_64_pivot, 8, 8 * 15, 15);
	fake_member(m, M_maple_range_64_slot, 128, 8 * 16, 16);
	fake_member(m, M_maple_range_64_end, 248, 1, 0);
	fake_member(m, M_maple_arange_64_pivot, 8, 8 * 9, 9);
	fake_member(m, M_maple_arange_64_slot, 80, 8 * 10, 10);
	fake_member(m, M_maple_arange_64_end, 240, 1, 0);
	fake_enum(m, E_maple_leaf_64, 1);
	fake_member(m, M_mm_struct_mm_mt, offsetof(struct mm, lock), 16, 0);
	fake_member(m, M_mm_struct_map_count, offsetof(struct mm, map_count), 4, 0);
	fake_member(m, M_mm_struct_mm_users, offsetof(struct mm, users), 4, 0);
	fake_member(m, M_vm_area_struct_vm_start, offsetof(struct area, start), 8, 0);
	fake_member(m, M_vm_area_struct_vm_end, offsetof(struct area, end), 8, 0);
	fake_member(m, M_vm_area_struct_vm_mm, offsetof(struct area, mm), 8, 0);
	fake_member(m, M_vm_area_struct_vm_flags, offsetof(struct area, flags), 8, 0);
	fake_member(m, M_vm_area_struct_anon_vma, offsetof(struct area, anon_vma), 8, 0);
	fake_member(m, M_vm_area_struct_vm_pgoff, offsetof(struct area, pgoff), 8, 0);
	fake_member(m, M_vm_area_struct_vm_file, offsetof(struct area, file), 8, 0);
}

/* Three VMAs of a page each, at 0x1000, 0x3000 and 0x5000: the leaf has a gap before and between them. */
static void setup(void)
{
	struct leaf leaf = {0};
	uint64_t node;

	m = fake_memory_new(MEMORY);
	lay_out();
	mm = fake_put(m, &(struct mm){.map_count = VMAS, .users = 1}, sizeof(struct mm));
	for (unsigned int i = 0; i < VMAS; i++) {
		struct area area = {.start = 0x1000 + i * 0x2000ULL,
				    .end = 0x2000 + i * 0x2000ULL,
				    .mm = mm,
				    .flags = 0x100000070ULL + i,
				    .anon_vma = 0x100 + i,
				    .pgoff = 0x200 + i,
				    .file = 0x300 + i};

		areas[i] = fake_put(m, &area, sizeof(area));
		leaf.pivot[2 * i] = area.start - 1;
		leaf.pivot[2 * i + 1] = area.end - 1;
		leaf.slot[2 * i + 1] = areas[i];
	}
	leaf.parent = (mm + offsetof(struct mm, lock)) | 1;
	leaf.slot[15] = 6; /* the last gap, whose end nobody has to say */
	m->used = (m->used + 255) & ~(size_t)255;
	node = fake_put(m, &leaf, sizeof(leaf));
	((struct mm *)fake_at(m, mm))->root = node | 1 << 3 | 6;
}

static void teardown(void)
{
	fake_memory_free(m);
}

static struct area *area(unsigned int i)
{
	return fake_at(m, areas[i]);
}

static struct mm *the_mm(void)
{
	return fake_at(m, mm);
}

/* Which are found, a bit each. */
static unsigned int found(void)
{
	unsigned int bits = 0;

	mmx_vmas_begin(&walk, m->view, mm);
	while (mmx_vmas_next(&walk)) {
		for (unsigned int i = 0; i < VMAS; i++)
			bits |= (walk.vma.addr == areas[i]) << i;
	}
	CHECK(!mmx_vmas_next(&walk), "the end is no end");
	return bits;
}

static bool says(const char *words)
{
	if (!strstr(walk.coverage.first.text, words))
		fprintf(stderr, "%s\n", walk.coverage.first.text);
	return strstr(walk.coverage.first.text, words) != NULL;
}

static void each_is_found_with_all_that_it_says(void)
{
	setup();
	mmx_vmas_begin(&walk, m->view, mm);
	for (unsigned int i = 0; i < VMAS; i++) {
		CHECK(mmx_vmas_next(&walk) && walk.vma.addr == areas[i], "%u", i);
		CHECK(walk.vma.start == area(i)->start && walk.vma.end == area(i)->end, "%u", i);
		CHECK(walk.vma.flags == area(i)->flags && walk.vma.pgoff == 0x200 + i, "%u", i);
		CHECK(walk.vma.anon_vma == 0x100 + i && walk.vma.file == 0x300 + i, "%u", i);
	}
	CHECK(!mmx_vmas_next(&walk) && mmx_cover_whole(&walk.coverage), "%s",
	      walk.coverage.first.text);
	CHECK(walk.coverage.found == VMAS, "%" PRIu64, walk.coverage.found);
	teardown();
}

/* What was freed and used anew looks like a VMA: only its mm and its range tell. */
static void strangers_are_left_out(void)
{
	setup();
	area(0)->mm = WILD;
	area(1)->end += 0x1000;
	CHECK(found() == 4 && walk.coverage.broken == 2, "%" PRIu64, walk.coverage.broken);
	CHECK(says("for 0x1000-0x2000, says that it is of the mm 0x4141"), "the mm");
	area(0)->mm = mm;
	CHECK(found() == 5 && says("for 0x3000-0x4000, says that it is for 0x3000-0x5000"),
	      "the end");
	area(1)->end -= 0x1000;
	area(2)->start = 0;
	CHECK(found() == 3 && walk.coverage.found == 2 && says("says that it is for 0x0-"),
	      "the start");
	teardown();
}

static void one_that_cannot_be_read_is_passed_over(void)
{
	struct leaf *leaf;

	setup();
	leaf = fake_at(m, the_mm()->root & ~255ULL);
	leaf->slot[1] = 8;
	CHECK(found() == 6 && walk.coverage.broken + walk.coverage.absent == 1, "%s",
	      walk.coverage.first.text);
	teardown();
}

static void what_nobody_uses_has_given_its_vmas_up(void)
{
	setup();
	the_mm()->root = 0;
	CHECK(!found() && says("has 0 VMAs, and it counts 3"), "in use");
	the_mm()->users = 0;
	CHECK(!found() && mmx_cover_whole(&walk.coverage), "%s", walk.coverage.first.text);
	teardown();
}

static void what_is_counted_must_be_there(void)
{
	setup();
	the_mm()->map_count = 4;
	CHECK(found() == 7 && says("has 3 VMAs, and it counts 4"), "one too few");
	/* A tree that breaks off has said so, and why fewer are there. */
	the_mm()->root |= 8 << 3;
	CHECK(!found() && !strstr(walk.coverage.first.text, "counts"), "%s",
	      walk.coverage.first.text);
	the_mm()->root = 0;
	the_mm()->map_count = 0;
	CHECK(!found() && mmx_cover_whole(&walk.coverage), "%s", walk.coverage.first.text);
	teardown();
}

static void without_the_means_it_says_so(void)
{
	setup();
	CHECK((mm = 8, !found()) && !mmx_cover_whole(&walk.coverage) &&
		      says("the mm_struct at 0x8 is"),
	      "a wild mm");
	m->mem.kernel.layout.member[M_vm_area_struct_vm_file].provider = -1;
	CHECK(!found() && walk.coverage.unknown == 1 && says("vm_area_struct.vm_file"), "a member");
	teardown();
}

int main(void)
{
	RUN(each_is_found_with_all_that_it_says);
	RUN(strangers_are_left_out);
	RUN(one_that_cannot_be_read_is_passed_over);
	RUN(what_is_counted_must_be_there);
	RUN(what_nobody_uses_has_given_its_vmas_up);
	RUN(without_the_means_it_says_so);
	return unit_end();
}
