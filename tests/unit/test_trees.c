// SPDX-License-Identifier: GPL-2.0-or-later
/* XArrays and red-black trees, whole and forged, and what swap tables say through them. */
#include <inttypes.h>
#include <stddef.h>

#include "../fake_memory.h"
#include "kernel/rbtree.h"
#include "kernel/xarray.h"
#include "mm/swap/swap_slot.h"
#include "unit.h"

#define MEMORY  (1u << 20)
#define OUTSIDE 0xffffffffc0000000ULL
#define SLOTS   16
#define BITS    4

struct xarray {
	uint64_t lock, head;
};

struct xa_node {
	uint8_t shift, offset, rest[6];
	uint64_t parent;
	uint64_t slots[SLOTS];
};

struct rb_node {
	uint64_t parent_color, right, left;
};

static struct fake_memory *m;

static void setup(void)
{
	m = fake_memory_new(MEMORY);
	fake_no_types(m);
	fake_member(m, M_xarray_xa_head, offsetof(struct xarray, head), 8, 0);
	fake_member(m, M_xa_node_shift, offsetof(struct xa_node, shift), 1, 0);
	fake_member(m, M_xa_node_offset, offsetof(struct xa_node, offset), 1, 0);
	fake_member(m, M_xa_node_parent, offsetof(struct xa_node, parent), 8, 0);
	fake_member(m, M_xa_node_slots, offsetof(struct xa_node, slots), 8 * SLOTS, SLOTS);
	fake_struct(m, S_rb_node, sizeof(struct rb_node));
	fake_member(m, M_rb_node_rb_parent_color, offsetof(struct rb_node, parent_color), 8, 0);
	fake_member(m, M_rb_node_rb_right, offsetof(struct rb_node, right), 8, 0);
	fake_member(m, M_rb_node_rb_left, offsetof(struct rb_node, left), 8, 0);
}

static void teardown(void)
{
	fake_memory_free(m);
}

/*
 * XArrays. An entry that is a pointer here is its index * 8.
 */

static uint64_t new_array(uint64_t head)
{
	struct xarray xa = {.head = head};

	return fake_put(m, &xa, sizeof(xa));
}

static uint64_t new_node(uint8_t shift)
{
	struct xa_node node = {.shift = shift};

	return fake_put(m, &node, sizeof(node));
}

static uint64_t *slot(uint64_t node, unsigned int i)
{
	return &((struct xa_node *)fake_at(m, node))->slots[i];
}

/* Puts a node below another one. */
static void hang(uint64_t below, uint64_t node, unsigned int i)
{
	struct xa_node *n = fake_at(m, below);

	*slot(node, i) = below + 2;
	n->parent = node;
	n->offset = i;
}

static uint64_t load(uint64_t xa, uint64_t index)
{
	struct mmx_err err;
	uint64_t entry = ~0ULL;

	CHECK(!mmx_xarray_load(m->view, xa, index, &entry, &err), "%s", err.text);
	return entry;
}

static bool refused(uint64_t xa, uint64_t index)
{
	struct mmx_err err;
	uint64_t entry;

	return mmx_xarray_load(m->view, xa, index, &entry, &err) && *err.text;
}

static void entries_are_found_at_their_indices(void)
{
	uint64_t top, low, xa;

	setup();
	top = new_node(BITS);
	low = new_node(0);
	xa = new_array(top + 2);
	hang(low, top, 3);
	*slot(low, 5) = 0x1000;
	*slot(low, 6) = 0x77 << 1 | 1;
	CHECK(load(xa, 3 * SLOTS + 5) == 0x1000, "%lx", load(xa, 3 * SLOTS + 5));
	CHECK(mmx_xa_is_value(load(xa, 3 * SLOTS + 6)), "a number");
	CHECK(!load(xa, 3 * SLOTS + 7), "an empty slot");
	CHECK(!load(xa, 5), "an empty branch");
	CHECK(!load(xa, SLOTS * SLOTS + 3 * SLOTS + 5), "an index behind the array's end");
	teardown();
}

