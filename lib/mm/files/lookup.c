// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/files/cached.h"
#include "mm/files/lookup.h"
#include "mm/files/overlay.h"
#include "mm/files/path.h"
#include "mm/mem.h"

#define CHILDREN_MAX (1u << 28) /* names in a directory, of files that there are not as well */
#define MOUNTS_MAX   (1u << 20)
#define NAME_LEN_MAX 255
#define LINKS_MAX    40 /* the kernel's own limit of symbolic links on the way */
#define STEPS_MAX \
	8192 /* names in a path with all that links put in; the kernel has no longer ones */

#define S_IFMT      0170000
#define S_IFDIR     0040000
#define S_IFLNK     0120000
#define S_ENCRYPTED (1u << 14) /* of i_flags, since 4.20 */

struct fs_struct {
	uint64_t mnt, dentry;
};

static const struct mmx_wanted fs_struct_wanted[] = {
	MMX_WANT(struct fs_struct, mnt, fs_struct, root_mnt),
	MMX_WANT(struct fs_struct, dentry, fs_struct, root_dentry),
};

/* A name in a directory. */
struct child {
	uint64_t parent, name_len, name, hashed, inode;
};

static const struct mmx_wanted child_wanted[] = {
	MMX_WANT(struct child, parent, dentry, d_parent),
	MMX_WANT(struct child, name_len, dentry, d_name_len),
	MMX_WANT(struct child, name, dentry, d_name_name),
	MMX_WANT(struct child, hashed, dentry, d_hash_pprev),
	MMX_WANT(struct child, inode, dentry, d_inode),
};

struct inode {
	uint64_t link, size;
	uint32_t mode, flags;
};

static const struct mmx_wanted inode_wanted[] = {
	MMX_WANT(struct inode, link, inode, i_link),
	MMX_WANT(struct inode, size, inode, i_size),
	MMX_WANT(struct inode, mode, inode, i_mode),
	MMX_WANT(struct inode, flags, inode, i_flags),
};

static const struct mmx_decode fs_struct_table = MMX_DECODE("fs_struct", fs_struct_wanted),
			       child_table = MMX_DECODE("dentry", child_wanted),
			       inode_table = MMX_DECODE("inode", inode_wanted);

/*
 * A search: where it is, and what of the path is still to come. A link puts its target before that.
 */
struct search {
	struct mmx_view *view;
	struct mmx_place root, at;
	uint64_t inode; /* there */
	unsigned int links, steps;
	char rest[2 * MMX_PATH_MAX];
	struct mmx_err *err;
};

int mmx_place_root(struct mmx_place *root, struct mmx_view *view, uint64_t task,
		   struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mount_mnt};
	const struct mmx_layout *l = &view->kernel->layout;
	struct fs_struct fs;
	uint64_t addr;

	if (mmx_layout_require(l, need, 1, err) ||
	    mmx_kget(view, task, M_task_struct_fs, &addr, err))
		return -1;
	if (!addr)
		return mmx_fail(err, MMX_ENOTFOUND,
				"the task at 0x%" PRIx64 " has no root directory any more", task);
	if (mmx_decode_read(&fs_struct_table, view, addr, &fs, err))
		return -1;
	*root = (struct mmx_place){fs.mnt - mmx_off(l, M_mount_mnt), fs.dentry};
	return 0;
}

/*
 * Mounts.
 */

/* The mount on a directory, below the mount that it is seen in; *@on is 0 when there is none. */
static int mounted_on(struct search *s, uint64_t *on)
{
	const struct mmx_layout *l = &s->view->kernel->layout;
	struct mmx_list list;
	struct mmx_mount m;

	*on = 0;
	mmx_list_begin(&list, s->view, s->at.mount + mmx_off(l, M_mount_mnt_mounts), MOUNTS_MAX);
	while (mmx_list_next(&list)) {
		uint64_t addr = list.node - mmx_off(l, M_mount_mnt_child);

		if (mmx_mount_read(&m, s->view, addr, s->err))
			return -1;
		if (m.parent == s->at.mount && m.mountpoint == s->at.dentry) {
			*on = addr;
			return 0;
		}
	}
	if (mmx_cover_whole(&list.coverage))
		return 0;
	*s->err = list.coverage.first;
	return mmx_fail_prefix(s->err, "the mounts below mount 0x%" PRIx64, s->at.mount);
}

