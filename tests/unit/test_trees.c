// SPDX-License-Identifier: GPL-2.0-or-later
/* XArrays and red-black trees, whole and forged, and what swap tables say through them. */
#include <stddef.h>

#include "../fake_memory.h"
#include "kernel/rbtree.h"
#include "kernel/xarray.h"
#include "mm/swap.h"
#include "unit.h"

#define MEMORY  (1u << 20)
#define OUTSIDE 0xffffffffc0000000ULL
#define SLOTS   16
#define BITS    4

struct xarray {
	uint64_t lock, head;
};

struct xa_node {
	uint8_t shift, rest[7];
	uint64_t slots[SLOTS];
};

struct rb_node {
	uint64_t parent_color, right, left;
};

static struct fake_memory *m;

static void member(enum mmx_layout_member id, size_t offset, size_t size, unsigned int nelems)
{
	m->kernel.layout.member[id].provider = 0;
	m->kernel.layout.member[id].m = (struct mmx_member){
		.bit_off = 8 * offset, .bit_size = 8 * size, .size = size, .nelems = nelems};
}

static void size_of(enum mmx_layout_struct id, size_t size)
{
	m->kernel.layout.strct[id].provider = 0;
	m->kernel.layout.strct[id].value = size;
}

static void setup(void)
{
	struct mmx_layout *l;

	m = fake_memory_new(MEMORY);
	m->arch.page_shift = 12;
	l = &m->kernel.layout;
	memset(l->strct, -1, sizeof(l->strct));
	memset(l->member, -1, sizeof(l->member));
	memset(l->enumerator, -1, sizeof(l->enumerator));
	member(M_xarray_xa_head, offsetof(struct xarray, head), 8, 0);
	member(M_xa_node_shift, offsetof(struct xa_node, shift), 1, 0);
	member(M_xa_node_slots, offsetof(struct xa_node, slots), 8 * SLOTS, SLOTS);
	size_of(S_rb_node, sizeof(struct rb_node));
	member(M_rb_node_rb_parent_color, offsetof(struct rb_node, parent_color), 8, 0);
	member(M_rb_node_rb_right, offsetof(struct rb_node, right), 8, 0);
	member(M_rb_node_rb_left, offsetof(struct rb_node, left), 8, 0);
}

static void teardown(void)
{
	mmx_symbols_free(&m->kernel.symbols);
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
	*slot(top, 3) = low + 2;
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
	*slot(node, 1) = low + 2;
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

/*
 * Red-black trees.
 */

struct visit {
	uint64_t node[16];
	unsigned int n, stop;
};

static bool take(void *arg, uint64_t node)
{
	struct visit *v = arg;

	v->node[v->n++] = node;
	return v->n != v->stop;
}

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

static void trees_are_walked_in_order(void)
{
	struct visit v = {0}, two = {.stop = 2};
	uint64_t node[7], root, none = 0;
	struct mmx_err err;

	setup();
	root = make_tree(node);
	CHECK(!mmx_rb_walk(m->view, root, 7, take, &v, &err), "%s", err.text);
	CHECK(v.n == 7, "%u nodes", v.n);
	for (unsigned int i = 0; i < v.n; i++)
		CHECK(v.node[i] == node[i], "node %u", i);
	CHECK(!mmx_rb_walk(m->view, root, 7, take, &two, &err) && two.n == 2,
	      "ended by the caller");
	v.n = 0;
	*(uint64_t *)fake_at(m, root) |= 1;
	CHECK(!mmx_rb_walk(m->view, root, 7, take, &v, &err) && v.n == 7, "a locked root");
	CHECK(!mmx_rb_walk(m->view, fake_put(m, &none, 8), 7, take, &v, &err) && v.n == 7,
	      "an empty tree");
	teardown();
}

static bool walk_fails(uint64_t root, uint64_t limit, unsigned int before)
{
	struct visit v = {0};
	struct mmx_err err;

	return mmx_rb_walk(m->view, root, limit, take, &v, &err) && *err.text && v.n == before;
}

static void broken_trees_end(void)
{
	uint64_t node[7], root;

	setup();
	root = make_tree(node);
	CHECK(walk_fails(root, 3, 3), "more nodes than are allowed");
	rb(node[6])->right = node[3];
	CHECK(walk_fails(root, 100, 7), "a tree that comes back to its root");
	rb(node[6])->right = 0;
	rb(node[0])->left = node[0];
	CHECK(walk_fails(root, 100, 0), "a node that is its own child");
	rb(node[0])->left = 0;
	rb(node[5])->right = OUTSIDE;
	CHECK(walk_fails(root, 100, 6), "a node that is not there");
	rb(node[5])->right = node[2];
	CHECK(walk_fails(root, 100, 6), "a node of another parent");
	CHECK(walk_fails(OUTSIDE, 100, 0), "no tree");
	teardown();
}

/*
 * Swap: types, and tables by cluster.
 */

static void types_are_taken_from_the_top(void)
{
	struct mmx_swap_types t;

	setup();
	m->kernel.page_format.mapped = MMX_MAPPED_LARGE;
	mmx_swap_types_find(&t, &m->kernel);
	CHECK(t.areas == 31 && mmx_swap_kind(&t, 31) == MMX_SWAP_MARKER, "markers alone");
	m->kernel.layout.enumerator[E_PG_hwpoison].provider = 0;
	mmx_symbols_add(&m->kernel.symbols, "migrate_pages", 13, FAKE_VA, 'T', 0);
	mmx_symbols_add(&m->kernel.symbols, "make_device_exclusive", 21, FAKE_VA, 'T', 0);
	mmx_symbols_finish(&m->kernel.symbols, NULL);
	mmx_swap_types_find(&t, &m->kernel);
	CHECK(t.areas == 24, "%u areas", t.areas);
	CHECK(mmx_swap_kind(&t, 23) == MMX_SWAP_AREA, "the last area");
	CHECK(mmx_swap_kind(&t, 24) == MMX_SWAP_HWPOISON, "poison above it");
	CHECK(mmx_swap_kind(&t, 27) == MMX_SWAP_MIGRATION, "then migration");
	CHECK(mmx_swap_kind(&t, 30) == MMX_SWAP_DEVICE, "then devices");
	CHECK(mmx_swap_kind(&t, 32) != MMX_SWAP_AREA, "no type at all");
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
	member(M_swap_info_struct_cluster_info, 0, 8, 0);
	member(M_swap_cluster_info_table, offsetof(struct cluster, table), 8, 0);
	size_of(S_swap_cluster_info, sizeof(struct cluster));
	member(M_swap_table_entries, 0, sizeof(table), 8);
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
	RUN(trees_are_walked_in_order);
	RUN(broken_trees_end);
	RUN(types_are_taken_from_the_top);
	RUN(tables_tell_of_slots);
	return unit_end();
}