static void one_entry_needs_no_node(void)
{
	uint64_t xa;

	setup();
	xa = new_array(0x2000);
	CHECK(load(xa, 0) == 0x2000, "index 0");
	CHECK(!load(xa, 1), "index 1");
	teardown();
}

static void siblings_are_the_entry_that_they_belong_to(void)
{
	uint64_t node, top, xa;

	setup();
	node = new_node(0);
	xa = new_array(node + 2);
	*slot(node, 4) = 0x3000;
	for (unsigned int i = 5; i < 8; i++)
		*slot(node, i) = 4 << 2 | 2;
	CHECK(load(xa, 4) == 0x3000 && load(xa, 7) == 0x3000, "an entry of four indices");
	CHECK(!load(xa, 8), "the index behind it");
	top = new_node(BITS);
	xa = new_array(top + 2);
	*slot(top, 1) = 0x4000;
	CHECK(load(xa, SLOTS) == 0x4000 && load(xa, 2 * SLOTS - 1) == 0x4000,
	      "an entry above the lowest level");
	teardown();
}

static void reserved_entries_are_none(void)
{
	uint64_t node, xa;

	setup();
	node = new_node(0);
	xa = new_array(node + 2);
	*slot(node, 1) = 0x406;
	CHECK(!load(xa, 1), "a reservation");
	teardown();
}

static void broken_arrays_are_refused(void)
{
	uint64_t node, low, xa;

	setup();
	node = new_node(BITS);
	low = new_node(0);
	xa = new_array(node + 2);
	*slot(node, 1) = node + 2;
	CHECK(refused(xa, SLOTS), "a node that contains itself");
	*slot(node, 1) = OUTSIDE + 2;
	CHECK(refused(xa, SLOTS), "a node that is not there");
	hang(low, node, 1);
	*slot(low, 2) = low + 2;
	CHECK(refused(xa, SLOTS + 2), "a node below the lowest level");
	*slot(low, 2) = 9 << 2 | 2;
	CHECK(refused(xa, SLOTS + 2), "a sibling of a later slot");
	*slot(low, 3) = 2 << 2 | 2;
	CHECK(refused(xa, SLOTS + 3), "a sibling of a sibling");
	((struct xa_node *)fake_at(m, node))->shift = 200;
	CHECK(refused(xa, 0), "a shift beyond a word's bits");
	((struct xa_node *)fake_at(m, node))->shift = 2 * BITS;
	CHECK(refused(xa, SLOTS * SLOTS), "a level left out");
	CHECK(refused(OUTSIDE, 0), "no array");
	teardown();
}

/* The entries of a range as text: "first-last:entry", numbers in hex. */
static const char *entries(uint64_t array, uint64_t first, uint64_t last, struct mmx_xa *xa)
{
	static char text[256];
	size_t n = 0;

	mmx_xa_begin(xa, m->view, array, first, last);
	text[0] = 0;
	while (mmx_xa_next(xa) && n < sizeof(text))
		n += snprintf(text + n, sizeof(text) - n, "%s%lx-%lx:%lx", n ? " " : "", xa->first,
			      xa->last, xa->entry);
	return text;
}

