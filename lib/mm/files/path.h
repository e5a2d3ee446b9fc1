// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths: the one of a file that is open, or of any dentry below a mount. They begin at the root of the mount
 * namespace that the file was opened in, or where whoever reads them has his root, when it lies on their way.
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
 * @escaped: it was moved out of the tree that its mount shows: the kernel has no path of it then but "/"
 * @one_of: so many paths lead to the file at least, this one included: hard links, and several mounts.
 *          1 for the path of an open file, which is the one that it was opened by
 */
struct mmx_path {
	char text[MMX_PATH_MAX];
	bool deleted;
	bool generated;
	bool detached;
	bool escaped;
	uint32_t one_of;
};

/** struct mmx_root - where somebody's paths begin, as in fs_struct.root; all zeros: at the root of all */
struct mmx_root {
	uint64_t vfsmount, dentry;
};

/**
 * struct mmx_user_path - what the user of a struct file knows it by
 * @inode: 0 where the dentry has none
 * Since 6.7 a file that overlayfs opened below has both of its own: its path and its inode are those of the lower file,
 * and those of the user stand behind it. Before, its path is the user's, and its inode the lower file's.
 */
struct mmx_user_path {
	uint64_t vfsmount, dentry, inode;
};

int mmx_user_path_read(struct mmx_user_path *user, struct mmx_view *view, uint64_t file,
		       struct mmx_err *err);

/** mmx_path_read() - the path of a dentry below a mount; @vfsmount as in struct path */
int mmx_path_read(struct mmx_path *path, struct mmx_view *view, uint64_t vfsmount, uint64_t dentry,
		  struct mmx_err *err);

/** mmx_path_seen() - the path of a struct file as who has that root reads it in /proc: what d_path() makes */
int mmx_path_seen(struct mmx_path *path, struct mmx_view *view, const struct mmx_root *root,
		  uint64_t file, struct mmx_err *err);

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
