// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/files/block_devices.h"
#include "mm/mem.h"

#define MAX_INODES (16u << 20)

static int add_inode(struct mmx_view *view, uint64_t inode, uint64_t *pages, struct mmx_err *err)
{
	uint64_t mapping, n;

	if (mmx_kget(view, inode, M_inode_i_mapping, &mapping, err) ||
	    mmx_kget(view, mapping, M_address_space_nrpages, &n, err))
		return -1;
	*pages += n;
	return 0;
}

/* Each has an inode in a file system of their own. */
int mmx_block_device_pages(struct mmx_view *view, uint64_t *pages, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_super_block_s_inodes, M_inode_i_sb_list};
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_list list;
	uint64_t symbol, sb;

	*pages = 0;
	if (!mmx_symbol_addr(&view->kernel->symbols, "blockdev_superblock", &symbol))
		return mmx_fail(err, MMX_EMISSING, "symbol blockdev_superblock is needed");
	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_kread_variable(view, "blockdev_superblock", 8, &sb))
		return mmx_fail(err, MMX_EABSENT, "blockdev_superblock cannot be read");
	mmx_list_begin(&list, view, sb + mmx_off(l, M_super_block_s_inodes), MAX_INODES);
	while (mmx_list_next(&list)) {
		if (add_inode(view, list.node - mmx_off(l, M_inode_i_sb_list), pages, err))
			return -1;
	}
	if (mmx_cover_whole(&list.coverage))
		return 0;
	*err = list.coverage.first;
	return -1;
}
