// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/files/path.h"
#include "mm/recall.h"

#define STEPS_MAX 8192 /* directories and mounts on the way to the root; a path has no more */

#define BUFFER_NAME_MAX 32 /* of a DMA buffer, with its NUL */

struct file {
	uint64_t mode;
	struct mmx_user_path path;
};

static const struct mmx_wanted dentry_wanted[] = {
	MMX_WANT(struct mmx_dentry, parent, dentry, d_parent),
	MMX_WANT(struct mmx_dentry, name_len, dentry, d_name_len),
	MMX_WANT(struct mmx_dentry, name, dentry, d_name_name),
	MMX_WANT(struct mmx_dentry, hashed, dentry, d_hash_pprev),
	MMX_WANT(struct mmx_dentry, ops, dentry, d_op),
	MMX_WANT(struct mmx_dentry, inode, dentry, d_inode),
};

static const struct mmx_wanted mount_wanted[] = {
	MMX_WANT_IN(struct mmx_mount, root, mount, mnt, vfsmount, mnt_root),
	MMX_WANT(struct mmx_mount, parent, mount, mnt_parent),
	MMX_WANT(struct mmx_mount, mountpoint, mount, mnt_mountpoint),
	MMX_WANT(struct mmx_mount, ns, mount, mnt_ns),
};

static const struct mmx_wanted file_wanted[] = {
	MMX_WANT(struct file, mode, file, f_mode),
	MMX_WANT(struct file, path.vfsmount, file, f_path_mnt),
	MMX_WANT(struct file, path.dentry, file, f_path_dentry),
	MMX_WANT(struct file, path.inode, file, f_inode),
};

static const struct mmx_wanted backing_file_wanted[] = {
	MMX_WANT(struct file, path.vfsmount, backing_file, user_path_mnt),
	MMX_WANT(struct file, path.dentry, backing_file, user_path_dentry),
};

static const struct mmx_decode dentry_table = MMX_DECODE("dentry", dentry_wanted),
			       mount_table = MMX_DECODE("mount", mount_wanted),
			       file_table = MMX_DECODE("file", file_wanted),
			       backing_file_table = MMX_DECODE("backing_file", backing_file_wanted);

int mmx_mount_read(struct mmx_mount *m, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	m->addr = addr;
	return mmx_decode_read(&mount_table, view, addr, m, err);
}

/*
 * A path is built from its end; @at is where its text begins, and @end where that of its directories ends. No struct
 * mount is at 0, where none is wanted.
 */
struct builder {
	struct mmx_path *path;
	struct mmx_view *view;
	struct mmx_root root;
	size_t at, end;
};

static int prepend(struct builder *b, const char *text, size_t len, struct mmx_err *err)
{
	if (len > b->at)
		return mmx_fail(err, MMX_ECORRUPT, "a path of more than %d bytes",
				MMX_PATH_MAX - 1);
	b->at -= len;
	memcpy(b->path->text + b->at, text, len);
	return 0;
}

static int read_name(struct mmx_view *view, uint64_t addr, const struct mmx_dentry *d,
		     char name[MMX_PATH_MAX], struct mmx_err *err)
{
	enum mmx_read read;

	if (d->name_len >= MMX_PATH_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"the dentry at 0x%" PRIx64 " has a name of %" PRIu64 " bytes", addr,
				d->name_len);
	read = mmx_kread(view, d->name, name, d->name_len);
	if (read)
		return mmx_fail(err, mmx_read_code(read),
				"the name of the dentry at 0x%" PRIx64 " is %s", addr,
				mmx_read_name(read));
	if (memchr(name, 0, d->name_len))
		return mmx_fail(err, MMX_ECORRUPT,
				"the name of the dentry at 0x%" PRIx64 " has a NUL in it", addr);
	return 0;
}

static int prepend_name(struct builder *b, uint64_t addr, const struct mmx_dentry *d,
			struct mmx_err *err)
{
	char name[MMX_PATH_MAX];

	if (read_name(b->view, addr, d, name, err) || prepend(b, name, d->name_len, err))
		return -1;
	return prepend(b, "/", 1, err);
}

/*
 * Up from @dentry to the root of @mount and on through the mounts above it, to the reader's root. @below says whether
 * it is below that mount at all: false when the file system's root comes first.
 */
static int climb(struct builder *b, const struct mmx_mount *mount, uint64_t dentry, bool *below,
		 struct mmx_err *err)
{
	uint64_t root = b->root.vfsmount - mmx_off(&b->view->kernel->layout, M_mount_mnt);
	struct mmx_mount m = *mount;
	struct mmx_dentry d;

