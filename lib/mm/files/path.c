// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/files/path.h"

#define STEPS_MAX   8192  /* directories and mounts on the way to the root; a path has no more */
#define ALIASES_MAX 65536 /* names of one inode: ext4's limit of hard links */
#define MOUNTS_MAX  65536 /* mounts of one file system */
#define COUNTED_MAX \
	64 /* names of one inode, and mounts of each, that are looked at to count paths */

#define S_IFMT  0170000
#define S_IFDIR 0040000

/* A path is built from its end; @at is where its text begins. */
struct builder {
	struct mmx_path *path;
	struct mmx_view *view;
	size_t at;
};

static int need_members(struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_mount_mnt,          M_mount_mnt_parent,      M_mount_mnt_mountpoint,
		M_mount_mnt_ns,       M_vfsmount_mnt_root,     M_dentry_d_parent,
		M_dentry_d_name_len,  M_dentry_d_name_name,    M_dentry_d_hash_pprev,
		M_dentry_d_op,        M_dentry_d_inode,        M_dentry_d_sb,
		M_dentry_d_alias,     M_super_block_s_root,    M_super_block_s_mounts,
		M_super_block_s_type, M_super_block_s_dev,     M_super_block_s_id,
		M_inode_i_sb,         M_inode_i_ino,           M_inode_i_dentry,
		M_inode_i_mode,       M_inode_i_nlink,         M_inode_i_rdev,
		M_inode_i_flags,      M_file_system_type_name,
	};

	return mmx_layout_require(&view->kernel->layout, need, sizeof(need) / sizeof(*need), err);
}

static int prepend(struct builder *b, const char *text, size_t len, struct mmx_err *err)
{
	if (len > b->at)
		return mmx_fail(err, MMX_ECORRUPT, "a path of more than %d bytes",
				MMX_PATH_MAX - 1);
	b->at -= len;
	memcpy(b->path->text + b->at, text, len);
	return 0;
}

static int read_name(struct mmx_view *view, uint64_t dentry, char name[MMX_PATH_MAX], size_t *len,
		     struct mmx_err *err)
{
	uint64_t at, length;
	enum mmx_read read;

	if (mmx_kget(view, dentry, M_dentry_d_name_len, &length, err) ||
	    mmx_kget(view, dentry, M_dentry_d_name_name, &at, err))
		return -1;
	if (length >= MMX_PATH_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"the dentry at 0x%" PRIx64 " has a name of %" PRIu64 " bytes",
				dentry, length);
	read = mmx_kread(view, at, name, length);
	if (read)
		return mmx_fail(err, mmx_read_code(read),
				"the name of the dentry at 0x%" PRIx64 " is %s", dentry,
				mmx_read_name(read));
	if (memchr(name, 0, length))
		return mmx_fail(err, MMX_ECORRUPT,
				"the name of the dentry at 0x%" PRIx64 " has a NUL in it", dentry);
	*len = length;
	return 0;
}

static int prepend_name(struct builder *b, uint64_t dentry, struct mmx_err *err)
{
	char name[MMX_PATH_MAX];
	size_t len;

	if (read_name(b->view, dentry, name, &len, err) || prepend(b, name, len, err))
		return -1;
	return prepend(b, "/", 1, err);
}

/*
 * Up from @dentry to the root of @mount and on through the mounts above it. @below says whether it
 * is below that mount at all: false when the file system's root comes first.
 */
static int climb(struct builder *b, uint64_t mount, uint64_t dentry, bool *below,
		 struct mmx_err *err)
{
	const struct mmx_layout *l = &b->view->kernel->layout;
	uint64_t own = mount, root, parent, ns;

