// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/owners/memcg.h"
#include "mm/recall.h"

/* Low bits of memcg_data: these two since 5.10, a third one from time to time. */
#define DATA_OBJECTS 1ULL
#define DATA_KERNEL  2ULL
#define DATA_BITS    7ULL

#define CSS_ONLINE (1u << 1)
#define DEPTH_MAX  4096

/* A cgroup's part in a controller, of which struct mem_cgroup is one. */
struct css {
	uint64_t cgroup, parent;
	uint32_t flags;
};

static const struct mmx_wanted css_wanted[] = {
	MMX_WANT(struct css, cgroup, cgroup_subsys_state, cgroup),
	MMX_WANT(struct css, parent, cgroup_subsys_state, parent),
	MMX_WANT(struct css, flags, cgroup_subsys_state, flags),
};

struct cgroup {
	uint64_t node;
	uint32_t flags;
};

static const struct mmx_wanted cgroup_wanted[] = {
	MMX_WANT(struct cgroup, node, cgroup, kn),
	MMX_WANT_IN(struct cgroup, flags, cgroup, self, cgroup_subsys_state, flags),
};

struct kernfs_node {
	uint64_t parent, name, id;
};

static const struct mmx_wanted kernfs_node_wanted[] = {
	MMX_WANT(struct kernfs_node, parent, kernfs_node, parent),
	MMX_WANT(struct kernfs_node, name, kernfs_node, name),
	MMX_WANT(struct kernfs_node, id, kernfs_node, id),
};

static const struct mmx_decode css_table = MMX_DECODE("cgroup_subsys_state", css_wanted),
			       cgroup_table = MMX_DECODE("cgroup", cgroup_wanted),
			       kernfs_node_table = MMX_DECODE("kernfs_node", kernfs_node_wanted);

static int need_members(struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member ways[] = {M_mem_cgroup_css, M_obj_cgroup_memcg};
	const struct mmx_layout *l = &view->kernel->layout;

	if (mmx_decode_require(&css_table, l, err) || mmx_decode_require(&cgroup_table, l, err) ||
	    mmx_decode_require(&kernfs_node_table, l, err))
		return -1;
	return mmx_layout_require(l, ways, sizeof(ways) / sizeof(*ways), err);
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

/* The path of a kernfs node, built from its end; @n is what was read at @node. */
static int kernfs_path(struct mmx_view *view, uint64_t node, struct kernfs_node n,
		       char path[MMX_PATH_MAX], bool dead, struct mmx_err *err)
{
	static const char deleted[] = " (deleted)";
	size_t at = MMX_PATH_MAX - 1, len = dead ? sizeof(deleted) - 1 : 0;
	char name[256];

	path[at] = 0;
	at -= len;
	memcpy(path + at, deleted, len);
	for (unsigned int depth = 0; depth < DEPTH_MAX; depth++) {
		bool cut;
		enum mmx_read read;

		if (!n.parent) {
			if (!depth)
				path[--at] = '/';
			memmove(path, path + at, MMX_PATH_MAX - at);
			return 0;
		}
		read = mmx_kread_str(view, n.name, name, sizeof(name), &cut);
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
		node = n.parent;
		if (mmx_decode_read(&kernfs_node_table, view, node, &n, err))
			return -1;
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"the way from kernfs node 0x%" PRIx64 " to its root does not end", node);
}

static int read_memcg(struct mmx_memcg *m, struct mmx_view *view, uint64_t addr,
		      struct mmx_err *err)
{
	uint64_t at = addr + mmx_off(&view->kernel->layout, M_mem_cgroup_css);
	struct kernfs_node node;
	struct cgroup cgroup;
	struct css css;

	*m = (struct mmx_memcg){.addr = addr};
	if (need_members(view, err) || mmx_decode_read(&css_table, view, at, &css, err) ||
	    mmx_decode_read(&cgroup_table, view, css.cgroup, &cgroup, err) ||
	    mmx_decode_read(&kernfs_node_table, view, cgroup.node, &node, err))
		return -1;
	m->online = css.flags & CSS_ONLINE;
	m->ino = node.id;
	return kernfs_path(view, cgroup.node, node, m->path, !(cgroup.flags & CSS_ONLINE), err);
}

int mmx_memcg_read(struct mmx_memcg *m, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	if (mmx_recall(view, MMX_RECALL_MEMCG, addr, m, sizeof(*m)))
		return 0;
	if (read_memcg(m, view, addr, err))
		return -1;
	mmx_remember(view, MMX_RECALL_MEMCG, addr, m, sizeof(*m));
	return 0;
}

int mmx_cgroup_path(char path[MMX_PATH_MAX], struct mmx_view *view, uint64_t addr, bool *dead,
		    struct mmx_err *err)
{
	struct kernfs_node node;
	struct cgroup cgroup;

	if (mmx_decode_read(&cgroup_table, view, addr, &cgroup, err) ||
	    mmx_decode_read(&kernfs_node_table, view, cgroup.node, &node, err))
		return -1;
	if (dead)
		*dead = !(cgroup.flags & CSS_ONLINE);
	return kernfs_path(view, cgroup.node, node, path, false, err);
}

int mmx_memcg_ino(struct mmx_view *view, uint64_t memcg, uint64_t *ino, struct mmx_err *err)
{
	uint64_t at = memcg + mmx_off(&view->kernel->layout, M_mem_cgroup_css), node;
	struct css css;

	if (need_members(view, err))
		return -1;
	for (unsigned int depth = 0; at && depth < DEPTH_MAX; depth++) {
		if (mmx_decode_read(&css_table, view, at, &css, err))
			return -1;
		if (css.flags & CSS_ONLINE) {
			if (mmx_kget(view, css.cgroup, M_cgroup_kn, &node, err))
				return -1;
			return mmx_kget(view, node, M_kernfs_node_id, ino, err);
		}
		at = css.parent;
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"no memory cgroup above the one at 0x%" PRIx64 " is online", memcg);
}
