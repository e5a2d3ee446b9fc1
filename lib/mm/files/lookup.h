// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a path leads, as a process would have found it: from its root directory through the names that
 * the dentry cache has, mounts and symbolic links. The cache need not have all that the file system has: a
 * name that it lacks is said to be unknown and not missing, where the kernel itself would have to ask.
 */
#ifndef MMX_MM_LOOKUP_H
#define MMX_MM_LOOKUP_H

#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

/** struct mmx_place - a place in the tree of directories; @mount: a struct mount */
struct mmx_place {
	uint64_t mount, dentry;
};

/** mmx_place_root() - the root directory of the task at @task */
int mmx_place_root(struct mmx_place *root, struct mmx_view *view, uint64_t task,
		   struct mmx_err *err);

/**
 * mmx_place_find() - where @path leads to from @root, symbolic links followed
 * @inode: the file's; it has one
 * Fails with MMX_ENOTFOUND when there is none, or its name is not in the cache, and says which name it is.
 */
int mmx_place_find(struct mmx_place *place, uint64_t *inode, struct mmx_view *view,
		   const struct mmx_place *root, const char *path, struct mmx_err *err);

#endif
