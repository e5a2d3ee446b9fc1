// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/owners/memcg.h"

/* Low bits of memcg_data: these two since 5.10, a third one from time to time. */
#define DATA_OBJECTS 1ULL
#define DATA_KERNEL  2ULL
#define DATA_BITS    7ULL

#define CSS_ONLINE (1u << 1)
#define DEPTH_MAX  4096

static int need_members(struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_mem_cgroup_css,
		M_obj_cgroup_memcg,
		M_cgroup_subsys_state_cgroup,
		M_cgroup_subsys_state_flags,
		M_cgroup_subsys_state_parent,
		M_cgroup_kn,
		M_cgroup_self,
		M_kernfs_node_parent,
		M_kernfs_node_name,
		M_kernfs_node_id,
	};

	return mmx_layout_require(&view->kernel->layout, need, sizeof(need) / sizeof(*need), err);
}

/* Up to 7.0 only the kernel's own memory is charged through an obj_cgroup, since 7.1 all of it is. */
int mmx_charge_read(struct mmx_charge *charge, struct mmx_view *view, uint64_t data,
		    struct mmx_err *err)
{
	*charge = (struct mmx_charge){.kind = MMX_CHARGE_NONE};
	if (need_members(view, err))
		return -1;
	if (data & DATA_OBJECTS) {
		charge->kind = MMX_CHARGE_OBJECTS;
		return 0;
	}
	if (!(data & ~DATA_BITS))
		return 0;
	charge->kind = data & DATA_KERNEL ? MMX_CHARGE_KERNEL : MMX_CHARGE_USER;
	if (charge->kind == MMX_CHARGE_USER &&
	    !mmx_has(&view->kernel->layout, M_obj_cgroup_is_root)) {
		charge->memcg = data & ~DATA_BITS;
		return 0;
	}
	charge->objcg = data & ~DATA_BITS;
	return mmx_kget(view, charge->objcg, M_obj_cgroup_memcg, &charge->memcg, err);
}

/* The path of a kernfs node, built from its end. */
static int kernfs_path(struct mmx_view *view, uint64_t node, char path[MMX_PATH_MAX], bool dead,
		       struct mmx_err *err)
{
	static const char deleted[] = " (deleted)";
	size_t at = MMX_PATH_MAX - 1, len = dead ? sizeof(deleted) - 1 : 0;
	uint64_t parent, name_at;
	char name[256];

	path[at] = 0;
	at -= len;
	memcpy(path + at, deleted, len);
	for (unsigned int depth = 0; depth < DEPTH_MAX; depth++) {
		bool cut;
		enum mmx_read read;

		if (mmx_kget(view, node, M_kernfs_node_parent, &parent, err))
			return -1;
		if (!parent) {
			if (!depth)
				path[--at] = '/';
			memmove(path, path + at, MMX_PATH_MAX - at);
			return 0;
		}
		if (mmx_kget(view, node, M_kernfs_node_name, &name_at, err))
			return -1;
		read = mmx_kread_str(view, name_at, name, sizeof(name), &cut);
		if (read || cut)
			return mmx_fail(err, read ? mmx_read_code(read) : MMX_ECORRUPT,
					"the name of the kernfs node at 0x%" PRIx64 " is %s", node,
					read ? mmx_read_name(read) : "longer than names are");
		len = strlen(name);
		if (len + 1 > at)
			break;
		at -= len;
		memcpy(path + at, name, len);
		path[--at] = '/';
		node = parent;
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"the way from kernfs node 0x%" PRIx64 " to its root does not end", node);
}

static int read_online(struct mmx_view *view, uint64_t css, bool *online, struct mmx_err *err)
{
	uint64_t flags;

	if (mmx_kget(view, css, M_cgroup_subsys_state_flags, &flags, err))
		return -1;
	*online = flags & CSS_ONLINE;
	return 0;
}

int mmx_memcg_read(struct mmx_memcg *m, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t css = addr + mmx_off(l, M_mem_cgroup_css), cgroup, node;
	bool alive;

	*m = (struct mmx_memcg){.addr = addr};
	if (need_members(view, err) || read_online(view, css, &m->online, err) ||
	    mmx_kget(view, css, M_cgroup_subsys_state_cgroup, &cgroup, err) ||
	    mmx_kget(view, cgroup, M_cgroup_kn, &node, err) ||
	    mmx_kget(view, node, M_kernfs_node_id, &m->ino, err) ||
	    read_online(view, cgroup + mmx_off(l, M_cgroup_self), &alive, err))
		return -1;
	return kernfs_path(view, node, m->path, !alive, err);
}

int mmx_memcg_ino(struct mmx_view *view, uint64_t memcg, uint64_t *ino, struct mmx_err *err)
{
	uint64_t css = memcg + mmx_off(&view->kernel->layout, M_mem_cgroup_css), cgroup, node;
	bool online = false;

	if (need_members(view, err))
		return -1;
	for (unsigned int depth = 0; css && depth < DEPTH_MAX; depth++) {
		if (read_online(view, css, &online, err))
			return -1;
		if (online) {
			if (mmx_kget(view, css, M_cgroup_subsys_state_cgroup, &cgroup, err) ||
			    mmx_kget(view, cgroup, M_cgroup_kn, &node, err))
				return -1;
			return mmx_kget(view, node, M_kernfs_node_id, ino, err);
		}
		if (mmx_kget(view, css, M_cgroup_subsys_state_parent, &css, err))
			return -1;
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"no memory cgroup above the one at 0x%" PRIx64 " is online", memcg);
}
