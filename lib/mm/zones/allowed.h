// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which nodes a task may take memory from: its cpuset, and its own memory policy. That of a mapping, which
 * goes before the task's, is of those who fault there and is not asked.
 */
#ifndef MMX_MM_ALLOWED_H
#define MMX_MM_ALLOWED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"

struct mmx_task;
struct mmx_view;

/** struct mmx_node_set - nodes by number */
struct mmx_node_set {
	uint64_t bits[16];
};

#define MMX_NODES_MAX 1024u

static inline bool mmx_node_is_in(const struct mmx_node_set *set, unsigned int node)
{
	return node < MMX_NODES_MAX && set->bits[node / 64] >> node % 64 & 1;
}

/** mmx_node_set_first() - the lowest number; MMX_NODES_MAX for none */
unsigned int mmx_node_set_first(const struct mmx_node_set *set);

/** mmx_node_set_next() - the first behind @node, or from the beginning; MMX_NODES_MAX for none */
unsigned int mmx_node_set_next(const struct mmx_node_set *set, unsigned int node);

/** mmx_node_set_print() - "0,2-3" */
void mmx_node_set_print(const struct mmx_node_set *set, char *buf, size_t size);

/** enum mmx_policy - of a task, by the kernel's numbers, which programs use too */
enum mmx_policy {
	MMX_POLICY_DEFAULT,
	MMX_POLICY_PREFERRED,
	MMX_POLICY_BIND,
	MMX_POLICY_INTERLEAVE,
	MMX_POLICY_LOCAL,
	MMX_POLICY_PREFERRED_MANY,
	MMX_POLICY_WEIGHTED_INTERLEAVE,
	MMX_POLICIES
};

/** mmx_policy_name() - as numa_maps begins */
const char *mmx_policy_name(unsigned int policy);

/**
 * struct mmx_allowed - of one task
 * @has_node, @node: of the CPU that it was on last
 * @cpusets: there are others than the first, and the next two count
 * @own: nodes of its cpuset; @hardwall: of the nearest one above that keeps its memory to itself, which its kernel
 *	memory may come from when its own have none
 * @policy, @nodes: its policy, and the nodes of that
 * @has_next, @next: the node that it spreads its pages to next
 * @bound_from: the lowest zone that a policy to bind holds for
 */
struct mmx_allowed {
	bool has_node, cpusets, has_next;
	unsigned int node, next, bound_from;
	struct mmx_node_set own, hardwall, nodes;
	unsigned int policy;
};

/** mmx_allowed_read() - -1 when it cannot be told */
int mmx_allowed_read(struct mmx_allowed *a, struct mmx_view *view, const struct mmx_task *task,
		     struct mmx_err *err);

#endif