/* Onto what is mounted here, and on that, and so on. */
static int down(struct search *s)
{
	struct mmx_mount m;
	uint64_t on;

	for (unsigned int step = 0; step < STEPS_MAX; step++) {
		if (mounted_on(s, &on))
			return -1;
		if (!on)
			return 0;
		if (mmx_mount_read(&m, s->view, on, s->err))
			return -1;
		s->at = (struct mmx_place){on, m.root};
	}
	return mmx_fail(s->err, MMX_ECORRUPT, "mounts on mount 0x%" PRIx64 " do not end",
			s->at.mount);
}

/* From the root of a mount to the directory that it is mounted on; no farther than the process's root. */
static int up_mounts(struct search *s)
{
	struct mmx_mount m;

	for (unsigned int step = 0; step < STEPS_MAX; step++) {
		if (s->at.mount == s->root.mount && s->at.dentry == s->root.dentry)
			return 0;
		if (mmx_mount_read(&m, s->view, s->at.mount, s->err))
			return -1;
		if (s->at.dentry != m.root || m.parent == m.addr)
			return 0;
		s->at = (struct mmx_place){m.parent, m.mountpoint};
	}
	return mmx_fail(s->err, MMX_ECORRUPT, "mounts above mount 0x%" PRIx64 " do not end",
			s->at.mount);
}

static int parent(struct search *s)
{
	struct child d;

	if (up_mounts(s))
		return -1;
	if (s->at.mount == s->root.mount && s->at.dentry == s->root.dentry)
		return 0;
	if (mmx_decode_read(&child_table, s->view, s->at.dentry, &d, s->err))
		return -1;
	s->at.dentry = d.parent;
	return down(s);
}

/*
 * Names.
 */

static void begin_children(struct search *s, struct mmx_list *list)
{
	const struct mmx_layout *l = &s->view->kernel->layout;

	if (mmx_has(l, M_dentry_d_subdirs))
		mmx_list_begin(list, s->view, s->at.dentry + mmx_off(l, M_dentry_d_subdirs),
			       CHILDREN_MAX);
	else
		mmx_hlist_begin(list, s->view, s->at.dentry + mmx_off(l, M_dentry_d_children),
				CHILDREN_MAX);
}

static uint64_t child_offset(const struct mmx_layout *l)
{
	return mmx_off(l, mmx_has(l, M_dentry_d_subdirs) ? M_dentry_d_child : M_dentry_d_sib);
}

/* Whether a dentry has that name and counts: what was deleted, or is being looked up, is in no hash. */
static int is_named(struct search *s, const struct child *d, const char *name, size_t len, bool *is)
{
	char text[NAME_LEN_MAX + 1];

	*is = false;
	if (!d->hashed || d->parent != s->at.dentry || d->name_len != len)
		return 0;
	if (mmx_kread_ok(s->view, d->name, text, len, "the name of a dentry", s->err))
		return -1;
	*is = !memcmp(text, name, len);
	return 0;
}

/* Names of files that there are not are kept in the cache as well: those have no inode. */
static bool dcache_is_all(struct search *s)
{
	uint64_t op, lookup, simple;

	return mmx_symbol_addr(&s->view->kernel->symbols, "simple_lookup", &simple) &&
	       !mmx_kread_member(s->view, s->inode, M_inode_i_op, &op) &&
	       !mmx_kread_member(s->view, op, M_inode_operations_lookup, &lookup) &&
	       lookup == simple;
}

