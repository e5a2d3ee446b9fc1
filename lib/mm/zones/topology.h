// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which CPUs a node has, how far nodes are from each other, and in what order an allocation goes through
 * zones: each node has a list of all of them (fallback), and one of its own (for __GFP_THISNODE).
 */
#ifndef MMX_MM_TOPOLOGY_H
#define MMX_MM_TOPOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_node_cpu - a CPU that is possible, and its node */
struct mmx_node_cpu {
	unsigned int cpu, node;
	bool online;
};

/** enum mmx_zonelist_kind - of a node's lists, by the kernel's numbers */
enum mmx_zonelist_kind { MMX_ZONES_OF_ALL, MMX_ZONES_OF_NODE, MMX_ZONELISTS };

/**
 * struct mmx_zonelist_entry - a place in a list
 * @from: the node that the list is of
 * @node, @zone: the zone at that place
 */
struct mmx_zonelist_entry {
	unsigned int from;
	enum mmx_zonelist_kind kind;
	unsigned int node, zone;
};

/**
 * struct mmx_topology - of all nodes
 * @cpus: by number; none where nothing tells their nodes
 * @distances: nodes that there are distances of, @distance has those from each to each
 * @lists: by node and kind, each in its order
 */
struct mmx_topology {
	struct mmx_coverage coverage;
	struct {
		MMX_ARRAY(struct mmx_node_cpu);
	} cpus;
	unsigned int distances;
	uint8_t *distance;
	struct {
		MMX_ARRAY(struct mmx_zonelist_entry);
	} lists;
};

/** mmx_topology_find() - read all of it: mmx_know_topology() keeps it */
int mmx_topology_find(struct mmx_topology *topology, struct mmx_view *view, struct mmx_err *err);
void mmx_topology_free(struct mmx_topology *topology);

/** mmx_node_distance() - from one node to another; -1 when it is not known */
int mmx_node_distance(const struct mmx_topology *topology, unsigned int from, unsigned int to);

/** mmx_zonelist_next() - the entry behind @at of a node's list, or its first one for NULL; NULL at the end */
const struct mmx_zonelist_entry *mmx_zonelist_next(const struct mmx_topology *topology,
						   unsigned int from, enum mmx_zonelist_kind kind,
						   const struct mmx_zonelist_entry *at);

#endif
