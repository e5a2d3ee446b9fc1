// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/member.h"
#include "mm/files/block_devices.h"
#include "mm/files/inode.h"
#include "mm/files/mapping.h"
#include "mm/files/supers.h"
#include "mm/mem.h"

/* Their inodes; -1 when there is no way to them. */
static int begin(struct mmx_inodes *inodes, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t symbol, sb;

	if (!mmx_symbol_addr(&view->kernel->symbols, "blockdev_superblock", &symbol))
		return mmx_fail(err, MMX_EMISSING, "symbol blockdev_superblock is needed");
	if (mmx_kread_variable(view, "blockdev_superblock", 8, &sb))
		return mmx_fail(err, MMX_EABSENT, "blockdev_superblock cannot be read");
	mmx_inodes_begin(inodes, view, sb);
	return 0;
}

/* A kernel without CONFIG_BLOCK: its functions are known, and the one that meminfo calls is none of them. */
static bool is_without(const struct mmx_kernel *k)
{
	uint64_t addr;

	return mmx_symbol_addr(&k->symbols, "si_meminfo", &addr) &&
	       !mmx_symbol_addr(&k->symbols, "nr_blockdev_pages", &addr) &&
	       !mmx_symbol_addr(&k->symbols, "blockdev_superblock", &addr);
}

static int add_cache(struct mmx_block_caches *caches, struct mmx_view *view, uint64_t inode,
		     struct mmx_err *err)
{
	struct mmx_block_cache cache;

	if (mmx_kget(view, inode, M_inode_i_mapping, &cache.mapping, err) ||
	    mmx_kget(view, cache.mapping, M_address_space_nrpages, &cache.pages, err)) {
		mmx_cover_fail(&caches->coverage, err);
		return 0;
	}
	caches->pages += cache.pages;
	return mmx_array_add(caches, cache) ? 0 : mmx_fail_nomem(err);
}

int mmx_block_caches_find(struct mmx_block_caches *caches, struct mmx_view *view,
			  struct mmx_err *err)
{
	struct mmx_inodes inodes;

	if (is_without(view->kernel))
		return 0;
	if (begin(&inodes, view, err))
		return -1;
	while (mmx_inodes_next(&inodes)) {
		if (add_cache(caches, view, inodes.inode, err))
			return -1;
	}
	mmx_cover_inherit(&caches->coverage, &inodes.coverage);
	mmx_array_sort_by(caches, mapping);
	return 0;
}

void mmx_block_caches_free(struct mmx_block_caches *caches)
{
	mmx_array_free(caches);
}

bool mmx_block_caches_have(const struct mmx_block_caches *caches, uint64_t mapping)
{
	size_t i = mmx_array_bound(caches, c, c->mapping <= mapping);

	return i && caches->v[i - 1].mapping == mapping;
}

static bool has_number(struct mmx_view *view, uint64_t inode, const void *dev)
{
	uint64_t rdev;

	return !mmx_kread_member(view, inode, M_inode_i_rdev, &rdev) &&
	       rdev == *(const uint32_t *)dev;
}

static bool has_name(struct mmx_view *view, uint64_t inode, const void *name)
{
	struct mmx_mapping m;
	struct mmx_err err;
	uint64_t mapping;

	return !mmx_kread_member(view, inode, M_inode_i_mapping, &mapping) &&
	       !mmx_mapping_read(&m, view, mapping, &err) && m.kind == MMX_MAPPING_BLOCK &&
	       !strcmp(m.device, name);
}

static int find(struct mmx_view *view,
		bool (*is)(struct mmx_view *view, uint64_t inode, const void *what),
		const void *what, uint64_t *inode, struct mmx_err *err)
{
	struct mmx_inodes inodes;

	if (begin(&inodes, view, err))
		return -1;
	while (mmx_inodes_next(&inodes)) {
		*inode = inodes.inode;
		if (is(view, *inode, what))
			return 0;
	}
	if (mmx_cover_whole(&inodes.coverage))
		return mmx_fail(err, MMX_ENOTFOUND, "no such block device is in memory");
	*err = inodes.coverage.first;
	return -1;
}

int mmx_block_device_find(struct mmx_view *view, uint32_t dev, uint64_t *inode, struct mmx_err *err)
{
	return find(view, has_number, &dev, inode, err);
}

int mmx_block_device_named(struct mmx_view *view, const char *name, uint64_t *inode,
			   struct mmx_err *err)
{
	return find(view, has_name, name, inode, err);
}