/* @lost: why a name may have been passed over */
static int not_there(struct search *s, const char *name, const struct mmx_err *lost)
{
	char quoted[NAME_LEN_MAX + 3];

	snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	if (lost->code)
		return mmx_fail(
			s->err, lost->code,
			"%s was not found, but not all names in its directory are known: %.200s",
			quoted, lost->text);
	if (dcache_is_all(s))
		return mmx_fail(s->err, MMX_ENOTFOUND,
				"there is no %s: its file system has all names in memory", quoted);
	return mmx_fail(
		s->err, MMX_ENOTFOUND,
		"%s is not in the dentry cache: whether the file system has it is not known",
		quoted);
}

/* Into the file of that name in the directory where the search is. */
static int child(struct search *s, const char *name, size_t len)
{
	const struct mmx_layout *l = &s->view->kernel->layout;
	struct mmx_err lost = {0};
	struct mmx_list list;
	struct child d;
	bool is;

	begin_children(s, &list);
	while (mmx_list_next(&list)) {
		uint64_t addr = list.node - child_offset(l);

		if (mmx_decode_read(&child_table, s->view, addr, &d, s->err) ||
		    is_named(s, &d, name, len, &is)) {
			lost = *s->err;
			continue;
		}
		if (!is)
			continue;
		if (!d.inode)
			return mmx_fail(
				s->err, MMX_ENOTFOUND,
				"there is no \"%s\": the dentry cache knows that, by a name without an inode",
				name);
		s->at.dentry = addr;
		return down(s);
	}
	if (!lost.code && !mmx_cover_whole(&list.coverage))
		lost = list.coverage.first;
	return not_there(s, name, &lost);
}

/*
 * Symbolic links.
 */

/* A target that does not stand in the inode is the contents of the link's first page, if that is cached. */
static int read_target_page(struct search *s, uint64_t inode, uint64_t size, char *target)
{
	const struct mmx_kernel *k = s->view->kernel;
	struct mmx_cached cached;
	struct mmx_mapping m;
	uint64_t mapping;
	enum mmx_read read;

	if (mmx_kget(s->view, inode, M_inode_i_mapping, &mapping, s->err) ||
	    mmx_mapping_read(&m, s->view, mapping, s->err))
		return -1;
	mmx_cached_begin(&cached, s->view, &m, 0, 0);
	if (!size || size >= MMX_PATH_MAX || !mmx_cached_next(&cached) ||
	    cached.kind != MMX_CACHED_FOLIO)
		return mmx_fail(s->err, MMX_ENOTFOUND, "where it leads is not in memory");
	read = mmx_phys_read(s->view->reader, cached.head << k->arch->page_shift, target, size);
	target[size] = 0;
	return read ? mmx_fail(s->err, mmx_read_code(read), "where it leads is %s",
			       mmx_read_name(read))
		    : 0;
}

static int read_target(struct search *s, uint64_t inode, const struct inode *i,
		       char target[MMX_PATH_MAX])
{
	enum mmx_read read;
	bool cut = false;

	if (!i->link && i->flags & S_ENCRYPTED)
		return mmx_fail(s->err, MMX_ENOTFOUND, "where it leads is encrypted");
	if (!i->link)
		return read_target_page(s, inode, i->size, target);
	read = mmx_kread_str(s->view, i->link, target, MMX_PATH_MAX, &cut);
	if (read)
		return mmx_fail(s->err, mmx_read_code(read), "where it leads is %s",
				mmx_read_name(read));
	return cut ? mmx_fail(s->err, MMX_ECORRUPT, "where it leads is no path: it does not end")
		   : 0;
}

/* On along the link at @inode, which stands in the directory @dir. */
static int follow(struct search *s, const struct mmx_place *dir, uint64_t inode,
		  const struct inode *i, const char *name)
{
	char target[MMX_PATH_MAX], rest[sizeof(s->rest)];

	if (++s->links > LINKS_MAX)
		return mmx_fail(s->err, MMX_ENOTFOUND,
				"more than %d symbolic links are on the way, as of a loop",
				LINKS_MAX);
	if (read_target(s, inode, i, target))
		return mmx_fail_prefix(s->err, "\"%s\" is a symbolic link", name);
	memcpy(rest, s->rest, sizeof(rest));
	if (snprintf(s->rest, sizeof(s->rest), "%s/%s", target, rest) >= (int)sizeof(s->rest))
		return mmx_fail(s->err, MMX_ENOTFOUND,
				"symbolic links make the path longer than any");
	s->at = *target == '/' ? s->root : *dir;
	return 0;
}

