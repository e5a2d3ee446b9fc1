// SPDX-License-Identifier: GPL-2.0-or-later
/* The resource tree: what the kernel knows each range of physical addresses to be, as /proc/iomem. */
#ifndef MMX_MM_RESOURCE_H
#define MMX_MM_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** MMX_RESOURCE_DEPTH - nesting beyond which a tree is taken for broken */
#define MMX_RESOURCE_DEPTH 32

/**
 * struct mmx_resource - one node
 * @start, @last: its first and last address
 * @depth: 0 below the root
 * @parent: its number in the tree, -1 at depth 0
 * @named: the name could be read
 */
struct mmx_resource {
	uint64_t addr, start, last, flags;
	unsigned int depth;
	int32_t parent;
	bool named;
	char name[64];
};

/** struct mmx_resources - the tree, each parent before its children, both as the kernel orders them */
struct mmx_resources {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_resource);
};

/** mmx_resources_find() - the tree of physical addresses: mmx_know_resources() keeps it */
int mmx_resources_find(struct mmx_resources *r, struct mmx_view *view, struct mmx_err *err);
void mmx_resources_free(struct mmx_resources *r);

/** mmx_resource_of() - the innermost node that holds a physical address, or NULL */
const struct mmx_resource *mmx_resource_of(const struct mmx_resources *r, uint64_t phys);

/** mmx_resource_path() - names from the outermost to @node, " > " between them; cut to fit */
void mmx_resource_path(const struct mmx_resources *r, const struct mmx_resource *node, char *buf,
		       size_t size);

#endif
