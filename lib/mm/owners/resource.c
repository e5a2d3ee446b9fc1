// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mm/mem.h"
#include "mm/owners/resource.h"

#define MAX_RESOURCES (1u << 20)
#define MAX_BYTES     1024u

static int read_node(struct mmx_resource *node, struct mmx_view *view, uint64_t parent,
		     uint64_t *sibling, uint64_t *child, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned char bytes[MAX_BYTES];

	if (mmx_kread_ok(view, node->addr, bytes, mmx_size(l, S_resource), "struct resource", err))
		return -1;
	if (mmx_get(l, M_resource_parent, bytes) != parent)
		return mmx_fail(err, MMX_ECORRUPT,
				"resource 0x%" PRIx64 " has parent 0x%" PRIx64
				" and was reached from 0x%" PRIx64,
				node->addr, mmx_get(l, M_resource_parent, bytes), parent);
	node->start = mmx_get(l, M_resource_start, bytes);
	node->last = mmx_get(l, M_resource_end, bytes);
	node->flags = mmx_get(l, M_resource_flags, bytes);
	node->named = !mmx_kread_str(view, mmx_get(l, M_resource_name, bytes), node->name,
				     sizeof(node->name), NULL);
	*sibling = mmx_get(l, M_resource_sibling, bytes);
	*child = mmx_get(l, M_resource_child, bytes);
	return 0;
}

/*
 * A node is read once for each time that its parent's list comes to it, and it has one parent: so
 * only a list of siblings that bends back on itself makes this endless. A marker that is moved on
 * at every power of two is met again then. What is broken ends its list; those above it go on.
 */
static int read_list(struct mmx_resources *r, struct mmx_view *view, uint64_t first,
		     uint64_t parent, int32_t parent_nr, unsigned int depth, struct mmx_err *err)
{
	uint64_t marker = 0, n = 0, next = 0, child = 0;

	if (first && depth >= MMX_RESOURCE_DEPTH) {
		mmx_cover_failf(&r->coverage, MMX_ECORRUPT, "resources nest deeper than %d",
				MMX_RESOURCE_DEPTH);
		return 0;
	}
	for (uint64_t addr = first; addr; addr = next) {
		struct mmx_resource node = {.addr = addr, .depth = depth, .parent = parent_nr};

		if (addr == marker || r->n >= MAX_RESOURCES) {
			mmx_cover_failf(&r->coverage, MMX_ECORRUPT,
					"the resource tree loops: it comes back to 0x%" PRIx64,
					addr);
			return 0;
		}
		if (!(n & (n + 1)))
			marker = addr;
		n++;
		if (read_node(&node, view, parent, &next, &child, err)) {
			mmx_cover_fail(&r->coverage, err);
			return 0;
		}
		if (!mmx_array_add(r, node))
			return mmx_fail_nomem(err);
		if (read_list(r, view, child, addr, (int32_t)r->n - 1, depth + 1, err))
			return -1;
	}
	return 0;
}

int mmx_resources_find(struct mmx_resources *r, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_resource_start,  M_resource_end,     M_resource_name, M_resource_flags,
		M_resource_parent, M_resource_sibling, M_resource_child};
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned char bytes[8];
	uint64_t root;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	if (mmx_size(l, S_resource) > MAX_BYTES)
		return mmx_fail(err, MMX_ECORRUPT, "struct resource of %" PRIu64 " bytes",
				mmx_size(l, S_resource));
	if (!mmx_symbol_addr(&view->kernel->symbols, "iomem_resource", &root))
		return mmx_fail(err, MMX_EMISSING, "no symbol iomem_resource");
	if (mmx_kread_ok(view, root + mmx_off(l, M_resource_child), bytes, sizeof(bytes),
			 "iomem_resource", err))
		return -1;
	if (read_list(r, view, mmx_le64(bytes), root, -1, 0, err))
		return -1;
	r->coverage.found = r->n;
	return 0;
}

void mmx_resources_free(struct mmx_resources *r)
{
	mmx_array_free(r);
}

const struct mmx_resource *mmx_resource_of(const struct mmx_resources *r, uint64_t phys)
{
	const struct mmx_resource *found = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct mmx_resource *node = &r->v[i];
		bool below = node->parent < 0 || (found && node->parent == found - r->v);

		if (below && phys >= node->start && phys <= node->last)
			found = node;
	}
	return found;
}

void mmx_resource_path(const struct mmx_resources *r, const struct mmx_resource *node, char *buf,
		       size_t size)
{
	const struct mmx_resource *path[MMX_RESOURCE_DEPTH] = {NULL};
	unsigned int n = 0;
	size_t used = 0;

	for (const struct mmx_resource *at = node; at && n < MMX_RESOURCE_DEPTH;
	     at = at->parent < 0 ? NULL : &r->v[at->parent])
		path[n++] = at;
	if (size)
		buf[0] = '\0';
	while (n-- && used < size) {
		const char *name = path[n]->named ? path[n]->name : "(name unreadable)";

		used += snprintf(buf + used, size - used, "%s%s", name, n ? " > " : "");
	}
}
