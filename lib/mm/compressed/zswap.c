// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/rbtree.h"
#include "kernel/xarray.h"
#include "mm/compressed/zswap.h"

#define TREE_SHIFT  14                 /* since 6.9: a tree for so many pages of an area */
#define OFFSET_MASK ((1ULL << 58) - 1) /* of a swap entry as trees have it */
#define GOLDEN      0x61c8864680b583ebULL

struct entry {
	uint64_t offset, pool, handle;
	uint32_t length;
};

static const struct mmx_wanted entry_wanted[] = {
	MMX_WANT(struct entry, offset, zswap_entry, offset),
	MMX_WANT(struct entry, pool, zswap_entry, pool),
	MMX_WANT(struct entry, handle, zswap_entry, handle),
	MMX_WANT(struct entry, length, zswap_entry, length),
};

static const struct mmx_decode entry_table = MMX_DECODE("zswap_entry", entry_wanted);

/* Sorted by where in the area a page is. */
static int look_in_tree(struct mmx_view *view, uint64_t root, uint64_t offset, uint64_t *found,
			struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t node, at;
	enum mmx_read read = mmx_kread_u64(view, root, &node);

	*found = 0;
	for (unsigned int depth = 0; !read && node && depth < MMX_RB_DEPTH; depth++) {
		read = mmx_kread_member(view, node - mmx_off(l, M_zswap_entry_rbnode),
					M_zswap_entry_offset, &at);
		at &= OFFSET_MASK;
		if (!read && at == offset) {
			*found = node - mmx_off(l, M_zswap_entry_rbnode);
			return 0;
		}
		if (!read)
			read = mmx_kread_member(
				view, node, at > offset ? M_rb_node_rb_left : M_rb_node_rb_right,
				&node);
	}
	if (read)
		return mmx_fail(err, mmx_read_code(read),
				"the tree of zswap at 0x%" PRIx64 " breaks off at 0x%" PRIx64, root,
				node);
	if (node)
		return mmx_fail(err, MMX_ECORRUPT,
				"the tree of zswap at 0x%" PRIx64 " is deeper than trees can be",
				root);
	return 0;
}

static int look(struct mmx_view *view, uint64_t trees, uint64_t offset, uint64_t *found,
		struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t nth = offset >> TREE_SHIFT, addr;

	if (!mmx_has(l, M_zswap_entry_rbnode))
		return mmx_xarray_load(view, trees + nth * mmx_size(l, S_xarray), offset, found,
				       err);
	if (!mmx_has(l, M_zswap_tree_rbroot))
		return mmx_fail(err, MMX_EMISSING, "zswap_tree.rbroot is needed");
	if (mmx_symbol_addr(&view->kernel->symbols, "nr_zswap_trees", &addr))
		trees += nth * mmx_size(l, S_zswap_tree);
	return look_in_tree(view, trees + mmx_off(l, M_zswap_tree_rbroot), offset, found, err);
}

/* 6.6 to 6.11 a pool had several allocators of a kind, and the entry's address decides. */
static uint64_t zpool_of(const struct mmx_layout *l, uint64_t pool, uint64_t entry)
{
	uint64_t n = l->member[M_zswap_pool_zpool].m.nelems,
		 at = pool + mmx_off(l, M_zswap_pool_zpool);
	unsigned int bits = 0;

	while (n >> bits > 1)
		bits++;
	return bits ? at + ((entry * GOLDEN) >> (64 - bits)) * 8 : at;
}

/*
 * Up to 6.4 what an allocator can write out by itself is told where it belongs: one that has a function for that, and
 * up to 6.1 somebody who asked for it.
 */
static int read_header(struct mmx_zswap_page *page, struct mmx_view *view, uint64_t zpool,
		       uint64_t driver, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	bool asked = mmx_has(l, M_zpool_evictable);
	uint64_t evicts;

	if (!mmx_size(l, S_zswap_header))
		return 0;
	if (!asked && !mmx_has(l, M_zpool_driver_shrink))
		return mmx_fail(err, MMX_EMISSING,
				"zpool.evictable or zpool_driver.shrink tells what stands before "
				"a page, and no source of types has either");
	if (mmx_kget(view, asked ? zpool : driver,
		     asked ? M_zpool_evictable : M_zpool_driver_shrink, &evicts, err))
		return -1;
	page->header = evicts ? mmx_size(l, S_zswap_header) : 0;
	return 0;
}

