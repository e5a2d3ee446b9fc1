// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of files: the path that leads to one, as /proc/PID/maps prints it, and what its inode and
 * file system say. Paths begin at the root of the mount namespace that the file was opened in.
 */
#ifndef MMX_MM_PATH_H
#define MMX_MM_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

#define MMX_PATH_MAX 4096 /* the kernel's own limit for the paths that it takes, with the NUL */

/**
 * struct mmx_path - a path
 * @text: as the kernel would print it, " (deleted)" included
 * @deleted: no directory has that name any more; what never had one, a memfd say, counts as well
 * @generated: no directory ever had it: "anon_inode:[io_uring]", "/memfd:name (deleted)"
 * @detached: its mount is in no namespace, and the path begins at that mount
 * @one_of: so many paths lead to the file at least, this one included: hard links, and several mounts.
 *          1 for the path of an open file, which is the one that it was opened by
 */
struct mmx_path {
	char text[MMX_PATH_MAX];
	bool deleted;
	bool generated;
	bool detached;
	uint32_t one_of;
};

/** mmx_path_read() - the path of a dentry below a mount; @vfsmount as in struct path */
int mmx_path_read(struct mmx_path *path, struct mmx_view *view, uint64_t vfsmount, uint64_t dentry,
		  struct mmx_err *err);

/** mmx_path_of_file() - the path of a struct file, for overlayfs the one that its user knows */
int mmx_path_of_file(struct mmx_path *path, struct mmx_view *view, uint64_t file,
		     struct mmx_err *err);

/**
 * mmx_path_of_inode() - a path of an inode, through its names and the mounts of its file system
 * Of several names the first that is not deleted, of several mounts the first in the initial
 * namespace; @one_of says that there are several. Mounts of other namespaces do not count there when
 * one of the initial namespace has it, nor do names that are deleted. Fails when the inode has no name: deleted and closed, or its file system's own.
 */
int mmx_path_of_inode(struct mmx_path *path, struct mmx_view *view, uint64_t inode,
		      struct mmx_err *err);

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

#endif
