// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "mm/zones/node_dirty.h"
#include "mm/zones/nodes.h"
#include "mm/zones/zone_states.h"

#define PAGE_SIZE 4096u

/* As the kernel reads it: what CPUs hold back is left out. */
static int shown(const struct mmx_counters *c, struct mmx_counter counter, uint64_t *sum,
		 struct mmx_err *err)
{
	if (counter.why_shared) {
		*err = *counter.why_shared;
		return -1;
	}
	*sum += mmx_counter_shown(c, &counter);
	return 0;
}

static int variable(struct mmx_view *view, const char *name, unsigned int size, uint64_t *value,
		    struct mmx_err *err)
{
	enum mmx_read read = mmx_kread_variable(view, name, size, value);

	return read ? mmx_fail(err, mmx_read_code(read), "%s is %s", name, mmx_read_name(read)) : 0;
}

static uint64_t less(uint64_t all, uint64_t kept)
{
	return all - (all < kept ? all : kept);
}

/* What is free beyond its reserves, and what files have on its lists. */
static int dirtyable(struct mmx_view *view, const struct mmx_node *node, uint64_t *pages,
		     struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(view);
	uint64_t reserve;

	*pages = 0;
	for (size_t i = 0; i < mmx_know_zone_states(view)->n; i++) {
		const struct mmx_zone_state *zone = &mmx_know_zone_states(view)->v[i];

		if (zone->node == node->id && zone->present &&
		    shown(c,
			  mmx_counter_of_zone(c, zone->node, zone->index, MMX_COUNTERS_ZONE,
					      "NR_FREE_PAGES"),
			  pages, err))
			return -1;
	}
	if (mmx_kget(view, node->addr, M_pglist_data_totalreserve_pages, &reserve, err))
		return -1;
	*pages = less(*pages, reserve);
	return shown(c, mmx_counter_of_node(c, node->id, "NR_INACTIVE_FILE"), pages, err) ||
			       shown(c, mmx_counter_of_node(c, node->id, "NR_ACTIVE_FILE"), pages,
				     err)
		       ? -1
		       : 0;
}

/* The same of all nodes, and never 0. */
static int dirtyable_in_all(struct mmx_view *view, uint64_t *pages, struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(view);
	uint64_t reserve;

	*pages = 0;
	if (shown(c, mmx_counter_of_all(c, MMX_COUNTERS_ZONE, "NR_FREE_PAGES"), pages, err) ||
	    variable(view, "totalreserve_pages", 8, &reserve, err))
		return -1;
	*pages = less(*pages, reserve) + 1;
	return shown(c, mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_INACTIVE_FILE"), pages, err) ||
			       shown(c, mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_ACTIVE_FILE"),
				     pages, err)
		       ? -1
		       : 0;
}

static int limit_of(struct mmx_view *view, const struct mmx_node *node, bool is_realtime,
		    uint64_t *limit, struct mmx_err *err)
{
	uint64_t bytes, percents, own, all;

	if (variable(view, "vm_dirty_bytes", 8, &bytes, err) ||
	    variable(view, "vm_dirty_ratio", 4, &percents, err) ||
	    dirtyable(view, node, &own, err) || (bytes && dirtyable_in_all(view, &all, err)))
		return -1;
	if (bytes)
		*limit = (bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0)) * own / all;
	else
		*limit = percents * own / 100;
	if (is_realtime)
		*limit += *limit / 4;
	return 0;
}

int mmx_node_dirty_ok(struct mmx_view *view, unsigned int id, bool is_realtime, bool *ok,
		      struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(view);
	const struct mmx_node *node = mmx_node_of(mmx_know_nodes(view), id);
	uint64_t limit, dirty = 0;

	if (!node)
		return mmx_fail(err, MMX_ENOTFOUND, "there is no node %u", id);
	if (limit_of(view, node, is_realtime, &limit, err) ||
	    shown(c, mmx_counter_of_node(c, id, "NR_FILE_DIRTY"), &dirty, err) ||
	    shown(c, mmx_counter_of_node(c, id, "NR_WRITEBACK"), &dirty, err))
		return -1;
	*ok = dirty <= limit;
	return 0;
}