static int read_zpool(struct mmx_zswap_page *page, struct mmx_view *view, uint64_t pool,
		      struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_zswap_pool_zpool, M_zpool_driver,
						      M_zpool_pool, M_zpool_driver_type};
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t zpool, driver, type;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	if (mmx_kread_u64(view, zpool_of(l, pool, page->entry), &zpool) ||
	    mmx_kread_member(view, zpool, M_zpool_driver, &driver) ||
	    mmx_kread_member(view, zpool, M_zpool_pool, &page->pool) ||
	    mmx_kread_member(view, driver, M_zpool_driver_type, &type) ||
	    mmx_kread_str(view, type, page->allocator, sizeof(page->allocator), NULL))
		return mmx_fail(err, MMX_ECORRUPT,
				"the pool of zswap at 0x%" PRIx64 " has no allocator", pool);
	return read_header(page, view, zpool, driver, err);
}

static int read_pool(struct mmx_zswap_page *page, struct mmx_view *view, uint64_t pool,
		     struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;

	if (!mmx_has(l, M_zswap_pool_tfm_name))
		return mmx_fail(err, MMX_EMISSING, "zswap_pool.tfm_name is needed");
	if (mmx_kread_str(view, pool + mmx_off(l, M_zswap_pool_tfm_name), page->algorithm,
			  sizeof(page->algorithm), NULL))
		return mmx_fail(err, MMX_ECORRUPT, "there is no pool of zswap at 0x%" PRIx64, pool);
	if (!mmx_has(l, M_zswap_pool_zs_pool))
		return read_zpool(page, view, pool, err);
	snprintf(page->allocator, sizeof(page->allocator), "zsmalloc");
	return mmx_kget(view, pool, M_zswap_pool_zs_pool, &page->pool, err);
}

static int read_entry(struct mmx_zswap_page *page, struct mmx_view *view, uint64_t offset,
		      struct mmx_err *err)
{
	struct entry raw = {0};

	if (mmx_decode_read(&entry_table, view, page->entry, &raw, err))
		return -1;
	if ((raw.offset & OFFSET_MASK) != offset)
		return mmx_fail(err, MMX_ECORRUPT,
				"the zswap_entry at 0x%" PRIx64 " is for page 0x%" PRIx64
				", and stands where that of page 0x%" PRIx64 " belongs",
				page->entry, (uint64_t)(raw.offset & OFFSET_MASK), offset);
	page->handle = raw.handle;
	page->length = raw.length;
	return raw.length ? read_pool(page, view, raw.pool, err) : 0;
}

static bool is_without(const struct mmx_kernel *k)
{
	uint64_t addr;

	return !mmx_symbol_addr(&k->symbols, "zswap_store", &addr) &&
	       !mmx_symbol_addr(&k->symbols, "zswap_frontswap_store", &addr);
}

int mmx_zswap_find(struct mmx_zswap_page *page, struct mmx_view *view, unsigned int type,
		   uint64_t offset, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t at, trees;

	memset(page, 0, sizeof(*page));
	if (!mmx_symbol_addr(&k->symbols, "zswap_trees", &at)) {
		if (is_without(k))
			return 0;
		return mmx_fail(err, MMX_EMISSING, "symbol zswap_trees is needed");
	}
	if (mmx_kread_u64(view, at + type * 8ULL, &trees))
		return mmx_fail(err, MMX_EABSENT, "zswap_trees[%u] cannot be read", type);
	if (!trees)
		return 0;
	if (mmx_decode_require(&entry_table, &k->layout, err) ||
	    look(view, trees, offset, &page->entry, err))
		return -1;
	if (!page->entry)
		return 0;
	return read_entry(page, view, offset, err) ? -1 : 1;
}
