// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The path of an inode, by its names (dentries) and the mounts of its file system: one of several where it
 * has hard links, or where its file system is mounted more than once.
 */
#ifndef MMX_MM_INODE_PATH_H
#define MMX_MM_INODE_PATH_H

#include "mm/files/path.h"

/**
 * mmx_path_of_inode() - a path of an inode, through its names and the mounts of its file system
 * Of several names the first that is not deleted, of several mounts the first in the initial
 * namespace; @one_of says that there are several. Mounts of other namespaces do not count there when
 * one of the initial namespace has it, nor do names that are deleted. Fails when the inode has no name: deleted and closed, or its file system's own.
 */
int mmx_path_of_inode(struct mmx_path *path, struct mmx_view *view, uint64_t inode,
		      struct mmx_err *err);

#endif
