// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "mm/files/inode_path.h"
#include "mm/files/named.h"
#include "mm/files/supers.h"
#include "mm/mem.h"

#define ALIASES_MAX 64 /* names of one inode that are looked at */
#define S_IFMT      0170000
#define S_IFREG     0100000

struct inode {
	uint64_t names; /* the first one */
	uint32_t mode;
};

static const struct mmx_wanted inode_wanted[] = {
	MMX_WANT(struct inode, names, inode, i_dentry),
	MMX_WANT(struct inode, mode, inode, i_mode),
};

struct dentry {
	uint64_t name_len, name;
};

static const struct mmx_wanted dentry_wanted[] = {
	MMX_WANT(struct dentry, name_len, dentry, d_name_len),
	MMX_WANT(struct dentry, name, dentry, d_name_name),
};

static const struct mmx_decode inode_table = MMX_DECODE("inode", inode_wanted),
			       dentry_table = MMX_DECODE("dentry", dentry_wanted);

/*
 * What is looked for: some names have slashes in them, that of shared memory for one ("dev/zero"), and of a
 * path the last part is a name; of a path all of it must then be the same.
 */
struct wanted {
	struct mmx_view *view;
	const char *name, *last;
	size_t len, last_len;
	bool is_path;
};

static bool is(struct wanted *w, const struct dentry *d, const char *name, size_t len)
{
	char text[MMX_PATH_MAX];

	return d->name_len == len && len < sizeof(text) &&
	       !mmx_kread(w->view, d->name, text, len) && !memcmp(text, name, len);
}

static bool has_path(struct wanted *w, uint64_t inode)
{
	struct mmx_path path;
	struct mmx_err err;

	return !mmx_path_of_inode(&path, w->view, inode, &err) && path.text[0] == '/' &&
	       !strncmp(path.text + 1, w->name, w->len) &&
	       (!path.text[1 + w->len] || !strcmp(path.text + 1 + w->len, " (deleted)"));
}

static int has_name(struct wanted *w, uint64_t inode, bool *has, struct mmx_err *err)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	struct mmx_list list;
	struct dentry d;

	*has = false;
	mmx_hlist_begin(&list, w->view, inode + mmx_off(l, M_inode_i_dentry), ALIASES_MAX);
	while (!*has && mmx_list_next(&list)) {
		if (mmx_decode_read(&dentry_table, w->view,
				    list.node - mmx_off(l, M_dentry_d_alias), &d, err))
			return -1;
		*has = (is(w, &d, w->name, w->len) || is(w, &d, w->last, w->last_len)) &&
		       (!w->is_path || has_path(w, inode));
	}
	return 0;
}

static void search(struct wanted *w, uint64_t sb, struct mmx_named *named)
{
	struct mmx_inodes inodes;
	struct inode i;
	struct mmx_err err;
	bool has;

	mmx_inodes_begin(&inodes, w->view, sb);
	while (mmx_inodes_next(&inodes)) {
		if (mmx_decode_read(&inode_table, w->view, inodes.inode, &i, &err)) {
			mmx_cover_fail(&named->coverage, &err);
			continue;
		}
		if (!i.names || (i.mode & S_IFMT) != S_IFREG)
			continue;
		if (has_name(w, inodes.inode, &has, &err))
			mmx_cover_fail(&named->coverage, &err);
		else if (has && named->coverage.found++ < MMX_NAMED_KEPT)
			named->inode[named->coverage.found - 1] = inodes.inode;
	}
	mmx_cover_inherit(&named->coverage, &inodes.coverage);
}

void mmx_files_named(struct mmx_named *named, struct mmx_view *view, const char *name)
{
	static const enum mmx_layout_member need[] = {M_inode_i_dentry, M_dentry_d_alias};
	static const char deleted[] = " (deleted)";
	struct wanted w = {.view = view, .name = name + (*name == '/'), .is_path = *name == '/'};
	struct mmx_supers supers;
	struct mmx_err err;

	*named = (struct mmx_named){0};
	w.len = strlen(w.name);
	if (w.len > strlen(deleted) && !strcmp(w.name + w.len - strlen(deleted), deleted))
		w.len -= strlen(deleted);
	w.last = memrchr(w.name, '/', w.len);
	w.last = w.last ? w.last + 1 : w.name;
	w.last_len = w.len - (w.last - w.name);
	if (mmx_layout_require(&view->kernel->layout, need, 2, &err)) {
		mmx_cover_fail(&named->coverage, &err);
		return;
	}
	mmx_supers_begin(&supers, view);
	while (mmx_supers_next(&supers))
		search(&w, supers.sb, named);
	mmx_cover_inherit(&named->coverage, &supers.coverage);
}
