// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>

#include "kernel/decode.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/owners/slab_lists.h"

#define MAX_SHEAVES 16384u /* that a node keeps of one cache */

static const struct mmx_wanted node_wanted[] = {
	MMX_WANT_IF(struct mmx_slab_node, slabs, kmem_cache_node, nr_slabs),
	MMX_WANT_IF(struct mmx_slab_node, objects, kmem_cache_node, total_objects),
	MMX_WANT(struct mmx_slab_node, partial, kmem_cache_node, nr_partial),
	MMX_WANT_IF(struct mmx_slab_node, locked, kmem_cache_node, locked),
};

static const struct mmx_wanted barn_wanted[] = {
	MMX_WANT(struct mmx_slab_node, full_sheaves, node_barn, nr_full),
	MMX_WANT(struct mmx_slab_node, empty_sheaves, node_barn, nr_empty),
	MMX_WANT_IF(struct mmx_slab_node, barn_locked, node_barn, locked),
};

static const struct mmx_decode node_table = MMX_DECODE("kmem_cache_node", node_wanted),
			       barn_table = MMX_DECODE("node_barn", barn_wanted);

void mmx_slab_find_fault(struct mmx_slab_findings *f, const struct mmx_slab_finding *finding)
{
	if (f->n == MMX_SLAB_FINDINGS_MAX || !mmx_array_add(f, *finding))
		f->more++;
}

struct gather {
	struct mmx_slab_lists *lists;
	const struct mmx_slab_caches *caches;
	struct mmx_view *view;
	struct mmx_slab_findings *findings;
	uint64_t limit;
	bool nomem;
};

static void __attribute__((format(printf, 3, 4)))
find_fault(struct gather *g, const struct mmx_slab_node *node, const char *fmt, ...)
{
	struct mmx_slab_finding finding = {.cache = node->cache, .address = node->addr};
	va_list args;

	va_start(args, fmt);
	mmx_vfail(&finding.why, MMX_ECORRUPT, fmt, args);
	va_end(args);
	mmx_slab_find_fault(g->findings, &finding);
}

/* What is broken is a finding; what is not in the dump, or not known, is a lack. */
static void take_trouble(struct gather *g, struct mmx_slab_node *node, const char *list,
			 const struct mmx_err *why)
{
	node->whole = false;
	if (why->code == MMX_ECORRUPT)
		find_fault(g, node, "node %u's %s: %s", node->node, list, why->text);
	else
		mmx_cover_fail(&g->lists->coverage, why);
}

/* Adds the slabs of a list; returns how many. */
static uint64_t walk_list(struct gather *g, struct mmx_slab_node *node, bool full)
{
	const struct mmx_layout *l = &g->view->kernel->layout;
	enum mmx_layout_member head = full ? M_kmem_cache_node_full : M_kmem_cache_node_partial;
	const char *name = full ? "list of full slabs" : "partial list";
	uint64_t n = 0, pfn;
	struct mmx_list list;

	mmx_list_begin(&list, g->view, node->addr + mmx_off(l, head), g->limit);
	for (; !g->nomem && mmx_list_next(&list); n++) {
		struct mmx_slab_listed slab = {.page = list.node - mmx_off(l, M_slab_slab_list),
					       .nth = node - g->lists->nodes.v,
					       .full = full};

		if (!mmx_page_pfn(g->view->kernel, slab.page, &pfn)) {
			find_fault(g, node,
				   "node %u's %s comes to 0x%" PRIx64 ", which is no struct page",
				   node->node, name, slab.page);
			node->whole = false;
			return n;
		}
		g->nomem |= !mmx_array_add(g->lists, slab);
	}
	if (!mmx_cover_whole(&list.coverage))
		take_trouble(g, node, name, &list.coverage.first);
	return n;
}

/* Who holds the lock has either changed the list and not the number yet, or the other way round. */
static bool count_fits(uint64_t listed, uint64_t count, bool locked)
{
	uint64_t off = locked ? 1 : 0;

	return listed <= count + off && count <= listed + off;
}

/* Sheaves are linked through their own memory; what they hold is another matter (slab_kept.h). */
static void check_sheaves(struct gather *g, struct mmx_slab_node *node, enum mmx_layout_member head,
			  const char *name, uint64_t count)
{
	const struct mmx_layout *l = &g->view->kernel->layout;
	struct mmx_list list;
	uint64_t n = 0;

	if (!mmx_has(l, head))
		return;
	mmx_list_begin(&list, g->view, node->barn + mmx_off(l, head), MAX_SHEAVES);
	while (mmx_list_next(&list))
		n++;
	if (!mmx_cover_whole(&list.coverage))
		take_trouble(g, node, name, &list.coverage.first);
	else if (!count_fits(n, count, node->barn_locked))
		find_fault(g, node, "node %u's %s has %" PRIu64 ", and its count says %" PRIu64,
			   node->node, name, n, count);
}