/* The inode where the search is, and what is needed of it; that of overlayfs's links is the real one. */
static int look(struct search *s, struct inode *i)
{
	uint64_t real;

	if (mmx_kget(s->view, s->at.dentry, M_dentry_d_inode, &s->inode, s->err))
		return -1;
	if (!s->inode)
		return mmx_fail(s->err, MMX_ECORRUPT, "the dentry at 0x%" PRIx64 " has no inode",
				s->at.dentry);
	if (mmx_decode_read(&inode_table, s->view, s->inode, i, s->err))
		return -1;
	if ((i->mode & S_IFMT) != S_IFLNK || i->link)
		return 0;
	if (mmx_overlay_real(s->view, s->inode, &real, s->err) || real == s->inode)
		return 0;
	s->inode = real;
	return mmx_decode_read(&inode_table, s->view, real, i, s->err);
}

/* Takes the next name off the path; its length, 0 at the end. */
static size_t next_name(struct search *s, char name[NAME_LEN_MAX + 1])
{
	const char *at = s->rest + strspn(s->rest, "/");
	size_t len = strcspn(at, "/");

	if (len <= NAME_LEN_MAX)
		snprintf(name, NAME_LEN_MAX + 1, "%.*s", (int)len, at);
	memmove(s->rest, at + len, strlen(at + len) + 1);
	return len;
}

static int step(struct search *s, const char *name, size_t len)
{
	struct mmx_place dir = s->at;
	struct inode i;

	if (!strcmp(name, "."))
		return 0;
	if (!strcmp(name, ".."))
		return parent(s);
	if (child(s, name, len) || look(s, &i))
		return -1;
	return (i.mode & S_IFMT) == S_IFLNK ? follow(s, &dir, s->inode, &i, name) : 0;
}

static int search(struct search *s)
{
	char name[NAME_LEN_MAX + 1];
	struct inode i;
	size_t len;

	while ((len = next_name(s, name))) {
		if (len > NAME_LEN_MAX)
			return mmx_fail(s->err, MMX_ENOTFOUND, "no name is longer than %d letters",
					NAME_LEN_MAX);
		if (++s->steps > STEPS_MAX)
			return mmx_fail(s->err, MMX_ENOTFOUND, "the path does not end");
		if (look(s, &i))
			return -1;
		if ((i.mode & S_IFMT) != S_IFDIR)
			return mmx_fail(s->err, MMX_ENOTFOUND,
					"what \"%s\" is to be looked for in is no directory", name);
		if (step(s, name, len))
			return -1;
	}
	return look(s, &i);
}

int mmx_place_find(struct mmx_place *place, uint64_t *inode, struct mmx_view *view,
		   const struct mmx_place *root, const char *path, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mount_mnt_mounts, M_mount_mnt_child,
						      M_dentry_d_inode};
	static const enum mmx_layout_member list[] = {M_dentry_d_subdirs, M_dentry_d_child},
					    hlist[] = {M_dentry_d_children, M_dentry_d_sib};
	const struct mmx_layout *l = &view->kernel->layout;
	struct search s = {.view = view, .root = *root, .at = *root, .err = err};

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_layout_require(l, mmx_has(l, M_dentry_d_subdirs) ? list : hlist, 2, err))
		return -1;
	if (strlen(path) >= MMX_PATH_MAX)
		return mmx_fail(err, MMX_EUSAGE, "no path has more than %d letters",
				MMX_PATH_MAX - 1);
	snprintf(s.rest, sizeof(s.rest), "%s", path);
	if (search(&s))
		return -1;
	*place = s.at;
	*inode = s.inode;
	return 0;
}
