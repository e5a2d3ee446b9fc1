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

#define STEPS_MAX   8192  /* directories and mounts on the way to the root; a path has no more */
#define ALIASES_MAX 65536 /* names of one inode: ext4's limit of hard links */
#define MOUNTS_MAX  65536 /* mounts of one file system */
#define COUNTED_MAX \
	64 /* names of one inode, and mounts of each, that are looked at to count paths */

#define S_IFMT  0170000
#define S_IFDIR 0040000

/* A name in the tree of a file system, and a place where a file system is mounted. */
struct dentry {
	uint64_t parent, name, hashed, ops, inode;
	uint64_t name_len;
};

struct mount {
	uint64_t addr;
	uint64_t root, parent, mountpoint, ns;
};

struct super_block {
	uint64_t root, type;
	uint32_t dev;
};

struct file {
	uint64_t mode, mnt, dentry;
};

static const struct mmx_wanted dentry_wanted[] = {
	MMX_WANT(struct dentry, parent, dentry, d_parent),
	MMX_WANT(struct dentry, name_len, dentry, d_name_len),
	MMX_WANT(struct dentry, name, dentry, d_name_name),
	MMX_WANT(struct dentry, hashed, dentry, d_hash_pprev),
	MMX_WANT(struct dentry, ops, dentry, d_op),
	MMX_WANT(struct dentry, inode, dentry, d_inode),
};

static const struct mmx_wanted mount_wanted[] = {
	MMX_WANT_IN(struct mount, root, mount, mnt, vfsmount, mnt_root),
	MMX_WANT(struct mount, parent, mount, mnt_parent),
	MMX_WANT(struct mount, mountpoint, mount, mnt_mountpoint),
	MMX_WANT(struct mount, ns, mount, mnt_ns),
};

static const struct mmx_wanted super_block_wanted[] = {
	MMX_WANT(struct super_block, root, super_block, s_root),
	MMX_WANT(struct super_block, type, super_block, s_type),
	MMX_WANT(struct super_block, dev, super_block, s_dev),
};

static const struct mmx_wanted inode_wanted[] = {
	MMX_WANT(struct mmx_inode, ino, inode, i_ino),
	MMX_WANT(struct mmx_inode, sb, inode, i_sb),
	MMX_WANT(struct mmx_inode, mode, inode, i_mode),
	MMX_WANT(struct mmx_inode, nlink, inode, i_nlink),
	MMX_WANT(struct mmx_inode, flags, inode, i_flags),
	MMX_WANT(struct mmx_inode, rdev, inode, i_rdev),
};

static const struct mmx_wanted file_wanted[] = {
	MMX_WANT(struct file, mode, file, f_mode),
	MMX_WANT(struct file, mnt, file, f_path_mnt),
	MMX_WANT(struct file, dentry, file, f_path_dentry),
};

static const struct mmx_wanted backing_file_wanted[] = {
	MMX_WANT(struct file, mnt, backing_file, user_path_mnt),
	MMX_WANT(struct file, dentry, backing_file, user_path_dentry),
};

static const struct mmx_decode dentry_table = MMX_DECODE("dentry", dentry_wanted),
			       mount_table = MMX_DECODE("mount", mount_wanted),
			       super_block_table = MMX_DECODE("super_block", super_block_wanted),
			       inode_table = MMX_DECODE("inode", inode_wanted),
			       file_table = MMX_DECODE("file", file_wanted),
			       backing_file_table = MMX_DECODE("backing_file", backing_file_wanted);

static int need_members(struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member lists[] = {M_dentry_d_alias, M_inode_i_dentry,
						       M_super_block_s_mounts, M_super_block_s_id,
						       M_file_system_type_name};
	const struct mmx_layout *l = &view->kernel->layout;

	if (mmx_decode_require(&dentry_table, l, err) || mmx_decode_require(&mount_table, l, err) ||
	    mmx_decode_require(&super_block_table, l, err) ||
	    mmx_decode_require(&inode_table, l, err))
		return -1;
	return mmx_layout_require(l, lists, sizeof(lists) / sizeof(*lists), err);
}

