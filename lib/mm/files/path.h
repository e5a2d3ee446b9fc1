// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths: the one of a file that is open, as /proc/PID/maps prints it, or of any dentry below a mount. They
 * begin at the root of the mount namespace that the file was opened in.
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

/*
 * What paths are made of, for those who have to choose the mount themselves.
 */

/**
 * struct mmx_dentry - a name in the tree of a file system
 * @name, @name_len: where its text is
 * @is_root: of its file system
 * @unhashed: no directory has it any more
 * @d_dname: the function that makes its name up; 0 when it has an ordinary path
 */
struct mmx_dentry {
	uint64_t parent, name, hashed, ops, inode;
	uint64_t name_len;
	bool is_root, unhashed;
	uint64_t d_dname;
};

int mmx_dentry_read(struct mmx_dentry *d, struct mmx_view *view, uint64_t addr,
		    struct mmx_err *err);

/** struct mmx_mount - a place where a file system is mounted, by a struct mount */
struct mmx_mount {
	uint64_t addr;
	uint64_t root, parent, mountpoint, ns;
};

int mmx_mount_read(struct mmx_mount *m, struct mmx_view *view, uint64_t addr, struct mmx_err *err);

/**
 * mmx_path_below() - the path of the dentry at @addr, one without d_dname, below one mount
 * @below: whether it is below that mount at all
 */
int mmx_path_below(struct mmx_path *path, struct mmx_view *view, const struct mmx_mount *mount,
		   uint64_t addr, const struct mmx_dentry *d, bool *below, struct mmx_err *err);

/** mmx_path_generated() - the name that the d_dname of the dentry at @addr makes up */
int mmx_path_generated(struct mmx_path *path, struct mmx_view *view, uint64_t addr,
		       const struct mmx_dentry *d, struct mmx_err *err);

#endif
