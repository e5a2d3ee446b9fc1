// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/owners/resource.h"

#define MAX_RESOURCES (1u << 20)

struct node {
	struct mmx_resource r;
	uint64_t name, parent, sibling, child;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct node, r.start, resource, start),
	MMX_WANT(struct node, r.last, resource, end),
	MMX_WANT(struct node, name, resource, name),
	MMX_WANT(struct node, r.flags, resource, flags),
	MMX_WANT(struct node, parent, resource, parent),
	MMX_WANT(struct node, sibling, resource, sibling),
	MMX_WANT(struct node, child, resource, child),
};

static const struct mmx_decode resource = MMX_DECODE("resource", wanted);

static int read_node(struct node *node, struct mmx_view *view, uint64_t parent, struct mmx_err *err)
{
	struct mmx_resource *r = &node->r;

	if (mmx_decode_read(&resource, view, r->addr, node, err))
		return -1;
	if (node->parent != parent)
		return mmx_fail(err, MMX_ECORRUPT,
				"resource 0x%" PRIx64 " has parent 0x%" PRIx64
				" and was reached from 0x%" PRIx64,
				r->addr, node->parent, parent);
	r->named = !mmx_kread_str(view, node->name, r->name, sizeof(r->name), NULL);
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
	uint64_t marker = 0, n = 0, next = 0;

	if (first && depth >= MMX_RESOURCE_DEPTH) {
		mmx_cover_failf(&r->coverage, MMX_ECORRUPT, "resources nest deeper than %d",
				MMX_RESOURCE_DEPTH);
		return 0;
	}
	for (uint64_t addr = first; addr; addr = next) {
		struct node node = {.r = {.addr = addr, .depth = depth, .parent = parent_nr}};

		if (addr == marker || r->n >= MAX_RESOURCES) {
			mmx_cover_failf(&r->coverage, MMX_ECORRUPT,
					"the resource tree loops: it comes back to 0x%" PRIx64,
					addr);
			return 0;
		}
		if (!(n & (n + 1)))
			marker = addr;
		n++;
		if (read_node(&node, view, parent, err)) {
			mmx_cover_fail(&r->coverage, err);
			return 0;
		}
		next = node.sibling;
		if (!mmx_array_add(r, node.r))
			return mmx_fail_nomem(err);
		if (read_list(r, view, node.child, addr, (int32_t)r->n - 1, depth + 1, err))
			return -1;
	}
	return 0;
}

int mmx_resources_find(struct mmx_resources *r, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t root, first;

	if (mmx_decode_require(&resource, &view->kernel->layout, err))
		return -1;
	if (!mmx_symbol_addr(&view->kernel->symbols, "iomem_resource", &root))
		return mmx_fail(err, MMX_EMISSING, "no symbol iomem_resource");
	if (mmx_kget(view, root, M_resource_child, &first, err))
		return mmx_fail_prefix(err, "iomem_resource");
	if (read_list(r, view, first, root, -1, 0, err))
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
