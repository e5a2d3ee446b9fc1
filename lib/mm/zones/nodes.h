// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes: which there are, and the states that they are in. Since 6.1 a node that could come has a
 * pglist_data too; the kernel's own loops go over those that are online.
 */
#ifndef MMX_MM_NODES_H
#define MMX_MM_NODES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** MMX_NODE_STATES - states that a node can be in; kernels have six or seven */
#define MMX_NODE_STATES 16

/**
 * struct mmx_node - one that has a pglist_data
 * @addr: of its pglist_data
 * @states: a bit for each of enum node_states
 * @start_pfn, @spanned, @present: as pglist_data has them; 0 where it was not read
 * @failures: times that reclaim got nothing; kswapd gives the node up at 16
 */
struct mmx_node {
	unsigned int id;
	uint64_t addr;
	uint32_t states;
	bool online;
	uint64_t start_pfn, spanned, present;
	int32_t failures;
};

/**
 * struct mmx_nodes - by number
 * @state: what the kernel calls each state, N_ONLINE say; empty where its types do not tell
 */
struct mmx_nodes {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_node);
	char state[MMX_NODE_STATES][24];
};

/** mmx_nodes_find() - read them: mmx_know_nodes() keeps them */
int mmx_nodes_find(struct mmx_nodes *nodes, struct mmx_view *view, struct mmx_err *err);
void mmx_nodes_free(struct mmx_nodes *nodes);

/** mmx_node_of() - the node of that number, or NULL */
const struct mmx_node *mmx_node_of(const struct mmx_nodes *nodes, unsigned int id);

/** mmx_node_in() - whether it is in a state, by the kernel's name: "N_MEMORY" */
bool mmx_node_in(const struct mmx_nodes *nodes, const struct mmx_node *node, const char *state);

#endif
