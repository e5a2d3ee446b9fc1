// SPDX-License-Identifier: GPL-2.0-or-later
/* A whole maple tree: its nodes and slots in order, and each thing that the kernel's own checks would find wrong. */
#include "../fake_memory.h"
#include "kernel/maple_tree.h"
#include "unit.h"

#define MEMORY (1u << 16)
#define LAST   ~0ULL

enum { LEAF = 1, RANGE, ARANGE };

struct tree {
	uint64_t flags, root;
};

struct leaf {
	uint64_t parent, pivot[15], slot[15], end;
};

struct arange {
	uint64_t parent, pivot[9], slot[10], gap[10], end;
};

static struct fake_memory *m;
static struct mmx_maple_tree t;
static uint64_t tree, root, leaf[2];

static void lay_out(void)
{
	fake_no_types(m);
	fake_member(m, M_maple_tree_ma_flags, 0, 4, 0);
	FAKE_MEMBER(m, M_maple_tree_ma_root, tree, root);
	fake_struct(m, S_maple_node, 256);
	fake_member(m, M_maple_range_64_pivot, offsetof(struct leaf, pivot), 8 * 15, 15);
	fake_member(m, M_maple_range_64_slot, offsetof(struct leaf, slot), 8 * 16, 16);
	fake_member(m, M_maple_range_64_end, offsetof(struct leaf, end), 1, 0);
	fake_member(m, M_maple_arange_64_pivot, offsetof(struct arange, pivot), 8 * 9, 9);
	fake_member(m, M_maple_arange_64_slot, offsetof(struct arange, slot), 8 * 10, 10);
	fake_member(m, M_maple_arange_64_gap, offsetof(struct arange, gap), 8 * 10, 10);
	fake_member(m, M_maple_arange_64_end, offsetof(struct arange, end), 1, 0);
	fake_member(m, M_maple_arange_64_largest, offsetof(struct arange, end) + 1, 1, 0);
	fake_enum(m, E_maple_leaf_64, LEAF);
	fake_enum(m, E_maple_range_64, RANGE);
	fake_enum(m, E_maple_arange_64, ARANGE);
}

static uint64_t new_node(void)
{
	m->used = (m->used + 255) & ~(size_t)255;
	m->used += 256;
	return FAKE_VA + m->used - 256;
}

static struct leaf *leaf_of(unsigned int i)
{
	return fake_at(m, leaf[i]);
}

static struct arange *root_of(void)
{
	return fake_at(m, root);
}

/*
 * Two leaves below a root: 0-fff empty, 1000-1fff, 2000-2fff an entry each, and from 3000 on, where the second
 * leaf begins, empty, 5000-5fff an entry, and empty to the end.
 */
static void setup(void)
{
	struct tree none = {0};

	m = fake_memory_new(MEMORY);
	lay_out();
	tree = fake_put(m, &none, sizeof(none));
	root = new_node();
	leaf[0] = new_node();
	leaf[1] = new_node();
	*(struct tree *)fake_at(m, tree) = (struct tree){1 | 2 << 2, root | ARANGE << 3 | 6};
	*root_of() = (struct arange){.parent = tree | 1,
				     .pivot = {0x2fff, LAST},
				     .slot = {leaf[0] | LEAF << 3 | 4, leaf[1] | LEAF << 3 | 4},
				     .gap = {0x1000, LAST - 0x5fff},
				     .end = 1 | 1 << 8};
	*leaf_of(0) = (struct leaf){.parent = root | 6,
				    .pivot = {0xfff, 0x1fff},
				    .slot = {0, 0x11000, 0x12000},
				    .end = 2};
	*leaf_of(1) = (struct leaf){.parent = root | 1 << 3 | 6,
				    .pivot = {0x4fff, 0x5fff},
				    .slot = {0, 0x15000, 0},
				    .end = 2};
}

static void read_tree(void)
{
	struct mmx_err err;

	CHECK(!mmx_maple_tree_read(&t, m->view, tree, &err), "%s", err.text);
}

static void teardown(void)
{
	mmx_maple_tree_free(&t);
	fake_memory_free(m);
}

/* What is found when there is one thing wrong. */
static const char *found(void)
{
	read_tree();
	if (t.findings.n != 1)
		fprintf(stderr, "%zu findings\n", t.findings.n);
	return t.findings.n ? t.findings.v[0].why.text : "";
}

