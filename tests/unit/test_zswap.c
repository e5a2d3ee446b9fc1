// SPDX-License-Identifier: GPL-2.0-or-later
/* What zswap has of a page, in the forms that it has had: trees, several allocators, headers. */
#include <inttypes.h>
#include <stdlib.h>

#include "../fake_memory.h"
#include "mm/compressed/zswap.h"
#include "unit.h"

#define AREA   3
#define SPLIT  (1u << 14) /* pages of an area that have a tree of their own, from 6.9 on */
#define GOLDEN 0x61c8864680b583ebULL

struct rb_node {
	uint64_t parent, right, left;
};

struct entry {
	struct rb_node node;
	uint64_t swpentry, pool, handle;
	uint32_t length, pad;
};

struct tree {
	uint64_t root, lock;
};

struct pool {
	uint64_t zpools[32];
	char name[16];
};

struct zpool {
	uint64_t driver, pool, evictable;
};

struct driver {
	uint64_t type, shrink;
};

static struct fake_memory *m;
static uint64_t trees; /* zswap_trees */

static uint64_t put_driver(uint64_t shrink)
{
	struct driver driver = {.type = fake_put(m, "zbud", 5), .shrink = shrink};

	return fake_put(m, &driver, sizeof(driver));
}

static uint64_t put_zpool(uint64_t shrink, uint64_t evictable)
{
	struct zpool zpool = {put_driver(shrink), 0x77, evictable};

	return fake_put(m, &zpool, sizeof(zpool));
}

static void setup(unsigned int zpools)
{
	uint64_t areas[AREA + 1] = {0};

	m = fake_memory_new(1 << 20);
	fake_no_types(m);
	fake_struct(m, S_zswap_header, 0);
	fake_struct(m, S_zswap_tree, sizeof(struct tree));
	FAKE_MEMBER(m, M_rb_node_rb_right, rb_node, right);
	FAKE_MEMBER(m, M_rb_node_rb_left, rb_node, left);
	FAKE_MEMBER(m, M_zswap_entry_rbnode, entry, node);
	FAKE_MEMBER(m, M_zswap_entry_offset, entry, swpentry);
	FAKE_MEMBER(m, M_zswap_entry_pool, entry, pool);
	FAKE_MEMBER(m, M_zswap_entry_handle, entry, handle);
	FAKE_MEMBER(m, M_zswap_entry_length, entry, length);
	FAKE_MEMBER(m, M_zswap_tree_rbroot, tree, root);
	fake_member(m, M_zswap_pool_zpool, 0, 8ul * zpools, zpools > 1 ? zpools : 0);
	FAKE_MEMBER(m, M_zswap_pool_tfm_name, pool, name);
	FAKE_MEMBER(m, M_zpool_driver, zpool, driver);
	FAKE_MEMBER(m, M_zpool_pool, zpool, pool);
	FAKE_MEMBER(m, M_zpool_driver_type, driver, type);
	trees = fake_put(m, areas, sizeof(areas));
	fake_symbol(m, "zswap_trees", trees);
	fake_symbol(m, "zswap_store", FAKE_VA);
}

/* Of the area; its entries are compared without its number. */
static uint64_t put_entry(uint64_t offset, uint64_t pool, uint64_t left, uint64_t right)
{
	struct entry entry = {
		{0, right, left}, (uint64_t)AREA << 58 | offset, pool, offset * 16, 100, 0};

	return fake_put(m, &entry, sizeof(entry));
}

static void put_trees(const struct tree *tree, size_t n)
{
	uint64_t at = fake_put(m, tree, n * sizeof(*tree));

	memcpy(fake_at(m, trees + AREA * 8), &at, sizeof(at));
}

static uint64_t put_pool(void)
{
	struct pool pool = {.name = "lzo"};

	return fake_put(m, &pool, sizeof(pool));
}

static void set_zpool(uint64_t pool, unsigned int nth, uint64_t zpool)
{
	memcpy(fake_at(m, pool + nth * 8), &zpool, sizeof(zpool));
}

static int find(struct mmx_zswap_page *page, uint64_t offset, struct mmx_err *err)
{
	*err = (struct mmx_err){0};
	return mmx_zswap_find(page, m->view, AREA, offset, err);
}

#define SEEN \
	"%d, %u bytes behind %u, %s: %s", ret, page.length, page.header, page.allocator, err.text