static void entries_are_walked_in_order(void)
{
	uint64_t top, middle, low, array;
	struct mmx_xa xa;

	setup();
	top = new_node(2 * BITS);
	middle = new_node(BITS);
	low = new_node(0);
	array = new_array(top + 2);
	hang(middle, top, 1);
	hang(low, middle, 2);
	*slot(top, 0) = 0x1000;
	*slot(middle, 15) = 0x2000;
	*slot(low, 0) = 0x3000;
	*slot(low, 4) = 0x4000;
	*slot(low, 5) = *slot(low, 6) = 4 << 2 | 2;
	*slot(low, 7) = 0x406;
	*slot(low, 15) = 0x15 << 1 | 1;
	CHECK(!strcmp(entries(array, 0, ~0ULL, &xa), "0-ff:1000 120-120:3000 124-126:4000 "
						     "12f-12f:2b 1f0-1ff:2000"),
	      "%s", entries(array, 0, ~0ULL, &xa));
	CHECK(mmx_cover_whole(&xa.coverage) && xa.coverage.found == 5, "%s",
	      xa.coverage.first.text);
	CHECK(!strcmp(entries(array, 0x126, 0x12e, &xa), "124-126:4000"), "from a sibling");
	CHECK(!strcmp(entries(array, 0x200, ~0ULL, &xa), ""), "behind them all");
	CHECK(!strcmp(entries(array, 0x1000, ~0ULL, &xa), ""), "behind the array's end");
	CHECK(!strcmp(entries(array, 5, 4, &xa), "") && mmx_cover_whole(&xa.coverage), "no range");
	((struct xa_node *)fake_at(m, low))->offset = 3;
	CHECK(!strcmp(entries(array, 0, ~0ULL, &xa), "0-ff:1000 1f0-1ff:2000") &&
		      xa.coverage.broken == 1,
	      "what is around a broken node");
	hang(middle, top, 1);
	*slot(top, 2) = middle + 2;
	CHECK(!strcmp(entries(array, 0x130, ~0ULL, &xa), "1f0-1ff:2000") && xa.coverage.broken == 1,
	      "a node in two places");
	teardown();
}

static void the_last_indices_are_walked(void)
{
	uint64_t array, above = 0, node = 0;
	struct mmx_xa xa;

	setup();
	for (int shift = 60; shift >= 0; shift -= BITS) {
		node = new_node(shift);
		if (above)
			hang(node, above, 15);
		else
			array = new_array(node + 2);
		above = node;
	}
	*slot(node, 14) = 0x5000;
	*slot(node, 15) = 14 << 2 | 2;
	CHECK(!strcmp(entries(array, 0, ~0ULL, &xa), "fffffffffffffffe-ffffffffffffffff:5000"),
	      "%s", entries(array, 0, ~0ULL, &xa));
	teardown();
}

/*
 * Red-black trees.
 */

static struct rb_node *rb(uint64_t addr)
{
	return fake_at(m, addr);
}

/* Seven nodes in order of their addresses, balanced; returns the address of the root's pointer. */
static uint64_t make_tree(uint64_t node[7])
{
	static const int parent[7] = {1, 3, 1, -1, 5, 3, 5}, left[7] = {-1, 0, -1, 1, -1, 4, -1},
			 right[7] = {-1, 2, -1, 5, -1, 6, -1};
	struct rb_node empty = {0};

	for (int i = 0; i < 7; i++)
		node[i] = fake_put(m, &empty, sizeof(empty));
	for (int i = 0; i < 7; i++)
		*rb(node[i]) = (struct rb_node){
			.parent_color = (parent[i] < 0 ? 0 : node[parent[i]]) | (i & 1),
			.left = left[i] < 0 ? 0 : node[left[i]],
			.right = right[i] < 0 ? 0 : node[right[i]],
		};
	return fake_put(m, &node[3], 8);
}

/* The nodes of a walk as letters: 'a' is the first of @node. */
static const char *walked(struct mmx_rb *w, const uint64_t node[7])
{
	static char seen[32];
	size_t n = 0;

	while (mmx_rb_next(w) && n < sizeof(seen) - 1) {
		unsigned int i = 0;

		while (i < 7 && node[i] != w->node)
			i++;
		seen[n++] = i < 7 ? (char)('a' + i) : '?';
	}
	seen[n] = 0;
	return seen;
}