	*below = false;
	for (unsigned int step = 0; step < STEPS_MAX; step++) {
		if (mmx_kget(b->view, mount + mmx_off(l, M_mount_mnt), M_vfsmount_mnt_root, &root,
			     err))
			return -1;
		if (dentry == root) {
			*below |= mount == own;
			if (mmx_kget(b->view, mount, M_mount_mnt_parent, &parent, err))
				return -1;
			if (parent == mount) {
				if (mmx_kget(b->view, mount, M_mount_mnt_ns, &ns, err))
					return -1;
				/* NULL when unmounted, an error code for the kernel's own mounts. */
				b->path->detached = !ns || ns >= -4095ULL;
				return 0;
			}
			if (mmx_kget(b->view, mount, M_mount_mnt_mountpoint, &dentry, err))
				return -1;
			mount = parent;
			continue;
		}
		if (mmx_kget(b->view, dentry, M_dentry_d_parent, &parent, err))
			return -1;
		if (parent == dentry) /* moved out of the tree that is mounted */
			return 0;
		if (prepend_name(b, dentry, err))
			return -1;
		dentry = parent;
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"the way from dentry 0x%" PRIx64 " to the root does not end", dentry);
}

static void begin(struct builder *b, struct mmx_path *path, struct mmx_view *view)
{
	*b = (struct builder){.path = path, .view = view, .at = MMX_PATH_MAX - 1};
	path->deleted = path->generated = path->detached = false;
	path->one_of = 1;
	path->text[MMX_PATH_MAX - 1] = 0;
}

static void finish(struct builder *b)
{
	if (!b->path->text[b->at])
		b->path->text[--b->at] = '/';
	memmove(b->path->text, b->path->text + b->at, MMX_PATH_MAX - b->at);
}

/* Some dentries have their names made up by a function, each kind in its own way. */
static int generated_name(struct mmx_path *path, struct mmx_view *view, uint64_t dentry,
			  uint64_t function, struct mmx_err *err)
{
	static const struct {
		const char *function, *before;
		enum { OWN_NAME, INODE_NUMBER } middle;
		const char *after;
	} kinds[] = {
		{"simple_dname", "/", OWN_NAME, " (deleted)"},
		{"anon_inodefs_dname", "anon_inode:", OWN_NAME, ""},
		{"pipefs_dname", "pipe:[", INODE_NUMBER, "]"},
		{"sockfs_dname", "socket:[", INODE_NUMBER, "]"},
	};
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	char middle[MMX_PATH_MAX];
	uint64_t inode, ino, at;
	size_t len, kind = 0;

	while (kind < sizeof(kinds) / sizeof(*kinds) &&
	       !(mmx_symbol_addr(symbols, kinds[kind].function, &at) && at == function))
		kind++;
	if (kind == sizeof(kinds) / sizeof(*kinds)) {
		mmx_symbol_format(symbols, function, middle, MMX_SYMBOL_NAME);
		return mmx_fail(err, MMX_EMISSING,
				"its name is made up by %s, which mmx does not know", middle);
	}
	if (kinds[kind].middle == OWN_NAME) {
		if (read_name(view, dentry, middle, &len, err))
			return -1;
		middle[len] = 0;
	} else {
		if (mmx_kget(view, dentry, M_dentry_d_inode, &inode, err) ||
		    mmx_kget(view, inode, M_inode_i_ino, &ino, err))
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

/** struct name_facts - what decides how a dentry's path is printed */
struct name_facts {
	bool is_root, unhashed;
	uint64_t d_dname; /* 0: it has an ordinary path */
};

static int read_facts(struct name_facts *f, struct mmx_view *view, uint64_t dentry,
		      struct mmx_err *err)
{
	static const enum mmx_layout_member d_dname[] = {M_dentry_operations_d_dname};
	uint64_t parent, pprev, op;

	f->d_dname = 0;
	if (mmx_kget(view, dentry, M_dentry_d_parent, &parent, err) ||
	    mmx_kget(view, dentry, M_dentry_d_hash_pprev, &pprev, err) ||
	    mmx_kget(view, dentry, M_dentry_d_op, &op, err) ||
	    (op && mmx_layout_require(&view->kernel->layout, d_dname, 1, err)) ||
	    (op && mmx_kget(view, op, M_dentry_operations_d_dname, &f->d_dname, err)))
		return -1;
	f->is_root = parent == dentry;
	f->unhashed = !pprev;
	return 0;
}

/* The path below one mount. A name that no function makes up. */
static int path_below(struct mmx_path *path, struct mmx_view *view, uint64_t mount, uint64_t dentry,
		      const struct name_facts *facts, bool *below, struct mmx_err *err)
{
	static const char deleted[] = " (deleted)";
	struct builder b;

	begin(&b, path, view);
	path->deleted = facts->unhashed && !facts->is_root;
	if (path->deleted && prepend(&b, deleted, sizeof(deleted) - 1, err))
		return -1;
	if (climb(&b, mount, dentry, below, err))
		return -1;
	finish(&b);
	return 0;
}

int mmx_path_read(struct mmx_path *path, struct mmx_view *view, uint64_t vfsmount, uint64_t dentry,
		  struct mmx_err *err)
{
	struct name_facts facts;
	struct builder b;
	uint64_t root;
	bool below;

	begin(&b, path, view);
	if (need_members(view, err) || read_facts(&facts, view, dentry, err) ||
	    mmx_kget(view, vfsmount, M_vfsmount_mnt_root, &root, err))
		return -1;
	if (facts.d_dname && !(facts.is_root && dentry == root))
		return generated_name(path, view, dentry, facts.d_dname, err);
	return path_below(path, view, vfsmount - mmx_off(&view->kernel->layout, M_mount_mnt),
			  dentry, &facts, &below, err);
}

/* Bit of f_mode: the file is a struct backing_file. It moved with the release that added fop_flags. */
static unsigned int backing_bit(const struct mmx_layout *l)
{
	return mmx_has(l, M_file_operations_fop_flags) ? 24 : 25;
}

int mmx_path_of_file(struct mmx_path *path, struct mmx_view *view, uint64_t file,
		     struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_file_f_path_mnt, M_file_f_path_dentry,
						      M_file_f_mode};
	const struct mmx_layout *l = &view->kernel->layout;
	enum mmx_layout_member mnt_id = M_file_f_path_mnt, dentry_id = M_file_f_path_dentry;
	uint64_t mode, mnt, dentry;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_kget(view, file, M_file_f_mode, &mode, err))
		return -1;
	if (mmx_has(l, M_backing_file_user_path_mnt) && mode >> backing_bit(l) & 1) {
		mnt_id = M_backing_file_user_path_mnt;
		dentry_id = M_backing_file_user_path_dentry;
	}
	if (mmx_kget(view, file, mnt_id, &mnt, err) ||
	    mmx_kget(view, file, dentry_id, &dentry, err))
		return -1;
	return mmx_path_read(path, view, mnt, dentry, err);
}

