// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "mm/zones/allowed.h"
#include "mm/zones/topology.h"

#define MAX_DEPTH 256u /* of cpusets */

const char *mmx_policy_name(unsigned int policy)
{
	static const char *const names[MMX_POLICIES] = {
		[MMX_POLICY_DEFAULT] = "default",
		[MMX_POLICY_PREFERRED] = "prefer",
		[MMX_POLICY_BIND] = "bind",
		[MMX_POLICY_INTERLEAVE] = "interleave",
		[MMX_POLICY_LOCAL] = "local",
		[MMX_POLICY_PREFERRED_MANY] = "prefer (many)",
		[MMX_POLICY_WEIGHTED_INTERLEAVE] = "weighted interleave",
	};

	return policy < MMX_POLICIES ? names[policy] : NULL;
}

unsigned int mmx_node_set_first(const struct mmx_node_set *set)
{
	return mmx_node_set_next(set, MMX_NODES_MAX - 1);
}

unsigned int mmx_node_set_next(const struct mmx_node_set *set, unsigned int node)
{
	for (unsigned int i = 1; i <= MMX_NODES_MAX; i++) {
		unsigned int next = (node + i) % MMX_NODES_MAX;

		if (mmx_node_is_in(set, next))
			return next;
	}
	return MMX_NODES_MAX;
}

void mmx_node_set_print(const struct mmx_node_set *set, char *buf, size_t size)
{
	size_t n = 0;

	*buf = 0;
	for (unsigned int node = 0; node < MMX_NODES_MAX && n + 1 < size; node++) {
		unsigned int last = node;

		if (!mmx_node_is_in(set, node))
			continue;
		while (mmx_node_is_in(set, last + 1))
			last++;
		n += snprintf(buf + n, size - n, last > node ? "%s%u-%u" : "%s%u", n ? "," : "",
			      node, last);
		node = last;
	}
}

static int read_set(struct mmx_view *view, uint64_t at, enum mmx_layout_member id,
		    struct mmx_node_set *set, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t size = mmx_size(l, S_nodemask_t);
	unsigned char bytes[sizeof(set->bits)];

	memset(set, 0, sizeof(*set));
	if (size > sizeof(bytes) || size % 8)
		return mmx_fail(err, MMX_ECORRUPT,
				"a nodemask_t of %" PRIu64 " bytes makes no sense", size);
	if (mmx_kread_ok(view, at + mmx_off(l, id), bytes, size, "a set of nodes", err))
		return -1;
	for (uint64_t i = 0; i < size; i += 8)
		set->bits[i / 8] = mmx_le64(bytes + i);
	return 0;
}

/*
 * The cpuset whose memory is its own alone, or the first of all. Of version 2 of cgroups none but that is so.
 */
static int find_hardwall(struct mmx_allowed *a, struct mmx_view *view, uint64_t css,
			 struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	const uint64_t walls =
		1ull << mmx_enum(l, E_CS_MEM_EXCLUSIVE) | 1ull << mmx_enum(l, E_CS_MEM_HARDWALL);
	uint64_t flags, parent;

	for (unsigned int depth = 0; depth < MAX_DEPTH; depth++) {
		uint64_t cpuset = css - mmx_off(l, M_cpuset_css);

		if (mmx_kget(view, cpuset, M_cpuset_flags, &flags, err) ||
		    mmx_kget(view, css, M_cgroup_subsys_state_parent, &parent, err))
			return -1;
		if (flags & walls || !parent)
			return read_set(view, cpuset, M_cpuset_mems_allowed, &a->hardwall, err);
		css = parent;
	}
	return mmx_fail(err, MMX_ECORRUPT, "the cpusets above the one at 0x%" PRIx64 " do not end",
			css);
}