static void nodes_come_before_what_is_in_them(void)
{
	static const struct {
		unsigned int depth, slot;
		uint64_t first, last;
		bool node;
	} wanted[] = {
		{0, 0, 0, LAST, true},         {1, 0, 0, 0x2fff, true},
		{2, 0, 0, 0xfff, false},       {2, 1, 0x1000, 0x1fff, false},
		{2, 2, 0x2000, 0x2fff, false}, {1, 1, 0x3000, LAST, true},
		{2, 0, 0x3000, 0x4fff, false}, {2, 1, 0x5000, 0x5fff, false},
		{2, 2, 0x6000, LAST, false},
	};

	setup();
	read_tree();
	CHECK(t.n == 9 && !t.findings.n && mmx_cover_whole(&t.coverage), "%zu rows, %s", t.n,
	      t.coverage.first.text);
	for (size_t i = 0; i < t.n && i < 9; i++)
		CHECK(t.v[i].depth == wanted[i].depth && t.v[i].slot == wanted[i].slot &&
			      t.v[i].first == wanted[i].first && t.v[i].last == wanted[i].last &&
			      t.v[i].node == wanted[i].node,
		      "row %zu: depth %u, slot %u", i, t.v[i].depth, t.v[i].slot);
	CHECK(t.nodes == 3 && t.entries == 3 && t.height == 2 && t.deepest == 2, "counts");
	CHECK(t.v[1].gap_noted && t.v[1].gap == 0x1000 && t.v[1].largest == 0x1000 &&
		      !t.v[1].last_child && t.v[5].last_child && t.v[5].above == 0,
	      "gaps");
	teardown();
}

static void what_is_noted_of_gaps_must_be_so(void)
{
	setup();
	root_of()->gap[0] = 0x2000;
	CHECK(strstr(found(),
		     "notes a gap of 0x2000 below slot 0, and the largest there is 0x1000"),
	      "%s", found());
	CHECK(t.findings.v[0].node == root, "the node");
	mmx_maple_tree_free(&t);
	root_of()->gap[0] = 0x1000;
	root_of()->end = 1;
	CHECK(strstr(found(), "says that slot 0 has the largest gap"), "%s", found());
	mmx_maple_tree_free(&t);
	root_of()->end = 1 | 9 << 8;
	CHECK(strstr(found(), "says that slot 9 has the largest gap, and has 2 slots"), "%s",
	      found());
	/* Up to 6.5 it is slot 15 that has the largest gap, where there is none. */
	mmx_maple_tree_free(&t);
	root_of()->end = 1 | 15 << 8;
	CHECK(strstr(found(), "says that slot 15 has the largest gap, and has 2 slots"), "%s",
	      found());
	mmx_maple_tree_free(&t);
	*leaf_of(0) = (struct leaf){.parent = root | 6,
				    .pivot = {0xfff, 0x1fff},
				    .slot = {0x10000, 0x11000, 0x12000},
				    .end = 2};
	*leaf_of(1) = (struct leaf){.parent = root | 1 << 3 | 6,
				    .pivot = {0x4fff, 0x5fff},
				    .slot = {0x14000, 0x15000, 0x16000},
				    .end = 2};
	root_of()->gap[0] = root_of()->gap[1] = 0;
	read_tree();
	CHECK(!t.findings.n, "%s", t.findings.v[0].why.text);
	mmx_maple_tree_free(&t);
	root_of()->end = 1 | 14 << 8;
	CHECK(strstr(found(), "says that slot 14 has the largest gap"), "%s", found());
	/* A tree that does not track them says nothing by them. */
	mmx_maple_tree_free(&t);
	root_of()->end = 1 | 1 << 8;
	root_of()->gap[0] = 0x2000;
	((struct tree *)fake_at(m, tree))->flags &= ~1ULL;
	read_tree();
	CHECK(!t.findings.n, "%s", t.findings.v[0].why.text);
	teardown();
}

static void ends_and_levels_must_be_so(void)
{
	setup();
	leaf_of(0)->end = 4;
	leaf_of(0)->pivot[2] = 0x2fff;
	CHECK(strstr(found(), "says that 5 slots are in use, and its range ends with 3"), "%s",
	      found());
	mmx_maple_tree_free(&t);
	leaf_of(0)->end = 2;
	leaf_of(0)->pivot[2] = 0;
	((struct tree *)fake_at(m, tree))->flags = 1 | 3 << 2;
	CHECK(strstr(found(), "the tree says 3 levels where there are 2"), "%s", found());
	teardown();
}

static void two_empty_ranges_are_one(void)
{
	setup();
	leaf_of(0)->slot[2] = 0;
	read_tree();
	/* The one at 2000 and the one at 3000, in the next leaf; with them the gap below is another. */
	CHECK(t.findings.n && t.findings.v[0].node == leaf[1] &&
		      strstr(t.findings.v[0].why.text,
			     "slot 0 is empty, and so is the range before"),
	      "%s", t.findings.n ? t.findings.v[0].why.text : "none");
	teardown();
}

/* What stands below cannot be known, and so is no contradiction. */
static void a_part_that_is_missing_is_no_finding(void)
{
	setup();
	leaf_of(1)->parent = 0x4142;
	read_tree();
	CHECK(!t.findings.n && t.coverage.broken == 1 && t.n == 5, "%zu rows: %s", t.n,
	      t.coverage.first.text);
	teardown();
}

int main(void)
{
	RUN(nodes_come_before_what_is_in_them);
	RUN(what_is_noted_of_gaps_must_be_so);
	RUN(ends_and_levels_must_be_so);
	RUN(two_empty_ranges_are_one);
	RUN(a_part_that_is_missing_is_no_finding);
	return unit_end();
}