static void trees_are_walked_in_order(void)
{
	uint64_t node[7], root, none = 0;
	struct mmx_rb w;

	setup();
	root = make_tree(node);
	mmx_rb_begin(&w, m->view, root, 7);
	CHECK(!strcmp(walked(&w, node), "abcdefg") && w.coverage.found == 7, "%s",
	      w.coverage.first.text);
	CHECK(mmx_cover_whole(&w.coverage) && !mmx_rb_next(&w), "%s", w.coverage.first.text);
	*(uint64_t *)fake_at(m, root) |= 1;
	mmx_rb_begin(&w, m->view, root, 7);
	CHECK(!strcmp(walked(&w, node), "abcdefg"), "a locked root");
	mmx_rb_begin(&w, m->view, fake_put(m, &none, 8), 7);
	CHECK(!mmx_rb_next(&w) && mmx_cover_whole(&w.coverage), "an empty tree");
	teardown();
}

/* What can be walked of a broken tree, and that it says so. */
static bool broken_walk(uint64_t root, uint64_t limit, const uint64_t node[7], const char *rest)
{
	struct mmx_rb w;
	const char *seen;

	mmx_rb_begin(&w, m->view, root, limit);
	seen = walked(&w, node);
	if (strcmp(seen, rest))
		fprintf(stderr, "walked %s, not %s\n", seen, rest);
	return !strcmp(seen, rest) && !mmx_cover_whole(&w.coverage) && !mmx_rb_next(&w);
}

static void broken_trees_end(void)
{
	uint64_t node[7], root;

	setup();
	root = make_tree(node);
	CHECK(broken_walk(root, 3, node, "abc"), "more nodes than are allowed");
	rb(node[6])->right = node[3];
	CHECK(broken_walk(root, 100, node, "abcdefg"), "a tree that comes back to its root");
	rb(node[6])->right = 0;
	rb(node[0])->left = node[0];
	CHECK(broken_walk(root, 100, node, "abcdefg"), "a node that is its own child");
	rb(node[0])->left = 0;
	rb(node[3])->left = OUTSIDE;
	CHECK(broken_walk(root, 100, node, "defg"), "a node that is not there");
	rb(node[3])->left = node[5];
	CHECK(broken_walk(root, 100, node, "efgd"), "both sides are one node");
	rb(node[3])->left = node[1];
	rb(node[5])->right = node[2];
	CHECK(broken_walk(root, 100, node, "abcdef"), "a node of another parent");
	CHECK(broken_walk(OUTSIDE, 100, node, ""), "no tree");
	teardown();
}

/* Intervals [i, i + 1] at seven nodes; @last is what each says of itself and those below. */
struct interval {
	struct rb_node rb;
	uint64_t subtree_last;
};

/* What was read of a tree's nodes before. */
struct read_before {
	uint64_t addr[7];
	struct mmx_rb_node node[7];
	int n;
};

static bool is_known(void *arg, uint64_t addr, struct mmx_rb_node *node)
{
	const struct read_before *r = arg;

	for (int i = 0; i < r->n; i++) {
		if (r->addr[i] == addr) {
			*node = r->node[i];
			return true;
		}
	}
	return false;
}

static void what_is_known_is_not_read(const uint64_t *node, uint64_t root, int64_t at)
{
	struct read_before before = {.n = 6};
	unsigned char kept[7][sizeof(struct interval)];
	struct mmx_rb w;

	for (int i = 0; i < before.n; i++) {
		before.addr[i] = node[i];
		CHECK(!mmx_interval_node(m->view, node[i], at, &before.node[i]), "node %d", i);
		memcpy(kept[i], fake_at(m, node[i]), sizeof(kept[i]));
		memset(fake_at(m, node[i]), 0xff, sizeof(kept[i]));
	}
	mmx_interval_known(&w, m->view, root, at, is_known, &before, 100);
	CHECK(!strcmp(walked(&w, node), "abcdefg") && mmx_cover_whole(&w.coverage), "%s",
	      w.coverage.first.text);
	for (int i = 0; i < before.n; i++)
		memcpy(fake_at(m, node[i]), kept[i], sizeof(kept[i]));
}