/* Names of an inode: the one to go by, the first or the first that is not deleted, comes first. */
struct names {
	struct mmx_view *view;
	uint64_t dentry[COUNTED_MAX];
	struct name_facts facts; /* of that one */
	unsigned int n;
	bool live;
	struct mmx_err *err;
};

static int take_name(struct names *names, uint64_t node)
{
	uint64_t dentry = node - mmx_off(&names->view->kernel->layout, M_dentry_d_alias);
	struct name_facts facts;

	if (read_facts(&facts, names->view, dentry, names->err))
		return -1;
	if (!names->n || (!facts.unhashed && !names->live)) {
		names->facts = facts;
		names->n = 0;
	}
	if (!names->n || !facts.unhashed)
		names->dentry[names->n++] = dentry;
	names->live |= !facts.unhashed;
	return 0;
}

/* A break in the list behind a name that is good takes only from their number. */
static int find_names(struct names *names, uint64_t inode)
{
	uint64_t head = inode + mmx_off(&names->view->kernel->layout, M_inode_i_dentry);
	struct mmx_list list;
	int ret = 0;

	mmx_hlist_begin(&list, names->view, head, ALIASES_MAX);
	while (!ret && names->n < COUNTED_MAX && mmx_list_next(&list))
		ret = take_name(names, list.node);
	if (!mmx_cover_whole(&list.coverage)) {
		*names->err = list.coverage.first;
		ret = -1;
	}
	if (ret && !names->live)
		return -1;
	if (!names->n)
		return mmx_fail(names->err, MMX_ENOTFOUND,
				"the inode has no name: deleted, or its file system's own");
	return 0;
}