static int read_mount(struct mount *m, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	m->addr = addr;
	return mmx_decode_read(&mount_table, view, addr, m, err);
}

/* A path is built from its end; @at is where its text begins. */
struct builder {
	struct mmx_path *path;
	struct mmx_view *view;
	size_t at;
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

static int read_name(struct mmx_view *view, uint64_t addr, const struct dentry *d,
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

static int prepend_name(struct builder *b, uint64_t addr, const struct dentry *d,
			struct mmx_err *err)
{
	char name[MMX_PATH_MAX];

	if (read_name(b->view, addr, d, name, err) || prepend(b, name, d->name_len, err))
		return -1;
	return prepend(b, "/", 1, err);
}

/*
 * Up from @dentry to the root of @mount and on through the mounts above it. @below says whether it
 * is below that mount at all: false when the file system's root comes first.
 */
static int climb(struct builder *b, const struct mount *mount, uint64_t dentry, bool *below,
		 struct mmx_err *err)
{
	struct mount m = *mount;
	struct dentry d;

	*below = false;
	for (unsigned int step = 0; step < STEPS_MAX; step++) {
		if (dentry == m.root) {
			*below |= m.addr == mount->addr;
			if (m.parent == m.addr) {
				/* NULL when unmounted, an error code for the kernel's own mounts. */
				b->path->detached = !m.ns || m.ns >= -4095ULL;
				return 0;
			}
			dentry = m.mountpoint;
			if (read_mount(&m, b->view, m.parent, err))
				return -1;
			continue;
		}
		if (mmx_decode_read(&dentry_table, b->view, dentry, &d, err))
			return -1;
		if (d.parent == dentry) /* moved out of the tree that is mounted */
			return 0;
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

/** struct name_facts - what decides how a dentry's path is printed */
struct name_facts {
	struct dentry dentry;
	bool is_root, unhashed;
	uint64_t d_dname; /* 0: it has an ordinary path */
};

/* Some dentries have their names made up by a function, each kind in its own way. */
static int generated_name(struct mmx_path *path, struct mmx_view *view, uint64_t addr,
			  const struct name_facts *facts, struct mmx_err *err)
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
	uint64_t ino, at;
	size_t kind = 0;

	while (kind < sizeof(kinds) / sizeof(*kinds) &&
	       !(mmx_symbol_addr(symbols, kinds[kind].function, &at) && at == facts->d_dname))
		kind++;
	if (kind == sizeof(kinds) / sizeof(*kinds)) {
		mmx_symbol_format(symbols, facts->d_dname, middle, MMX_SYMBOL_NAME);
		return mmx_fail(err, MMX_EMISSING,
				"its name is made up by %s, which mmx does not know", middle);
	}
	if (kinds[kind].middle == OWN_NAME) {
		if (read_name(view, addr, &facts->dentry, middle, err))
			return -1;
		middle[facts->dentry.name_len] = 0;
	} else {
		if (mmx_kget(view, facts->dentry.inode, M_inode_i_ino, &ino, err))
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

static int read_facts(struct name_facts *f, struct mmx_view *view, uint64_t addr,
		      struct mmx_err *err)
{
	static const enum mmx_layout_member d_dname[] = {M_dentry_operations_d_dname};
	struct dentry *d = &f->dentry;

	f->d_dname = 0;
	if (mmx_decode_read(&dentry_table, view, addr, d, err) ||
	    (d->ops && mmx_layout_require(&view->kernel->layout, d_dname, 1, err)) ||
	    (d->ops && mmx_kget(view, d->ops, M_dentry_operations_d_dname, &f->d_dname, err)))
		return -1;
	f->is_root = d->parent == addr;
	f->unhashed = !d->hashed;
	return 0;
}

/* The path below one mount. A name that no function makes up. */
static int path_below(struct mmx_path *path, struct mmx_view *view, const struct mount *mount,
		      uint64_t dentry, const struct name_facts *facts, bool *below,
		      struct mmx_err *err)
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
	const struct mmx_layout *l = &view->kernel->layout;
	struct name_facts facts;
	struct mount mount;
	struct builder b;
	bool below;

	begin(&b, path, view);
	if (need_members(view, err) || read_facts(&facts, view, dentry, err) ||
	    read_mount(&mount, view, vfsmount - mmx_off(l, M_mount_mnt), err))
		return -1;
	if (facts.d_dname && !(facts.is_root && dentry == mount.root))
		return generated_name(path, view, dentry, &facts, err);
	return path_below(path, view, &mount, dentry, &facts, &below, err);
}

/* Bit of f_mode: the file is a struct backing_file. It moved with the release that added fop_flags. */
static unsigned int backing_bit(const struct mmx_layout *l)
{
	return mmx_has(l, M_file_operations_fop_flags) ? 24 : 25;
}

static int path_of_file(struct mmx_path *path, struct mmx_view *view, uint64_t file,
			struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct file f;

	if (mmx_decode_read(&file_table, view, file, &f, err))
		return -1;
	if (mmx_has(l, M_backing_file_user_path_mnt) && f.mode >> backing_bit(l) & 1 &&
	    mmx_decode_read(&backing_file_table, view, file, &f, err))
		return -1;
	return mmx_path_read(path, view, f.mnt, f.dentry, err);
}

int mmx_path_of_file(struct mmx_path *path, struct mmx_view *view, uint64_t file,
		     struct mmx_err *err)
{
	if (mmx_recall(view, MMX_RECALL_FILE, file, path, sizeof(*path)))
		return 0;
	if (path_of_file(path, view, file, err))
		return -1;
	mmx_remember(view, MMX_RECALL_FILE, file, path, sizeof(*path));
	return 0;
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
	struct mount m;
	bool below;
	int rank;

	c->ret = read_mount(&m, c->view, mount, c->err);
	if (!c->ret)
		c->ret =
			path_below(&c->candidate, c->view, &m, c->dentry, c->facts, &below, c->err);
	if (c->ret) {
		if (c->rank == OWN_NS) /* found before: what follows was only to be counted */
			c->ret = 0;
		return false;
	}
	rank = !below                  ? NO_MOUNT
	       : c->candidate.detached ? ANY_MOUNT
	       : m.ns != c->own_ns     ? SOME_NS
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
static uint32_t hard_links(const struct mmx_inode *inode)
{
	return (inode->mode & S_IFMT) == S_IFDIR ? 0 : inode->nlink;
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
	struct super_block sb;
	struct mmx_inode raw;
	uint32_t links;

	if (need_members(view, err) || find_names(&names, inode) ||
	    mmx_decode_read(&inode_table, view, inode, &raw, err) ||
	    mmx_decode_read(&super_block_table, view, raw.sb, &sb, err))
		return -1;
	c.dentry = names.dentry[0];
	path->one_of = 1;
	if (names.facts.d_dname && !(names.facts.is_root && c.dentry == sb.root))
		return generated_name(path, view, c.dentry, &names.facts, err);
	c.own_ns = first_namespace(view);
	if (each_mount(&c, raw.sb))
		return -1;
	if (c.rank == NO_MOUNT)
		return mmx_fail(err, MMX_ENOTFOUND, "its file system is mounted nowhere");
	links = hard_links(&raw);
	path->one_of = c.as_good + count_others(&names, &c, raw.sb);
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
	const struct mmx_layout *l = &view->kernel->layout;
	struct super_block sb;
	uint64_t name;

	*inode = (struct mmx_inode){.addr = addr};
	if (need_members(view, err) || mmx_decode_read(&inode_table, view, addr, inode, err) ||
	    mmx_decode_read(&super_block_table, view, inode->sb, &sb, err) ||
	    mmx_kget(view, sb.type, M_file_system_type_name, &name, err) ||
	    read_text(view, name, inode->fs, "the name of the file system's type", err))
		return -1;
	inode->dev = sb.dev;
	return read_text(view, inode->sb + mmx_off(l, M_super_block_s_id), inode->sb_id,
			 "the super block's name", err);
}
