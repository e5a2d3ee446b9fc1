// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/files/inode_path.h"
#include "mm/mem.h"

#define ALIASES_MAX 65536 /* names of one inode: ext4's limit of hard links */
#define MOUNTS_MAX  65536 /* mounts of one file system */
#define COUNTED_MAX \
	64 /* names of an inode, and mounts of each, that are looked at to count paths */

#define S_IFMT  0170000
#define S_IFDIR 0040000

struct inode {
	uint64_t sb;
	uint32_t mode, nlink;
};

static const struct mmx_wanted inode_wanted[] = {
	MMX_WANT(struct inode, sb, inode, i_sb),
	MMX_WANT(struct inode, mode, inode, i_mode),
	MMX_WANT(struct inode, nlink, inode, i_nlink),
};

static const struct mmx_decode inode_table = MMX_DECODE("inode", inode_wanted);

/* Names of an inode: the one to go by, the first or the first that is not deleted, comes first. */
struct names {
	struct mmx_view *view;
	uint64_t dentry[COUNTED_MAX];
	struct mmx_dentry name; /* that one */
	unsigned int n;
	bool live;
	struct mmx_err *err;
};

static int take_name(struct names *names, uint64_t node)
{
	uint64_t dentry = node - mmx_off(&names->view->kernel->layout, M_dentry_d_alias);
	struct mmx_dentry name;

	if (mmx_dentry_read(&name, names->view, dentry, names->err))
		return -1;
	if (!names->n || (!name.unhashed && !names->live)) {
		names->name = name;
		names->n = 0;
	}
	if (!names->n || !name.unhashed)
		names->dentry[names->n++] = dentry;
	names->live |= !name.unhashed;
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
	const struct mmx_dentry *name;
	struct mmx_path candidate;
	enum { NO_MOUNT, ANY_MOUNT, SOME_NS, OWN_NS } rank;
	struct mmx_err *err;
	int ret;
};

static bool try_mount(struct choice *c, uint64_t mount)
{
	struct mmx_mount m;
	bool below;
	int rank;

	c->ret = mmx_mount_read(&m, c->view, mount, c->err);
	if (!c->ret)
		c->ret = mmx_path_below(&c->candidate, c->view, &m, c->dentry, c->name, &below,
					c->err);
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
		const struct mmx_dentry unnamed = {0};
		struct mmx_path path;
		struct mmx_err err;
		struct choice c = {.view = chosen->view,
				   .dentry = names->dentry[i],
				   .own_ns = chosen->own_ns,
				   .name = &unnamed,
				   .path = &path,
				   .err = &err};

		if (!each_mount(&c, sb) && c.rank == chosen->rank)
			n += c.as_good;
	}
	return n;
}

/* Hard links that are not in memory have no dentry; a directory's links are its subdirectories. */
static uint32_t hard_links(const struct inode *inode)
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
	static const enum mmx_layout_member lists[] = {M_dentry_d_alias, M_inode_i_dentry,
						       M_super_block_s_mounts};
	struct names names = {.view = view, .err = err};
	struct choice c = {.view = view, .path = path, .name = &names.name, .err = err};
	struct inode raw;
	uint64_t root;
	uint32_t links;

	if (mmx_layout_require(&view->kernel->layout, lists, sizeof(lists) / sizeof(*lists), err) ||
	    find_names(&names, inode) || mmx_decode_read(&inode_table, view, inode, &raw, err) ||
	    mmx_kget(view, raw.sb, M_super_block_s_root, &root, err))
		return -1;
	c.dentry = names.dentry[0];
	path->one_of = 1;
	if (names.name.d_dname && !(names.name.is_root && c.dentry == root))
		return mmx_path_generated(path, view, c.dentry, &names.name, err);
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