	*below = false;
	b->end = b->at;
	for (unsigned int step = 0; step < STEPS_MAX; step++) {
		if (b->root.vfsmount && m.addr == root && dentry == b->root.dentry)
			return 0;
		if (dentry == m.root) {
			*below |= m.addr == mount->addr;
			if (m.parent == m.addr) {
				/* NULL when unmounted, an error code for the kernel's own mounts. */
				b->path->detached = !m.ns || m.ns >= -4095ULL;
				return 0;
			}
			dentry = m.mountpoint;
			if (mmx_mount_read(&m, b->view, m.parent, err))
				return -1;
			continue;
		}
		if (mmx_decode_read(&dentry_table, b->view, dentry, &d, err))
			return -1;
		if (d.parent == dentry) {
			b->path->escaped = true;
			b->at = b->end;
			return 0;
		}
		if (prepend_name(b, dentry, &d, err))
			return -1;
		dentry = d.parent;
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"the way from dentry 0x%" PRIx64 " to the root does not end", dentry);
}

static void begin(struct builder *b, struct mmx_path *path, struct mmx_view *view)
{
	*b = (struct builder){.path = path, .view = view, .at = MMX_PATH_MAX - 1};
	path->deleted = path->generated = path->detached = path->escaped = false;
	path->one_of = 1;
	path->text[MMX_PATH_MAX - 1] = 0;
}

static void finish(struct builder *b)
{
	if (b->at == b->end && b->at)
		b->path->text[--b->at] = '/';
	memmove(b->path->text, b->path->text + b->at, MMX_PATH_MAX - b->at);
}

/* The name that a DMA buffer was given, none of its own when it was given none. */
static int read_buffer_name(struct mmx_view *view, uint64_t dentry, char *name, size_t size,
			    struct mmx_err *err)
{
	uint64_t buffer, at;
	enum mmx_read read = MMX_READ_OK;

	name[0] = 0;
	if (mmx_kget(view, dentry, M_dentry_d_fsdata, &buffer, err) ||
	    mmx_kget(view, buffer, M_dma_buf_name, &at, err))
		return -1;
	if (at)
		read = mmx_kread_str(view, at, name, size, NULL);
	return read ? mmx_fail(err, mmx_read_code(read),
			       "the name of DMA buffer 0x%" PRIx64 " is %s", buffer,
			       mmx_read_name(read))
		    : 0;
}

/* Some dentries have their names made up by a function, each kind in its own way. */
int mmx_path_generated(struct mmx_path *path, struct mmx_view *view, uint64_t addr,
		       const struct mmx_dentry *d, struct mmx_err *err)
{
	static const struct {
		const char *function, *before;
		enum { OWN_NAME, INODE_NUMBER, BUFFER_NAME } middle;
		const char *after;
	} kinds[] = {
		{"dmabuffs_dname", "/dmabuf:", BUFFER_NAME, ""},
		{"simple_dname", "/", OWN_NAME, " (deleted)"},
		{"anon_inodefs_dname", "anon_inode:", OWN_NAME, ""},
		{"pipefs_dname", "pipe:[", INODE_NUMBER, "]"},
		{"sockfs_dname", "socket:[", INODE_NUMBER, "]"},
	};
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	char middle[MMX_PATH_MAX];
	uint64_t ino, at;
	size_t kind = 0;

	while (kind < sizeof(kinds) / sizeof(*kinds) &&
	       !(mmx_symbol_addr(symbols, kinds[kind].function, &at) && at == d->d_dname))
		kind++;
	if (kind == sizeof(kinds) / sizeof(*kinds)) {
		mmx_symbol_format(symbols, d->d_dname, middle, MMX_SYMBOL_NAME);
		return mmx_fail(err, MMX_EMISSING,
				"its name is made up by %s, which mmx does not know", middle);
	}
	if (kinds[kind].middle == OWN_NAME) {
		if (read_name(view, addr, d, middle, err))
			return -1;
		middle[d->name_len] = 0;
	} else if (kinds[kind].middle == BUFFER_NAME) {
		if (read_buffer_name(view, addr, middle, BUFFER_NAME_MAX, err))
			return -1;
	} else {
		if (mmx_kget(view, d->inode, M_inode_i_ino, &ino, err))
			return -1;
		snprintf(middle, sizeof(middle), "%" PRIu64, ino);
	}
	if (snprintf(path->text, sizeof(path->text), "%s%s%s", kinds[kind].before, middle,
		     kinds[kind].after) >= (int)sizeof(path->text))
		return mmx_fail(err, MMX_ECORRUPT, "a name of more than %d bytes",
				MMX_PATH_MAX - 1);
	path->generated = true;
	path->deleted = *kinds[kind].after == ' ';
	return 0;
}