static void intervals_end_where_the_tree_says(void)
{
	static const uint64_t last[7] = {1, 3, 3, 7, 5, 7, 7};
	static const int parent[7] = {1, 3, 1, -1, 5, 3, 5};
	const int64_t at = offsetof(struct interval, subtree_last);
	struct interval *v[7];
	uint64_t node[7], root, n = 0;
	struct mmx_rb w;

	setup();
	for (int i = 0; i < 7; i++) {
		struct interval empty = {.subtree_last = last[i]};

		node[i] = fake_put(m, &empty, sizeof(empty));
		v[i] = fake_at(m, node[i]);
	}
	for (int i = 0; i < 7; i++) {
		struct rb_node *p = parent[i] < 0 ? NULL : &v[parent[i]]->rb;

		v[i]->rb.parent_color = p ? node[parent[i]] : 0;
		if (p)
			*(i < parent[i] ? &p->left : &p->right) = node[i];
	}
	root = fake_put(m, &node[3], 8);
	mmx_interval_begin(&w, m->view, root, at, 100);
	for (; mmx_rb_next(&w); n++)
		CHECK(mmx_interval_check(&w, n, n + 1), "%s", w.coverage.first.text);
	CHECK(n == 7 && mmx_cover_whole(&w.coverage), "%s", w.coverage.first.text);
	mmx_interval_begin(&w, m->view, root, at, 100);
	CHECK(mmx_rb_next(&w) && !mmx_interval_check(&w, 0, 2), "beyond what the tree says");
	mmx_interval_begin(&w, m->view, root, at, 100);
	CHECK(mmx_rb_next(&w) && mmx_interval_check(&w, 1, 1) && mmx_rb_next(&w) &&
		      !mmx_interval_check(&w, 0, 1),
	      "out of order");
	mmx_interval_query(&w, m->view, root, at, 4, 100);
	CHECK(!strcmp(walked(&w, node), "defg") && w.visited == 5 && w.pruned == 1,
	      "a query leaves out what ends before it: %" PRIu64 " visited, %" PRIu64 " pruned",
	      w.visited, w.pruned);
	mmx_interval_query(&w, m->view, root, at, 8, 100);
	CHECK(!mmx_rb_next(&w) && w.visited == 1 && w.pruned == 1, "all of it ends too early");
	what_is_known_is_not_read(node, root, at);
	v[1]->subtree_last = 8;
	mmx_interval_begin(&w, m->view, root, at, 100);
	CHECK(!strcmp(walked(&w, node), "abcdefg") && !mmx_cover_whole(&w.coverage),
	      "more below than above");
	teardown();
}

/*
 * Swap: types, and tables by cluster.
 */

static void types_are_taken_from_the_top(void)
{
	struct mmx_swap_types t;

	setup();
	m->mem.page_format.mapped = MMX_MAPPED_LARGE;
	mmx_swap_types_find(&t, &m->mem.kernel);
	CHECK(t.areas == 31 && mmx_swap_kind(&t, 31) == MMX_SWAP_MARKER, "markers alone");
	m->mem.kernel.layout.enumerator[E_PG_hwpoison].provider = 0;
	fake_symbol(m, "migrate_pages", FAKE_VA);
	fake_symbol(m, "make_device_exclusive", FAKE_VA);
	mmx_swap_types_find(&t, &m->mem.kernel);
	CHECK(t.areas == 24, "%u areas", t.areas);
	CHECK(mmx_swap_kind(&t, 23) == MMX_SWAP_AREA, "the last area");
	CHECK(mmx_swap_kind(&t, 24) == MMX_SWAP_HWPOISON, "poison above it");
	CHECK(mmx_swap_kind(&t, 25) == MMX_SWAP_MIGRATION_READ &&
		      mmx_swap_kind(&t, 26) == MMX_SWAP_MIGRATION_EXCLUSIVE &&
		      mmx_swap_kind(&t, 27) == MMX_SWAP_MIGRATION_WRITE,
	      "then migration");
	CHECK(mmx_swap_kind(&t, 28) == MMX_SWAP_DEVICE_WRITE &&
		      mmx_swap_kind(&t, 29) == MMX_SWAP_DEVICE_READ &&
		      mmx_swap_kind(&t, 30) == MMX_SWAP_EXCLUSIVE_WRITE,
	      "then devices");
	CHECK(mmx_swap_kind(&t, 32) != MMX_SWAP_AREA, "no type at all");
	fake_symbol(m, "make_device_exclusive_range", FAKE_VA);
	mmx_swap_types_find(&t, &m->mem.kernel);
	CHECK(t.areas == 23 && mmx_swap_kind(&t, 23) == MMX_SWAP_HWPOISON &&
		      mmx_swap_kind(&t, 27) == MMX_SWAP_DEVICE_WRITE &&
		      mmx_swap_kind(&t, 29) == MMX_SWAP_EXCLUSIVE_WRITE &&
		      mmx_swap_kind(&t, 30) == MMX_SWAP_EXCLUSIVE_READ,
	      "one more of devices, up to 6.14");
	teardown();
}

