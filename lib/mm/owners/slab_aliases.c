// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/rbtree.h"
#include "mm/owners/slab_aliases.h"

#define MAX_LINKS 65536u
#define TYPES     0xfu /* bits of kernfs_node.flags that say what it is */

static int find_folder(struct mmx_view *view, uint64_t *folder, struct mmx_err *err)
{
	static const enum mmx_layout_member needed[] = {
		M_kset_dir,           M_kernfs_node_rb,
		M_kernfs_node_flags,  M_kernfs_node_children,
		M_kernfs_node_target, M_kernfs_node_name};
	uint64_t kset;
	enum mmx_read read;

	if (mmx_layout_require(&view->kernel->layout, needed, sizeof(needed) / sizeof(*needed),
			       err))
		return -1;
	if (!mmx_has_enum(&view->kernel->layout, E_KERNFS_LINK))
		return mmx_fail(err, MMX_EMISSING, "no source of types has KERNFS_LINK");
	if (!mmx_symbols_find(&view->kernel->symbols, "slab_kset"))
		return mmx_fail(err, MMX_EMISSING,
				"there is no symbol slab_kset: the kernel has no /sys/kernel/slab");
	read = mmx_kread_variable(view, "slab_kset", 8, &kset);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "slab_kset is %s", mmx_read_name(read));
	if (!kset)
		return mmx_fail(err, MMX_ENOTFOUND, "/sys/kernel/slab was not there yet");
	return mmx_kget(view, kset, M_kset_dir, folder, err);
}

/* False without memory. */
static bool take(struct mmx_slab_aliases *aliases, struct mmx_view *view, uint64_t node)
{
	struct mmx_slab_alias alias = {0};
	uint64_t flags, name;
	enum mmx_read read;
	struct mmx_err err;

	if (mmx_kget(view, node, M_kernfs_node_flags, &flags, &err)) {
		mmx_cover_fail(&aliases->coverage, &err);
		return true;
	}
	if ((flags & TYPES) != (uint64_t)mmx_enum(&view->kernel->layout, E_KERNFS_LINK))
		return true;
	if (mmx_kget(view, node, M_kernfs_node_target, &alias.sysfs, &err) ||
	    mmx_kget(view, node, M_kernfs_node_name, &name, &err)) {
		mmx_cover_fail(&aliases->coverage, &err);
		return true;
	}
	read = mmx_kread_str(view, name, alias.name, sizeof(alias.name), NULL);
	if (!read)
		return mmx_array_add(aliases, alias);
	mmx_cover_failf(&aliases->coverage, mmx_read_code(read),
			"the name of the link at 0x%" PRIx64 " is %s", node, mmx_read_name(read));
	return true;
}

int mmx_slab_aliases_find(struct mmx_slab_aliases *aliases, struct mmx_view *view,
			  struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_err why;
	struct mmx_rb rb;
	uint64_t folder;

	if (find_folder(view, &folder, &why)) {
		mmx_cover_fail(&aliases->coverage, &why);
		return 0;
	}
	mmx_rb_begin(&rb, view, folder + mmx_off(l, M_kernfs_node_children), MAX_LINKS);
	while (mmx_rb_next(&rb)) {
		if (!take(aliases, view, rb.node - mmx_off(l, M_kernfs_node_rb)))
			return mmx_fail_nomem(err);
	}
	mmx_cover_inherit(&aliases->coverage, &rb.coverage);
	mmx_array_sort_by(aliases, sysfs);
	aliases->coverage.found = aliases->n;
	return 0;
}

void mmx_slab_aliases_free(struct mmx_slab_aliases *aliases)
{
	mmx_array_free(aliases);
}

size_t mmx_slab_aliases_text(const struct mmx_slab_aliases *aliases,
			     const struct mmx_slab_cache *cache, char *text, size_t size)
{
	size_t i = mmx_array_bound(aliases, e, e->sysfs < cache->sysfs), n = 0, used = 0;
	bool cut = false;

	*text = '\0';
	for (; cache->sysfs && i < aliases->n && aliases->v[i].sysfs == cache->sysfs; i++) {
		const char *name = aliases->v[i].name;

		if (!strcmp(name, cache->name))
			continue;
		n++;
		if (used + strlen(name) + sizeof(" ...") < size)
			used += snprintf(text + used, size - used, "%s%s", used ? " " : "", name);
		else
			cut = true;
	}
	if (cut)
		snprintf(text + used, size - used, " ...");
	return n;
}