int mmx_dentry_read(struct mmx_dentry *d, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	static const enum mmx_layout_member d_dname[] = {M_dentry_operations_d_dname};

	d->d_dname = 0;
	if (mmx_decode_read(&dentry_table, view, addr, d, err) ||
	    (d->ops && mmx_layout_require(&view->kernel->layout, d_dname, 1, err)) ||
	    (d->ops && mmx_kget(view, d->ops, M_dentry_operations_d_dname, &d->d_dname, err)))
		return -1;
	d->is_root = d->parent == addr;
	d->unhashed = !d->hashed;
	return 0;
}

static int build(struct builder *b, const struct mmx_mount *mount, uint64_t dentry,
		 const struct mmx_dentry *d, bool *below, struct mmx_err *err)
{
	static const char deleted[] = " (deleted)";

	b->path->deleted = d->unhashed && !d->is_root;
	if (b->path->deleted && prepend(b, deleted, sizeof(deleted) - 1, err))
		return -1;
	if (climb(b, mount, dentry, below, err))
		return -1;
	finish(b);
	return 0;
}

int mmx_path_below(struct mmx_path *path, struct mmx_view *view, const struct mmx_mount *mount,
		   uint64_t dentry, const struct mmx_dentry *d, bool *below, struct mmx_err *err)
{
	struct builder b;

	begin(&b, path, view);
	return build(&b, mount, dentry, d, below, err);
}

static int read_path(struct mmx_path *path, struct mmx_view *view, const struct mmx_root *root,
		     uint64_t vfsmount, uint64_t dentry, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_dentry d;
	struct mmx_mount mount;
	struct builder b;
	bool below;

	begin(&b, path, view);
	b.root = *root;
	if (mmx_dentry_read(&d, view, dentry, err) ||
	    mmx_mount_read(&mount, view, vfsmount - mmx_off(l, M_mount_mnt), err))
		return -1;
	if (d.d_dname && !(d.is_root && dentry == mount.root))
		return mmx_path_generated(path, view, dentry, &d, err);
	return build(&b, &mount, dentry, &d, &below, err);
}

int mmx_path_read(struct mmx_path *path, struct mmx_view *view, uint64_t vfsmount, uint64_t dentry,
		  struct mmx_err *err)
{
	static const struct mmx_root of_all;

	return read_path(path, view, &of_all, vfsmount, dentry, err);
}

/* FMODE_BACKING: the file is a struct backing_file. It moved when fop_flags came, behind 6.8; 6.14 has both. */
static unsigned int backing_bit(const struct mmx_layout *l)
{
	return mmx_has(l, M_file_operations_fop_flags) ? 24 : 25;
}

int mmx_user_path_read(struct mmx_user_path *user, struct mmx_view *view, uint64_t file,
		       struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct file f;

	if (mmx_decode_read(&file_table, view, file, &f, err))
		return -1;
	if (mmx_has(l, M_backing_file_user_path_mnt) && f.mode >> backing_bit(l) & 1 &&
	    (mmx_decode_read(&backing_file_table, view, file, &f, err) ||
	     mmx_kget(view, f.path.dentry, M_dentry_d_inode, &f.path.inode, err)))
		return -1;
	*user = f.path;
	return 0;
}

static int path_of_file(struct mmx_path *path, struct mmx_view *view, const struct mmx_root *root,
			uint64_t file, struct mmx_err *err)
{
	struct mmx_user_path user;

	return mmx_user_path_read(&user, view, file, err) ||
			       read_path(path, view, root, user.vfsmount, user.dentry, err)
		       ? -1
		       : 0;
}

int mmx_path_seen(struct mmx_path *path, struct mmx_view *view, const struct mmx_root *root,
		  uint64_t file, struct mmx_err *err)
{
	if (mmx_recall(view, MMX_RECALL_SEEN, file, path, sizeof(*path)))
		return 0;
	if (path_of_file(path, view, root, file, err))
		return -1;
	mmx_remember(view, MMX_RECALL_SEEN, file, path, sizeof(*path));
	return 0;
}

int mmx_path_of_file(struct mmx_path *path, struct mmx_view *view, uint64_t file,
		     struct mmx_err *err)
{
	static const struct mmx_root of_all;

	if (mmx_recall(view, MMX_RECALL_FILE, file, path, sizeof(*path)))
		return 0;
	if (path_of_file(path, view, &of_all, file, err))
		return -1;
	mmx_remember(view, MMX_RECALL_FILE, file, path, sizeof(*path));
	return 0;
}
