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

static int add_inode(struct mmx_view *view, uint64_t inode, uint64_t *pages, struct mmx_err *err)
{
	uint64_t mapping, n;

	if (mmx_kget(view, inode, M_inode_i_mapping, &mapping, err) ||
	    mmx_kget(view, mapping, M_address_space_nrpages, &n, err))
		return -1;
	*pages += n;
	return 0;
}

int mmx_block_device_pages(struct mmx_view *view, uint64_t *pages, struct mmx_err *err)
{
	struct mmx_inodes inodes;

	*pages = 0;
	if (begin(&inodes, view, err))
		return -1;
	while (mmx_inodes_next(&inodes)) {
		if (add_inode(view, inodes.inode, pages, err))
			return -1;
	}
	if (mmx_cover_whole(&inodes.coverage))
		return 0;
	*err = inodes.coverage.first;
	return -1;
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