static void read_barn(struct gather *g, struct mmx_slab_node *node)
{
	struct mmx_err err;

	if (mmx_decode_read(&barn_table, g->view, node->barn, node, &err)) {
		mmx_cover_fail(&g->lists->coverage, &err);
		return;
	}
	check_sheaves(g, node, M_node_barn_sheaves_full, "barn's list of full sheaves",
		      node->full_sheaves);
	check_sheaves(g, node, M_node_barn_sheaves_empty, "barn's list of empty sheaves",
		      node->empty_sheaves);
}

static void read_node(struct gather *g, struct mmx_slab_node *node)
{
	const struct mmx_layout *l = &g->view->kernel->layout;
	struct mmx_err err;

	if (mmx_decode_read(&node_table, g->view, node->addr, node, &err)) {
		take_trouble(g, node, "struct", &err);
		return;
	}
	node->listed = walk_list(g, node, false);
	if (node->whole && !count_fits(node->listed, node->partial, node->locked))
		find_fault(g, node,
			   "node %u's partial list has %" PRIu64
			   " slabs, and nr_partial says %" PRIu64,
			   node->node, node->listed, node->partial);
	if (mmx_has(l, M_kmem_cache_node_full))
		node->full_listed = walk_list(g, node, true);
}

static void read_nodes(struct gather *g, uint32_t cache)
{
	for (unsigned int i = 0; i < g->caches->nodes && !g->nomem; i++) {
		struct mmx_slab_node node = {.cache = cache, .node = i, .whole = true};
		struct mmx_slab_node_at at;
		struct mmx_err err;

		if (mmx_slab_node_find(g->view, g->caches->v[cache].addr, i, &at, &err)) {
			mmx_cover_fail(&g->lists->coverage, &err);
			return;
		}
		if (!at.node && !at.barn)
			continue;
		node.addr = at.node;
		node.barn = at.barn;
		g->nomem = !mmx_array_add(&g->lists->nodes, node);
		if (g->nomem)
			return;
		if (at.node)
			read_node(g, &g->lists->nodes.v[g->lists->nodes.n - 1]);
		if (at.barn)
			read_barn(g, &g->lists->nodes.v[g->lists->nodes.n - 1]);
	}
}

/* Neighbours in order are the same slab. */
static void find_doubles(struct gather *g)
{
	const struct mmx_slab_lists *lists = g->lists;

	for (size_t i = 1; i < lists->n; i++) {
		const struct mmx_slab_node *one = &lists->nodes.v[lists->v[i - 1].nth],
					   *other = &lists->nodes.v[lists->v[i].nth];

		if (lists->v[i].page == lists->v[i - 1].page)
			find_fault(g, other,
				   "the slab at 0x%" PRIx64 " is on two lists: that of %s on node "
				   "%u, and that of %s on node %u",
				   lists->v[i].page, g->caches->v[one->cache].name, one->node,
				   g->caches->v[other->cache].name, other->node);
	}
}

int mmx_slab_lists_find(struct mmx_slab_lists *lists, const struct mmx_slab_caches *caches,
			struct mmx_view *view, struct mmx_slab_findings *findings,
			struct mmx_err *err)
{
	struct gather g = {.lists = lists,
			   .caches = caches,
			   .view = view,
			   .findings = findings,
			   .limit = mmx_ranges_total(&mmx_mem(view->kernel)->sparse.pfn)};
	struct mmx_cpus cpus;
	struct mmx_err no_cpus;

	mmx_cpus_find(&cpus, view, &no_cpus);
	lists->n_cpus = cpus.n;
	mmx_cpus_free(&cpus);
	for (uint32_t i = 0; i < caches->n && !g.nomem && !mmx_stopped(view->kernel->image); i++)
		read_nodes(&g, i);
	if (g.nomem)
		return mmx_fail_nomem(err);
	if (mmx_stopped(view->kernel->image))
		return mmx_fail(err, MMX_EIO, "stopped");
	mmx_array_sort_by(lists, page);
	lists->coverage.found = lists->n;
	find_doubles(&g);
	return 0;
}

void mmx_slab_lists_free(struct mmx_slab_lists *lists)
{
	mmx_array_free(&lists->nodes);
	mmx_array_free(lists);
}

struct mmx_slab_listed *mmx_slab_listed_of(const struct mmx_slab_lists *lists, uint64_t page)
{
	return mmx_array_at(lists, page, page);
}

struct mmx_slab_node *mmx_slab_node_of(const struct mmx_slab_lists *lists, uint32_t cache,
				       uint32_t node)
{
	uint64_t key = (uint64_t)cache << 32 | node;
	size_t i = mmx_array_bound(&lists->nodes, e, ((uint64_t)e->cache << 32 | e->node) < key);

	return i < lists->nodes.n && lists->nodes.v[i].cache == cache &&
			       lists->nodes.v[i].node == node
		       ? &lists->nodes.v[i]
		       : NULL;
}
