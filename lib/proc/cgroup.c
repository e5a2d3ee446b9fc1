// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/cgroup: in which group of each hierarchy of cgroups a task is, as PID 1's namespace has it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/owners/memcg.h"
#include "proc/task.h"

#define PF_EXITING 0x4
#define ROOTS_MAX  64 /* hierarchies: the first, one a controller, and named ones */
#define LINKS_MAX  4096
#define SUBSYS_MAX 32
#define NAME_MAX_  64

/**
 * struct state - what it rests on
 * @cset: the task's groups; @first: the hierarchy that is always there; @ns: the groups that PID 1 takes for roots, 0
 *	where these are the real ones
 */
struct state {
	struct mmx_proc_mm mm;
	uint64_t cset, init_cset, first, roots, ns;
	bool exiting;
};

struct root {
	uint64_t addr, cgroup;
	int32_t id;
	uint32_t controllers;
	char name[NAME_MAX_];
};

static const struct mmx_wanted root_wanted[] = {
	MMX_WANT(struct root, id, cgroup_root, hierarchy_id),
	MMX_WANT(struct root, controllers, cgroup_root, subsys_mask),
	MMX_WANT_TEXT(struct root, name, cgroup_root, name),
};

static const struct mmx_decode root_table = MMX_DECODE("cgroup_root", root_wanted);

/* The groups that PID 1's namespace begins at. */
static int find_namespace(struct mmx_proc *p, struct state *s, struct mmx_err *err)
{
	const struct mmx_task *init = mmx_task_find(mmx_know_tasks(p->view), 1);
	uint64_t nsproxy, ns;

	if (!init)
		return mmx_fail(err, MMX_ENOTFOUND, "there is no PID 1");
	if (mmx_kget(p->view, init->addr, M_task_struct_nsproxy, &nsproxy, err))
		return -1;
	/* One that has exited has none, as in a panic that its end is. */
	if (!nsproxy)
		return 0;
	if (mmx_kget(p->view, nsproxy, M_nsproxy_cgroup_ns, &ns, err) ||
	    mmx_kget(p->view, ns, M_cgroup_namespace_root_cset, &s->ns, err))
		return -1;
	if (s->ns == s->init_cset)
		s->ns = 0;
	return 0;
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_task_struct_cgroups,        M_task_struct_nsproxy,      M_nsproxy_cgroup_ns,
		M_cgroup_namespace_root_cset, M_css_set_dfl_cgrp,         M_css_set_cgrp_links,
		M_cgrp_cset_link_cgrp,        M_cgrp_cset_link_cgrp_link, M_cgroup_root,
		M_cgroup_root_root_list,      M_cgroup_root_cgrp};
	const struct mmx_symbols *symbols = &p->view->kernel->symbols;
	struct state *s = p->state;
	uint64_t flags;

	if (mmx_proc_mm_find(p, &s->mm, err))
		return -1;
	if (!mmx_symbol_addr(symbols, "init_css_set", &s->init_cset) ||
	    !mmx_symbol_addr(symbols, "cgrp_dfl_root", &s->first) ||
	    !mmx_symbol_addr(symbols, "cgroup_roots", &s->roots))
		return mmx_fail(err, MMX_EMISSING,
				"symbols init_css_set, cgrp_dfl_root and cgroup_roots are needed: "
				"there may be no cgroups");
	if (mmx_layout_require(&p->view->kernel->layout, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_decode_require(&root_table, &p->view->kernel->layout, err) ||
	    mmx_kget(p->view, s->mm.task->addr, M_task_struct_cgroups, &s->cset, err) ||
	    mmx_kget(p->view, s->mm.task->addr, M_task_struct_flags, &flags, err))
		return -1;
	s->exiting = flags & PF_EXITING;
	return find_namespace(p, s, err);
}

/* The group of a hierarchy among a set of groups; 0 in @cgroup: the hierarchy was unmounted. */
static int group_of(const struct mmx_proc *p, const struct root *root, uint64_t cset,
		    uint64_t *cgroup, struct mmx_err *err)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	const struct state *s = p->state;
	struct mmx_list list;

	*cgroup = root->cgroup;
	if (cset == s->init_cset)
		return 0;
	if (root->addr == s->first)
		return mmx_kget(p->view, cset, M_css_set_dfl_cgrp, cgroup, err);
	*cgroup = 0;
	mmx_list_begin(&list, p->view, cset + mmx_off(l, M_css_set_cgrp_links), LINKS_MAX);
	while (mmx_list_next(&list)) {
		uint64_t link = list.node - mmx_off(l, M_cgrp_cset_link_cgrp_link), group, of;

		if (mmx_kget(p->view, link, M_cgrp_cset_link_cgrp, &group, err) ||
		    mmx_kget(p->view, group, M_cgroup_root, &of, err))
			return -1;
		if (of == root->addr)
			*cgroup = group;
	}
	if (mmx_cover_whole(&list.coverage))
		return 0;
	*err = list.coverage.first;
	return -1;
}

