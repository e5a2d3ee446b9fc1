// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Inodes, and what their file systems say of themselves.
 */
#ifndef MMX_MM_INODE_H
#define MMX_MM_INODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

#define MMX_FS_NAME 32

/**
 * struct mmx_inode - an inode and its file system
 * @dev: device number of the file system, 12 bits major and 20 bits minor
 * @rdev: device number of the device that the inode is
 * @fs: type of the file system: "ext4", "tmpfs"
 * @sb_id: the super block's own name: "vda", "tmpfs"
 */
struct mmx_inode {
	uint64_t addr;
	uint64_t ino;
	uint64_t sb;
	uint32_t dev, rdev;
	uint32_t mode, nlink, flags;
	char fs[MMX_FS_NAME];
	char sb_id[MMX_FS_NAME];
};

static inline unsigned int mmx_dev_major(uint32_t dev)
{
	return dev >> 20;
}

static inline unsigned int mmx_dev_minor(uint32_t dev)
{
	return dev & 0xfffff;
}

/** mmx_inode_read() - all of it, or -1 */
int mmx_inode_read(struct mmx_inode *inode, struct mmx_view *view, uint64_t addr,
		   struct mmx_err *err);

/**
 * mmx_inode_leaving() - whether an inode is being thrown out of memory, or was: it is on no list then, or will not
 * be, and its pages go
 */
int mmx_inode_leaving(struct mmx_view *view, uint64_t addr, bool *leaving, struct mmx_err *err);

#endif
