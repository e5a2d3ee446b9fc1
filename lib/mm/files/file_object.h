// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of a file lies at a kernel address: its address_space, its inode, a name of it (a dentry), or a struct
 * file by which somebody has it open. Each is known by what it leads to: every inode has an address_space
 * within itself, which names it.
 */
#ifndef MMX_MM_FILE_OBJECT_H
#define MMX_MM_FILE_OBJECT_H

#include "base/err.h"
#include "kernel/view.h"

enum mmx_file_object {
	MMX_OBJECT_NONE, /* none of them */
	MMX_OBJECT_MAPPING,
	MMX_OBJECT_INODE,
	MMX_OBJECT_DENTRY,
	MMX_OBJECT_FILE,
};

/**
 * mmx_file_object() - what lies at an address
 * @mapping: the address_space that it leads to; for what is no mapping that of its inode, of a file its own
 * @inode: its inode; 0 for an address_space, whose host may be none
 * Fails, and says why, for a name that no file has.
 */
int mmx_file_object(struct mmx_view *view, uint64_t addr, enum mmx_file_object *object,
		    uint64_t *inode, uint64_t *mapping, struct mmx_err *err);

/** mmx_is_inode() - whether an inode lies at an address */
bool mmx_is_inode(struct mmx_view *view, uint64_t addr);

#endif