/* The key is on when there are cpusets beside the first one. */
static int read_cpuset(struct mmx_allowed *a, struct mmx_view *view, uint64_t task,
		       struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_task_struct_cgroups,
						      M_task_struct_mems_allowed,
						      M_css_set_subsys,
						      M_cpuset_css,
						      M_cpuset_flags,
						      M_cpuset_mems_allowed,
						      M_cgroup_subsys_state_parent};
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t on, set, css;

	if (mmx_kread_variable(view, "cpusets_enabled_key", 4, &on) || !on)
		return 0;
	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	if (!mmx_has_enum(l, E_cpuset_cgrp_id) || !mmx_has_enum(l, E_CS_MEM_EXCLUSIVE) ||
	    !mmx_has_enum(l, E_CS_MEM_HARDWALL))
		return mmx_fail(err, MMX_EMISSING, "enumerators of cpusets are needed");
	if ((uint64_t)mmx_enum(l, E_cpuset_cgrp_id) >= l->member[M_css_set_subsys].m.nelems)
		return mmx_fail(err, MMX_ECORRUPT, "there is no cgroup controller %" PRId64,
				mmx_enum(l, E_cpuset_cgrp_id));
	a->cpusets = true;
	if (read_set(view, task, M_task_struct_mems_allowed, &a->own, err) ||
	    mmx_kget(view, task, M_task_struct_cgroups, &set, err))
		return -1;
	if (mmx_kread_u64(view,
			  set + mmx_off(l, M_css_set_subsys) +
				  8 * (uint64_t)mmx_enum(l, E_cpuset_cgrp_id),
			  &css))
		return mmx_fail(err, MMX_EABSENT, "the cpuset of the task cannot be read");
	return find_hardwall(a, view, css, err);
}

/* By weights a node is taken several times, and the one before goes on as long as it has some left. */
static void find_next(struct mmx_allowed *a, struct mmx_view *view, uint64_t task)
{
	bool weighted = a->policy == MMX_POLICY_WEIGHTED_INTERLEAVE;
	uint64_t last, left = 0;

	if (mmx_kread_member(view, task, M_task_struct_il_prev, &last) ||
	    (weighted && mmx_kread_member(view, task, M_task_struct_il_weight, &left)))
		return;
	a->next = left && mmx_node_is_in(&a->nodes, (unsigned int)last)
			  ? (unsigned int)last
			  : mmx_node_set_next(&a->nodes, (unsigned int)last);
	a->has_next = a->next < MMX_NODES_MAX;
}

static int read_policy(struct mmx_allowed *a, struct mmx_view *view, uint64_t task,
		       struct mmx_err *err)
{
	uint64_t policy, mode, zone;

	/* A kernel without NUMA. */
	if (!mmx_has(&view->kernel->layout, M_task_struct_mempolicy))
		return 0;
	if (mmx_kget(view, task, M_task_struct_mempolicy, &policy, err))
		return -1;
	if (!policy)
		return 0;
	if (mmx_kget(view, policy, M_mempolicy_mode, &mode, err) ||
	    mmx_layout_require(&view->kernel->layout, &(enum mmx_layout_member){M_mempolicy_nodes},
			       1, err) ||
	    read_set(view, policy, M_mempolicy_nodes, &a->nodes, err))
		return -1;
	if (mode >= MMX_POLICIES)
		return mmx_fail(err, MMX_EMISSING, "memory policy %" PRIu64 " is not known", mode);
	a->policy = (unsigned int)mode;
	if (mode == MMX_POLICY_INTERLEAVE || mode == MMX_POLICY_WEIGHTED_INTERLEAVE)
		find_next(a, view, task);
	if (!mmx_kread_variable(view, "policy_zone", 4, &zone))
		a->bound_from = (unsigned int)zone;
	return 0;
}

static void find_node(struct mmx_allowed *a, struct mmx_view *view, uint64_t task)
{
	const struct mmx_topology *t = mmx_know_topology(view);
	uint64_t cpu;

	if (mmx_kread_member(view, task, M_task_struct_cpu, &cpu))
		return;
	for (size_t i = 0; i < t->cpus.n; i++) {
		if (t->cpus.v[i].cpu != cpu)
			continue;
		a->has_node = true;
		a->node = t->cpus.v[i].node;
	}
}

int mmx_allowed_read(struct mmx_allowed *a, struct mmx_view *view, const struct mmx_task *task,
		     struct mmx_err *err)
{
	memset(a, 0, sizeof(*a));
	find_node(a, view, task->addr);
	return read_cpuset(a, view, task->addr, err) || read_policy(a, view, task->addr, err) ? -1
											      : 0;
}