static void a_tree_an_area(void)
{
	struct mmx_zswap_page page;
	struct mmx_err err;
	uint64_t pool;
	int ret;

	setup(1);
	pool = put_pool();
	set_zpool(pool, 0, put_zpool(0, 0));
	put_trees(&(struct tree){put_entry(50, pool, put_entry(20, pool, 0, 0),
					   put_entry(0x9000, pool, 0, 0)),
				 0},
		  1);
	ret = find(&page, 20, &err);
	CHECK(ret == 1 && page.handle == 320 && page.length == 100 && !page.header &&
		      page.pool == 0x77 && !strcmp(page.allocator, "zbud") &&
		      !strcmp(page.algorithm, "lzo"),
	      SEEN);
	ret = find(&page, 0x9000, &err);
	CHECK(ret == 1 && page.handle == 0x90000, SEEN);
	ret = find(&page, 30, &err);
	CHECK(!ret, SEEN);
	ret = mmx_zswap_find(&page, m->view, AREA - 1, 20, &err);
	CHECK(!ret, SEEN);
	fake_memory_free(m);
}

/* 6.9 alone: trees, and several of them. */
static void a_tree_each_64_mib(void)
{
	struct mmx_zswap_page page;
	struct mmx_err err;
	struct tree two[2] = {{0}};
	uint64_t pool;
	int ret;

	setup(1);
	fake_symbol(m, "nr_zswap_trees", FAKE_VA);
	pool = put_pool();
	set_zpool(pool, 0, put_zpool(0, 0));
	two[0].root = put_entry(7, pool, 0, 0);
	two[1].root = put_entry(SPLIT + 7, pool, 0, 0);
	put_trees(two, 2);
	ret = find(&page, SPLIT + 7, &err);
	CHECK(ret == 1 && page.handle == (SPLIT + 7) * 16ull, SEEN);
	ret = find(&page, 7, &err);
	CHECK(ret == 1 && page.handle == 7 * 16, SEEN);
	fake_memory_free(m);
}

/* From 6.6 to 6.11 the entry's own address tells which of the allocators has it. */
static void several_allocators(void)
{
	struct mmx_zswap_page page;
	struct mmx_err err;
	uint64_t pool, entry;
	int ret;

	setup(32);
	pool = put_pool();
	entry = put_entry(5, pool, 0, 0);
	put_trees(&(struct tree){entry, 0}, 1);
	set_zpool(pool, (entry * GOLDEN) >> 59, put_zpool(0, 0));
	ret = find(&page, 5, &err);
	CHECK(ret == 1 && page.pool == 0x77, SEEN);
	fake_memory_free(m);
}

static struct mmx_zswap_page with_header(uint64_t shrink, uint64_t evictable, bool in_zpool)
{
	struct mmx_zswap_page page;
	struct mmx_err err;
	uint64_t pool;
	int ret;

	setup(1);
	fake_struct(m, S_zswap_header, 8);
	if (in_zpool)
		FAKE_MEMBER(m, M_zpool_evictable, zpool, evictable);
	FAKE_MEMBER(m, M_zpool_driver_shrink, driver, shrink);
	pool = put_pool();
	set_zpool(pool, 0, put_zpool(shrink, evictable));
	put_trees(&(struct tree){put_entry(5, pool, 0, 0), 0}, 1);
	ret = find(&page, 5, &err);
	CHECK(ret == 1, SEEN);
	fake_memory_free(m);
	return page;
}

/* What stands before a page: up to 6.1 struct zpool tells, up to 6.4 the driver, and nothing does since. */
static void headers(void)
{
	CHECK(with_header(1, 0, true).header == 0, "6.1: nobody asked for it");
	CHECK(with_header(1, 1, true).header == 8, "6.1");
	CHECK(with_header(1, 0, false).header == 8, "6.2");
	CHECK(with_header(0, 0, false).header == 0, "6.2: the driver has no function for it");
}

static void nothing_tells_of_headers(void)
{
	struct mmx_zswap_page page;
	struct mmx_err err;
	uint64_t pool;
	int ret;

	setup(1);
	fake_struct(m, S_zswap_header, 8);
	pool = put_pool();
	set_zpool(pool, 0, put_zpool(0, 0));
	put_trees(&(struct tree){put_entry(5, pool, 0, 0), 0}, 1);
	ret = find(&page, 5, &err);
	CHECK(ret == -1 && err.code == MMX_EMISSING, SEEN);
	fake_memory_free(m);
}

static void trees_that_are_broken(void)
{
	struct mmx_zswap_page page;
	struct mmx_err err;
	uint64_t pool, entry;
	int ret;

	setup(1);
	pool = put_pool();
	entry = put_entry(50, pool, 0, 0);
	((struct entry *)fake_at(m, entry))->node.left = entry;
	put_trees(&(struct tree){entry, 0}, 1);
	ret = find(&page, 5, &err);
	CHECK(ret == -1 && err.code == MMX_ECORRUPT, SEEN);
	((struct entry *)fake_at(m, entry))->node.left = 0x4141414141414141;
	ret = find(&page, 5, &err);
	CHECK(ret == -1, SEEN);
	fake_memory_free(m);
}

int main(void)
{
	RUN(a_tree_an_area);
	RUN(a_tree_each_64_mib);
	RUN(several_allocators);
	RUN(headers);
	RUN(nothing_tells_of_headers);
	RUN(trees_that_are_broken);
	return unit_end();
}
