// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/vm_flags.h"
#include "mm/processes/vma_page_size.h"

#define MAX_ORDER 18u /* of a page of 1 GiB */

/* The pool is that of the file system that the file lies in: each mount has one size. */
static int pool_order(struct mmx_view *view, const struct mmx_vma *vma, uint64_t *order,
		      struct mmx_err *err)
{
	uint64_t inode, sb, info, hstate;

	if (mmx_kget(view, vma->file, M_file_f_inode, &inode, err) ||
	    mmx_kget(view, inode, M_inode_i_sb, &sb, err) ||
	    mmx_kget(view, sb, M_super_block_s_fs_info, &info, err) ||
	    mmx_kget(view, info, M_hugetlbfs_sb_info_hstate, &hstate, err) ||
	    mmx_kget(view, hstate, M_hstate_order, order, err))
		return -1;
	if (*order > MAX_ORDER)
		return mmx_fail(err, MMX_ECORRUPT,
				"the pool at 0x%" PRIx64 " has pages of order %" PRIu64, hstate,
				*order);
	return 0;
}

int mmx_vma_page_size(struct mmx_view *view, const struct mmx_vma *vma, uint64_t *size,
		      struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;
	uint64_t order = 0, ops = 0, of_its_own = 0, shm;

	*size = 1ULL << shift;
	if (!vma->mm)
		return 0;
	if (vma->flags & mmx_vm_flag(mmx_know_vm_flags(view), "hugetlb")) {
		if (pool_order(view, vma, &order, err))
			return -1;
		*size = 1ULL << (shift + order);
		return 0;
	}
	if (mmx_kget(view, vma->addr, M_vm_area_struct_vm_ops, &ops, err) ||
	    (ops && mmx_kget(view, ops, M_vm_operations_struct_pagesize, &of_its_own, err)))
		return -1;
	/* System V memory asks the one of what it is made of, which is hugetlb or has none. */
	if (of_its_own &&
	    !(mmx_symbol_addr(&view->kernel->symbols, "shm_pagesize", &shm) && shm == of_its_own))
		return mmx_fail(err, MMX_EMISSING,
				"the size of its pages is known to the driver that mapped it");
	return 0;
}