/*
 * The mount of a file system to show a dentry below: @rank is how good the one found is, and @as_good
 * how many are, of those @tried.
 */
struct choice {
	struct mmx_view *view;
	uint64_t dentry, own_ns;
	unsigned int as_good, tried;
	struct mmx_path *path;
	const struct name_facts *facts;
	struct mmx_path candidate;
	enum { NO_MOUNT, ANY_MOUNT, SOME_NS, OWN_NS } rank;
	struct mmx_err *err;
	int ret;
};

static bool try_mount(struct choice *c, uint64_t mount)
{
	uint64_t ns;
	bool below;
	int rank;

	c->ret = path_below(&c->candidate, c->view, mount, c->dentry, c->facts, &below, c->err);
	if (!c->ret)
		c->ret = mmx_kget(c->view, mount, M_mount_mnt_ns, &ns, c->err);
	if (c->ret) {
		if (c->rank == OWN_NS) /* found before: what follows was only to be counted */
			c->ret = 0;
		return false;
	}
	rank = !below                  ? NO_MOUNT
	       : c->candidate.detached ? ANY_MOUNT
	       : ns != c->own_ns       ? SOME_NS
				       : OWN_NS;
	if (rank > (int)c->rank) {
		c->rank = rank;
		c->as_good = 0;
		*c->path = c->candidate;
	}
	c->as_good += rank != NO_MOUNT && rank == (int)c->rank;
	return c->rank != OWN_NS || ++c->tried < COUNTED_MAX;
}

static int each_listed_mount(struct choice *c, uint64_t sb)
{
	const struct mmx_layout *l = &c->view->kernel->layout;
	struct mmx_list list;

	mmx_list_begin(&list, c->view, sb + mmx_off(l, M_super_block_s_mounts), MOUNTS_MAX);
	while (mmx_list_next(&list) && try_mount(c, list.node - mmx_off(l, M_mount_mnt_instance)))
		;
	if (!mmx_cover_whole(&list.coverage) && c->rank != OWN_NS) {
		*c->err = list.coverage.first;
		return -1;
	}
	return c->ret;
}

static int each_chained_mount(struct choice *c, uint64_t sb)
{
	uint64_t mount;

	if (mmx_kget(c->view, sb, M_super_block_s_mounts, &mount, c->err))
		return -1;
	for (unsigned int n = 0; mount && try_mount(c, mount); n++) {
		if (n == MOUNTS_MAX)
			return mmx_fail(c->err, MMX_ECORRUPT,
					"the mounts of the super block at 0x%" PRIx64 " do not end",
					sb);
		if (mmx_kget(c->view, mount, M_mount_mnt_next_for_sb, &mount, c->err))
			return c->rank == OWN_NS ? 0 : -1;
	}
	return c->ret;
}

/* The mounts of a file system: a list, and since 6.18 a chain of pointers. */
static int each_mount(struct choice *c, uint64_t sb)
{
	return mmx_has(&c->view->kernel->layout, M_mount_mnt_instance) ? each_listed_mount(c, sb)
								       : each_chained_mount(c, sb);
}

/* How many paths the other names have below mounts as good as the one that was chosen. */
static unsigned int count_others(const struct names *names, const struct choice *chosen,
				 uint64_t sb)
{
	unsigned int n = 0;

	for (unsigned int i = 1; i < names->n; i++) {
		const struct name_facts facts = {0};
		struct mmx_path path;
		struct mmx_err err;
		struct choice c = {.view = chosen->view,
				   .dentry = names->dentry[i],
				   .own_ns = chosen->own_ns,
				   .facts = &facts,
				   .path = &path,
				   .err = &err};

		if (!each_mount(&c, sb) && c.rank == chosen->rank)
			n += c.as_good;
	}
	return n;
}