struct cluster {
	uint64_t lock, table;
};

static void tables_tell_of_slots(void)
{
	static const struct {
		uint64_t word;
		struct mmx_swap_slot slot;
	} cases[] = {
		{0, {0}},
		{3ULL << 60 | 0x1234 << 2 | 2, {.cached = true, .pfn = 0x1234, .count = 3}},
		{15ULL << 60 | 0x1234 << 2 | 2,
		 {.cached = true, .pfn = 0x1234, .count = 15, .more = true}},
		{2ULL << 60 | 0x999 << 1 | 1, {.shadow = true, .count = 2}},
		{~0ULL << 3, {.bad = true}},
	};
	uint64_t table[8] = {0}, clusters, info;
	struct mmx_swap_area area = {.max = 16};
	struct mmx_swaps swaps = {.v = &area, .n = 1};
	struct cluster cluster[2] = {0};
	struct mmx_swap_slot slot;
	struct mmx_err err;

	setup();
	fake_member(m, M_swap_info_struct_cluster_info, 0, 8, 0);
	fake_member(m, M_swap_cluster_info_table, offsetof(struct cluster, table), 8, 0);
	fake_struct(m, S_swap_cluster_info, sizeof(struct cluster));
	fake_member(m, M_swap_table_entries, 0, sizeof(table), 8);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		table[i] = cases[i].word;
	cluster[0].table = fake_put(m, table, sizeof(table));
	clusters = fake_put(m, cluster, sizeof(cluster));
	info = fake_put(m, &clusters, 8);
	area.addr = info;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct mmx_swap_slot *s = &cases[i].slot;

		CHECK(!mmx_swap_slot(&slot, m->view, &swaps, 0, i, &err), "%s", err.text);
		CHECK(slot.cached == s->cached && slot.shadow == s->shadow && slot.bad == s->bad &&
			      slot.pfn == s->pfn && slot.count == s->count && slot.more == s->more,
		      "case %zu", i);
	}
	CHECK(!mmx_swap_slot(&slot, m->view, &swaps, 0, 9, &err) && !slot.cached && !slot.count,
	      "a cluster without a table");
	CHECK(mmx_swap_slot(&slot, m->view, &swaps, 0, 16, &err), "behind the area's end");
	CHECK(mmx_swap_slot(&slot, m->view, &swaps, 1, 0, &err), "no such area");
	teardown();
}

int main(void)
{
	RUN(entries_are_found_at_their_indices);
	RUN(one_entry_needs_no_node);
	RUN(siblings_are_the_entry_that_they_belong_to);
	RUN(reserved_entries_are_none);
	RUN(broken_arrays_are_refused);
	RUN(entries_are_walked_in_order);
	RUN(the_last_indices_are_walked);
	RUN(trees_are_walked_in_order);
	RUN(broken_trees_end);
	RUN(intervals_end_where_the_tree_says);
	RUN(types_are_taken_from_the_top);
	RUN(tables_tell_of_slots);
	return unit_end();
}
