// SPDX-License-Identifier: GPL-2.0-or-later
/* Nodes and zones: who they are and which frames they span. */
#ifndef MMX_MM_ZONE_H
#define MMX_MM_ZONE_H

#include <stdint.h>

#include "base/array.h"

struct mmx_kernel;

struct mmx_zone {
	uint64_t addr; /* of struct zone */
	unsigned int node, index;
	char name[16];
	uint64_t start_pfn, spanned, present;
};

/** struct mmx_zones - the zones of all nodes that span frames, by node and index */
struct mmx_zones {
	MMX_ARRAY(struct mmx_zone);
	unsigned int nodes;     /* nodes that have a pglist_data */
	unsigned int max_nodes; /* MAX_NUMNODES of the build; 0 when not known */
	unsigned int per_node;  /* MAX_NR_ZONES of the build */
};

/** mmx_zones_find() - fill mmx_mem(kernel)->zones and its fact */
void mmx_zones_find(struct mmx_kernel *kernel);
void mmx_zones_free(struct mmx_zones *zones);

/** mmx_zone_of() - the zone with that node and index, or NULL */
const struct mmx_zone *mmx_zone_of(const struct mmx_zones *zones, unsigned int node,
				   unsigned int index);

#endif