/* Hard links that are not in memory have no dentry; a directory's links are its subdirectories. */
static uint32_t hard_links(struct mmx_view *view, uint64_t inode)
{
	uint64_t links, mode;

	if (mmx_kread_member(view, inode, M_inode_i_nlink, &links) ||
	    mmx_kread_member(view, inode, M_inode_i_mode, &mode) || (mode & S_IFMT) == S_IFDIR)
		return 0;
	return links;
}

/* The mount namespace that init lives in; 0 when it cannot be known. */
static uint64_t first_namespace(struct mmx_view *view)
{
	uint64_t init_task, nsproxy, ns;

	if (!mmx_symbol_addr(&view->kernel->symbols, "init_task", &init_task) ||
	    mmx_kread_member(view, init_task, M_task_struct_nsproxy, &nsproxy) ||
	    mmx_kread_member(view, nsproxy, M_nsproxy_mnt_ns, &ns))
		return 0;
	return ns;
}

int mmx_path_of_inode(struct mmx_path *path, struct mmx_view *view, uint64_t inode,
		      struct mmx_err *err)
{
	struct names names = {.view = view, .err = err};
	struct choice c = {.view = view, .path = path, .facts = &names.facts, .err = err};
	uint64_t sb, root;
	uint32_t links;

	if (need_members(view, err) || find_names(&names, inode) ||
	    mmx_kget(view, inode, M_inode_i_sb, &sb, err) ||
	    mmx_kget(view, sb, M_super_block_s_root, &root, err))
		return -1;
	c.dentry = names.dentry[0];
	path->one_of = 1;
	if (names.facts.d_dname && !(names.facts.is_root && c.dentry == root))
		return generated_name(path, view, c.dentry, names.facts.d_dname, err);
	c.own_ns = first_namespace(view);
	if (each_mount(&c, sb))
		return -1;
	if (c.rank == NO_MOUNT)
		return mmx_fail(err, MMX_ENOTFOUND, "its file system is mounted nowhere");
	links = hard_links(view, inode);
	path->one_of = c.as_good + count_others(&names, &c, sb);
	if (links > path->one_of)
		path->one_of = links;
	return 0;
}

/* A name in a field, as the kernel has it, or cut when it is longer than names are. */
static int read_text(struct mmx_view *view, uint64_t addr, char text[MMX_FS_NAME], const char *what,
		     struct mmx_err *err)
{
	enum mmx_read read = mmx_kread_str(view, addr, text, MMX_FS_NAME, NULL);

	return read ? mmx_fail(err, mmx_read_code(read), "%s at 0x%" PRIx64 " is %s", what, addr,
			       mmx_read_name(read))
		    : 0;
}

int mmx_inode_read(struct mmx_inode *inode, struct mmx_view *view, uint64_t addr,
		   struct mmx_err *err)
{
	uint64_t mode, nlink, flags, rdev, dev, type, name;

	*inode = (struct mmx_inode){.addr = addr};
	if (need_members(view, err) || mmx_kget(view, addr, M_inode_i_ino, &inode->ino, err) ||
	    mmx_kget(view, addr, M_inode_i_sb, &inode->sb, err) ||
	    mmx_kget(view, addr, M_inode_i_mode, &mode, err) ||
	    mmx_kget(view, addr, M_inode_i_nlink, &nlink, err) ||
	    mmx_kget(view, addr, M_inode_i_flags, &flags, err) ||
	    mmx_kget(view, addr, M_inode_i_rdev, &rdev, err) ||
	    mmx_kget(view, inode->sb, M_super_block_s_dev, &dev, err) ||
	    mmx_kget(view, inode->sb, M_super_block_s_type, &type, err) ||
	    mmx_kget(view, type, M_file_system_type_name, &name, err) ||
	    read_text(view, name, inode->fs, "the name of the file system's type", err))
		return -1;
	inode->mode = mode;
	inode->nlink = nlink;
	inode->flags = flags;
	inode->rdev = rdev;
	inode->dev = dev;
	return read_text(view, inode->sb + mmx_off(&view->kernel->layout, M_super_block_s_id),
			 inode->sb_id, "the super block's name", err);
}