/* A path as somebody has it whose root is @from: ways up for what lies outside of it. */
static void put_relative(struct mmx_proc *p, const char *from, const char *to)
{
	size_t same = 0, at = 0;
	bool up = false;

	/* How much of both is the same, whole names only. */
	for (;; at++) {
		bool from_ends = !from[at] || from[at] == '/', to_ends = !to[at] || to[at] == '/';

		if (from_ends && to_ends)
			same = at;
		if (!from[at] || from[at] != to[at])
			break;
	}
	for (at = same; from[at]; at++) {
		if (from[at] == '/' && from[at + 1]) {
			mmx_proc_put(p, "/..");
			up = true;
		}
	}
	if (!to[same] && !up)
		mmx_proc_put(p, "/");
	mmx_proc_put_escaped(p, to + same, "");
}

static int put_path(struct mmx_proc *p, const struct root *root, struct mmx_err *err)
{
	const struct state *s = p->state;
	char path[MMX_PATH_MAX], above[MMX_PATH_MAX];
	bool first = root->addr == s->first, dead = false;
	uint64_t group, from;

	if (group_of(p, root, s->cset, &group, err))
		return -1;
	if (!first && s->exiting) {
		mmx_proc_put(p, "/\n");
		return 0;
	}
	if (mmx_cgroup_path(path, p->view, group, &dead, err))
		return -1;
	if (!s->ns) {
		mmx_proc_put_escaped(p, path, "");
	} else {
		if (group_of(p, root, s->ns, &from, err) ||
		    mmx_cgroup_path(above, p->view, from, NULL, err))
			return -1;
		put_relative(p, strcmp(above, "/") ? above : "", strcmp(path, "/") ? path : "");
	}
	mmx_proc_put(p, "%s\n", first && dead ? " (deleted)" : "");
	return 0;
}

static int put_controllers(struct mmx_proc *p, const struct root *root, struct mmx_err *err)
{
	const char *before = "";
	uint64_t subsys, name;
	char text[NAME_MAX_];

	for (unsigned int i = 0; i < SUBSYS_MAX && root->controllers >> i; i++) {
		enum mmx_read read;

		if (!(root->controllers >> i & 1))
			continue;
		if (!mmx_symbol_addr(&p->view->kernel->symbols, "cgroup_subsys", &subsys))
			return mmx_fail(err, MMX_EMISSING, "symbol cgroup_subsys is needed");
		read = mmx_kread_u64(p->view, subsys + 8 * i, &subsys);
		if (!read)
			read = mmx_kread_member(p->view, subsys, M_cgroup_subsys_legacy_name,
						&name);
		if (!read)
			read = mmx_kread_str(p->view, name, text, sizeof(text), NULL);
		if (read)
			return mmx_fail(err, mmx_read_code(read),
					"the name of a controller of cgroups is %s",
					mmx_read_name(read));
		mmx_proc_put(p, "%s%s", before, text);
		before = ",";
	}
	if (*root->name)
		mmx_proc_put(p, "%sname=%s", before, root->name);
	return 0;
}

/* A line; what of it is not known ends it. */
static void put_root(struct mmx_proc *p, const struct root *root)
{
	const struct state *s = p->state;
	uint64_t group;
	struct mmx_err err;

	/* Since 6.8 a hierarchy that was unmounted and is still there is passed over. */
	if (!group_of(p, root, s->cset, &group, &err) && !group)
		return;
	mmx_proc_put(p, "%d:", root->id);
	if (root->addr != s->first && put_controllers(p, root, &err)) {
		mmx_proc_unknown(p, &err);
		mmx_proc_text(p, NULL);
	} else if (root->addr == s->first && *root->name) {
		mmx_proc_put(p, "name=%s", root->name);
	}
	mmx_proc_put(p, ":");
	if (put_path(p, root, &err)) {
		mmx_proc_unknown(p, &err);
		mmx_proc_text(p, NULL);
		mmx_proc_put(p, "\n");
	}
}

static bool is_visible(struct mmx_proc *p)
{
	struct mmx_proc_value v = mmx_proc_variable(p, "cgrp_dfl_visible", 1);

	return v.unknown || v.n;
}

static int write_cgroup(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	const struct state *s = p->state;
	struct mmx_list list;

	(void)err;
	mmx_list_begin(&list, p->view, s->roots, ROOTS_MAX);
	while (mmx_list_next(&list)) {
		struct root root = {.addr = list.node - mmx_off(l, M_cgroup_root_root_list)};
		struct mmx_err why;

		if (root.addr == s->first && !is_visible(p))
			continue;
		root.cgroup = root.addr + mmx_off(l, M_cgroup_root_cgrp);
		if (mmx_decode_read(&root_table, p->view, root.addr, &root, &why))
			mmx_cover_fail(&p->coverage, &why);
		else
			put_root(p, &root);
	}
	mmx_cover_inherit(&p->coverage, &list.coverage);
	return 0;
}

const struct mmx_proc_entry mmx_proc_cgroup = {
	.name = "PID/cgroup",
	.of_process = true,
	.state_size = sizeof(struct state),
	.find = find,
	.write = write_cgroup,
	.end = mmx_proc_text_end,
};
