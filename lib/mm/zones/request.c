// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/member.h"
#include "mm/frames/pageblock.h"
#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "mm/zones/gfp_names.h"
#include "mm/zones/node_dirty.h"
#include "mm/zones/nodes.h"
#include "mm/zones/request.h"
#include "mm/zones/topology.h"
#include "mm/zones/zone_states.h"

/* Bits of vm.zone_reclaim_mode, which programs set: any of the three switches it on. */
#define RECLAIM_WRITE    2u
#define RECLAIM_UNMAP    4u
#define RECLAIM_ANY      7u
#define RECLAIM_DISTANCE 30u /* what kernels have where nothing says otherwise */

/* Types that one may take from, after its own; by the order in which kernels since 6.0 try them. */
#define FALLBACKS 2

/* What a request may do in a pass. */
struct rights {
	bool high;            /* half of the minimum: __GFP_HIGH */
	bool non_block;       /* and a quarter of the rest; up to 6.2 that of any atomic request */
	bool highatomic;      /* blocks that are reserved for atomic requests */
	bool last_highatomic; /* those too when nothing else is left */
	bool cma;
	bool reserves; /* any of the first three: reserved pages count as free for it */
	bool no_boost; /* a boosted minimum counts as not boosted, of single pages */
	bool victim;   /* half of the minimum, and reserved blocks in need: the OOM killer's */
	bool tidy;
};

struct walk {
	struct mmx_request *request;
	struct mmx_view *view;
	const struct mmx_layout *l;
	const struct mmx_zone_states *states;
	const struct mmx_counters *counters;
	const struct mmx_gfp_names *names;
	const struct mmx_topology *topology;
	enum mmx_zonelist_kind kind; /* of the list that is gone through */
	uint64_t gfp;                /* what is left of the request's flags */
	const struct mmx_node_set
		*only; /* those that a policy prefers are tried first; NULL: all */
	unsigned int block_order;
	bool spares; /* vm.defrag_mode, since 6.15 */
};

static bool has_flag(const struct walk *w, const char *name)
{
	uint64_t bits = mmx_gfp_bits(w->names, name);

	return bits && (w->gfp & bits) == bits;
}

/* The zone of a type, or the normal one on a kernel without it. */
static unsigned int zone_of(const struct mmx_layout *l, enum mmx_layout_enumerator zone)
{
	return mmx_has_enum(l, zone) ? mmx_enum(l, zone) : mmx_enum(l, E_ZONE_NORMAL);
}

static unsigned int find_highest(const struct walk *w)
{
	if (has_flag(w, "__GFP_DMA"))
		return zone_of(w->l, E_ZONE_DMA);
	if (has_flag(w, "__GFP_DMA32"))
		return zone_of(w->l, E_ZONE_DMA32);
	if (has_flag(w, "__GFP_MOVABLE") && has_flag(w, "__GFP_HIGHMEM"))
		return zone_of(w->l, E_ZONE_MOVABLE);
	return zone_of(w->l, E_ZONE_NORMAL);
}

static unsigned int find_type(const struct walk *w)
{
	uint64_t off = 0;

	if (!mmx_kread_variable(w->view, "page_group_by_mobility_disabled", 4, &off) && off)
		return mmx_enum(w->l, E_MIGRATE_UNMOVABLE);
	if (has_flag(w, "__GFP_MOVABLE"))
		return mmx_enum(w->l, E_MIGRATE_MOVABLE);
	return has_flag(w, "__GFP_RECLAIMABLE") ? mmx_enum(w->l, E_MIGRATE_RECLAIMABLE)
						: mmx_enum(w->l, E_MIGRATE_UNMOVABLE);
}

/*
 * 6.3 took away __GFP_ATOMIC: since then who must not wait is whoever does not allow direct reclaim, and a right
 * to reserved blocks goes only with half of the minimum.
 */
static struct rights find_rights(const struct walk *w, enum mmx_request_pass pass)
{
	bool is_old = mmx_gfp_bits(w->names, "__GFP_ATOMIC");
	struct rights r = {.tidy = pass == MMX_PASS_LOW_TIDY ||
				   (w->spares && pass == MMX_PASS_MIN)};

	r.cma = mmx_has_enum(w->l, E_MIGRATE_CMA) && has_flag(w, "__GFP_MOVABLE");
	if (pass == MMX_PASS_VICTIM) {
		r.victim = r.reserves = true;
		r.last_highatomic = !is_old; /* since 6.3 */
	}
	if (pass != MMX_PASS_MIN)
		return r;
	r.high = has_flag(w, "__GFP_HIGH");
	r.non_block = !has_flag(w, "__GFP_NOMEMALLOC") &&
		      (is_old ? has_flag(w, "__GFP_ATOMIC") : !has_flag(w, "__GFP_DIRECT_RECLAIM"));
	r.highatomic = w->request->order && r.non_block && (is_old || r.high);
	r.last_highatomic = !is_old && r.non_block && mmx_has(w->l, M_zone_nr_free_highatomic);
	/* Real-time tasks that may wait: as if they must not, and since 6.3 as if they were urgent. */
	if (w->request->requester.is_realtime && has_flag(w, "__GFP_DIRECT_RECLAIM")) {
		r.non_block |= is_old;
		r.high |= !is_old;
		r.highatomic |= is_old && w->request->order;
	}
	r.reserves = is_old ? r.non_block : r.high || r.non_block;
	r.no_boost = is_old ? has_flag(w, "__GFP_ATOMIC") : r.high;
	return r;
}

/* Without NUMA a node has but one list, and its requests are never kept from others. */
static enum mmx_zonelist_kind find_kind(const struct walk *w)
{
	bool has_both = w->l->member[M_pglist_data_node_zonelists].m.nelems > MMX_ZONES_OF_NODE;

	return has_both && has_flag(w, "__GFP_THISNODE") ? MMX_ZONES_OF_NODE : MMX_ZONES_OF_ALL;
}

/*
 * Cpusets and policies count for nothing when there is nothing else to be tried: who frees memory, and in the
 * second place those who must not wait and are urgent.
 */
static bool is_free_of_both(const struct walk *w, enum mmx_request_pass pass)
{
	if (pass != MMX_PASS_MIN)
		return pass == MMX_PASS_NONE || pass == MMX_PASS_VICTIM;
	if (mmx_gfp_bits(w->names, "__GFP_ATOMIC"))
		return has_flag(w, "__GFP_ATOMIC");
	return has_flag(w, "__GFP_HIGH") && !has_flag(w, "__GFP_DIRECT_RECLAIM");
}

/* A policy to bind that shares no node with the cpuset, or of lower zones, holds for nothing. */
static bool is_bound(const struct walk *w)
{
	const struct mmx_allowed *a = &w->request->allowed;

	if (a->policy != MMX_POLICY_BIND || has_flag(w, "__GFP_THISNODE") ||
	    w->request->highest < a->bound_from)
		return false;
	for (unsigned int i = 0; i < sizeof(a->own.bits) / sizeof(*a->own.bits); i++) {
		if (a->nodes.bits[i] & (a->cpusets ? a->own.bits[i] : UINT64_MAX))
			return true;
	}
	return false;
}

/* At first a cpuset holds for all; then the kernel's own memory may come from where those above have theirs. */
static bool is_allowed(const struct walk *w, enum mmx_request_pass pass, unsigned int node)
{
	const struct mmx_allowed *a = &w->request->allowed;

	if (!w->request->task || is_free_of_both(w, pass))
		return true;
	if ((is_bound(w) && !mmx_node_is_in(&a->nodes, node)) ||
	    (w->only && !mmx_node_is_in(w->only, node)))
		return false;
	if (!a->cpusets || mmx_node_is_in(&a->own, node))
		return true;
	return pass == MMX_PASS_MIN && !has_flag(w, "__GFP_HARDWALL") &&
	       mmx_node_is_in(&a->hardwall, node);
}

/* The next zone of the list that may be taken from; the first one is the kernel's preferred zone. */
static const struct mmx_zonelist_entry *next_entry(const struct walk *w, enum mmx_request_pass pass,
						   const struct mmx_zonelist_entry *at)
{
	do
		at = mmx_zonelist_next(w->topology, w->request->node, w->kind, at);
	while (at && (at->zone > w->request->highest || !is_allowed(w, pass, at->node)));
	return at;
}

static int counted(const struct walk *w, const struct mmx_zone_state *zone, const char *name,
		   int64_t *n, struct mmx_err *err)
{
	struct mmx_counter counter =
		mmx_counter_of_zone(w->counters, zone->node, zone->index, MMX_COUNTERS_ZONE, name);

	if (counter.why_shared) {
		*err = *counter.why_shared;
		return -1;
	}
	*n = mmx_counter_shown(w->counters, &counter);
	return 0;
}

/* In pages, of a node. */
static int counted_of_node(const struct walk *w, unsigned int node, const char *name, int64_t *n,
			   struct mmx_err *err)
{
	struct mmx_counter counter = mmx_counter_of_node(w->counters, node, name);

	if (counter.why_shared) {
		*err = *counter.why_shared;
		return -1;
	}
	*n = (int64_t)mmx_counter_shown(w->counters, &counter);
	return 0;
}

/* A number of a zone's pages, which may be negative, as the kernel has it. */
static struct mmx_term pages(const struct walk *w, const struct mmx_zone_state *zone, int64_t n,
			     const char *what, const char *source)
{
	const struct mmx_term term = {.v = (uint64_t)n, .is_signed = true};

	return mmx_step_given_term(w->request->steps, term, what, "%s, node %u %s", source,
				   zone->node, zone->name);
}

static struct mmx_term calc(const struct walk *w, const char *what, struct mmx_term a,
			    enum mmx_operation operation, struct mmx_term b)
{
	return mmx_step_calc(w->request->steps, what, a, operation, b);
}

/* Blocks that are kept for atomic requests. */
static struct mmx_term highatomic(const struct walk *w, const struct mmx_zone_state *zone)
{
	return mmx_has(w->l, M_zone_nr_free_highatomic)
		       ? pages(w, zone, zone->free_highatomic, "for atomic requests",
			       "zone.nr_free_highatomic")
		       : pages(w, zone, zone->reserved_highatomic, "for atomic requests",
			       "zone.nr_reserved_highatomic");
}

/*
 * Since 6.12 what is free of the reserved blocks is known, and unaccepted memory, which is among what is free,
 * is not taken off any more.
 */
static int find_unusable(const struct walk *w, const struct mmx_zone_state *zone,
			 const struct rights *r, struct mmx_term *n, struct mmx_err *err)
{
	bool is_new = mmx_has(w->l, M_zone_nr_free_highatomic);
	int64_t part = 0;

	*n = calc(w, "pages of its block", mmx_plain(1), MMX_OP_LEFT,
		  mmx_step_given(w->request->steps, w->request->order, "order", "asked for"));
	*n = calc(w, "not to be counted", *n, MMX_OP_MINUS, mmx_plain(1));
	n->is_signed = true;
	if (!r->reserves)
		*n = calc(w, "not to be counted", *n, MMX_OP_PLUS, highatomic(w, zone));
	if (!r->cma && mmx_has_enum(w->l, E_MIGRATE_CMA)) {
		if (counted(w, zone, "NR_FREE_CMA_PAGES", &part, err))
			return -1;
		*n = calc(w, "not to be counted", *n, MMX_OP_PLUS,
			  pages(w, zone, part, "free of CMA", "NR_FREE_CMA_PAGES"));
	}
	if (!is_new && mmx_counter_number(w->counters, MMX_COUNTERS_ZONE, "NR_UNACCEPTED") >= 0) {
		if (counted(w, zone, "NR_UNACCEPTED", &part, err))
			return -1;
		*n = calc(w, "not to be counted", *n, MMX_OP_PLUS,
			  pages(w, zone, part, "not accepted", "NR_UNACCEPTED"));
	}
	return 0;
}

/* Less a part of it; marks are not negative. */
static struct mmx_term less(const struct walk *w, struct mmx_term mark, const char *part,
			    uint64_t divisor)
{
	return calc(w, "the mark for it", mark, MMX_OP_MINUS,
		    calc(w, part, mark, MMX_OP_DIVIDE, mmx_plain(divisor)));
}

/* What the minimum comes to for a request that may dip into it. */
static struct mmx_term dip(const struct walk *w, struct mmx_term mark, const struct rights *r,
			   bool is_old)
{
	if (r->high)
		mark = less(w, mark, "half of it: __GFP_HIGH", 2);
	if (r->non_block && (is_old || r->high))
		mark = less(w, mark, "a quarter: must not wait", 4);
	return r->victim ? less(w, mark, "half of it: OOM victim", 2) : mark;
}

/* Whether a list has a block; -1 when that is not known. */
static int is_filled(const struct walk *w, const struct mmx_zone_state *zone, unsigned int order,
		     unsigned int type, struct mmx_err *err)
{
	const struct mmx_member *areas = &w->l->member[M_zone_free_area].m;
	const struct mmx_member *lists = &w->l->member[M_free_area_free_list].m;
	uint64_t head = zone->addr + areas->bit_off / 8 + order * areas->elem_size +
			lists->bit_off / 8 + type * (uint64_t)lists->elem_size;
	enum mmx_read read;
	uint64_t first;

	if (type >= lists->nelems)
		return 0;
	read = mmx_kread_u64(w->view, head, &first);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "a free list is %s", mmx_read_name(read));
	return first != head;
}

/* The smallest block of a type that is large enough: 1 when there is one. */
static int find_block(const struct walk *w, const struct mmx_zone_state *zone, unsigned int type,
		      struct mmx_request_try *t)
{
	for (unsigned int order = w->request->order; order < w->states->orders; order++) {
		int filled = is_filled(w, zone, order, type, &t->why);

		if (!filled)
			continue;
		t->order = order;
		t->type = type;
		return filled;
	}
	return 0;
}

static int find_fallback(const struct walk *w, const struct mmx_zone_state *zone,
			 const struct rights *r, struct mmx_request_try *t)
{
	const unsigned int unmovable = mmx_enum(w->l, E_MIGRATE_UNMOVABLE);
	const unsigned int movable = mmx_enum(w->l, E_MIGRATE_MOVABLE);
	const unsigned int reclaimable = mmx_enum(w->l, E_MIGRATE_RECLAIMABLE);
	unsigned int least = w->request->order, type = w->request->type;
	/* No pageblock is larger than the largest free block. */
	unsigned int whole = w->block_order ? w->block_order : w->states->orders - 1;
	unsigned int from[FALLBACKS] = {type == reclaimable ? unmovable : reclaimable,
					type == movable ? unmovable : movable};

	if (r->tidy && least < w->block_order)
		least = w->block_order;
	/*
	 * The largest block of either, the first one of equals. Whole pageblocks are taken as they are. For others
	 * what else is in the pageblock decides whether all of it changes its type, and where not, kernels differ
	 * in taking the smallest or the largest.
	 */
	for (unsigned int order = w->states->orders; order-- > least;) {
		for (unsigned int i = 0; i < FALLBACKS; i++) {
			int filled = is_filled(w, zone, order, from[i], &t->why);

			if (!filled)
				continue;
			t->order = order;
			t->type = from[i];
			t->which_unknown = order < whole;
			if (filled > 0 && r->tidy && order < whole) {
				t->why = mmx_know_pageblock_format(w->view)->coverage.first;
				return -1;
			}
			return filled;
		}
	}
	return 0;
}

/* Where a block would come from: 1 and which, 0, or -1 when that is not known. */
static int find_source(const struct walk *w, const struct mmx_zone_state *zone,
		       const struct rights *r, struct mmx_request_try *t)
{
	int64_t cma = 0;
	int found = 0;

	if (r->highatomic)
		found = find_block(w, zone, mmx_enum(w->l, E_MIGRATE_HIGHATOMIC), t);
	/* From CMA first, when more than half of what is free is there. */
	if (!found && r->cma && counted(w, zone, "NR_FREE_CMA_PAGES", &cma, &t->why))
		return -1;
	if (!found && r->cma && cma > t->free / 2)
		found = find_block(w, zone, mmx_enum(w->l, E_MIGRATE_CMA), t);
	if (!found)
		found = find_block(w, zone, w->request->type, t);
	if (!found && r->cma)
		found = find_block(w, zone, mmx_enum(w->l, E_MIGRATE_CMA), t);
	if (!found)
		found = find_fallback(w, zone, r, t);
	if (!found && r->last_highatomic)
		found = find_block(w, zone, mmx_enum(w->l, E_MIGRATE_HIGHATOMIC), t);
	return found;
}

/* Whether any list has a block of the order: fragmentation, or types that it must not take. */
static enum mmx_request_end without_block(const struct walk *w, const struct mmx_zone_state *zone)
{
	for (unsigned int order = w->request->order; order < w->states->orders; order++) {
		if (zone->nr_free[order])
			return MMX_END_TYPE;
	}
	return MMX_END_FRAGMENTED;
}

/* The check of a mark asks whether a list has a block that one has a right to, before any is taken. */
static int find_rightful(const struct walk *w, const struct mmx_zone_state *zone,
			 const struct rights *r, struct mmx_err *err)
{
	const struct {
		enum mmx_layout_enumerator type;
		bool may;
	} types[] = {
		{E_MIGRATE_UNMOVABLE, true},
		{E_MIGRATE_MOVABLE, true},
		{E_MIGRATE_RECLAIMABLE, true},
		{E_MIGRATE_CMA, r->cma},
		{E_MIGRATE_HIGHATOMIC, r->highatomic || r->victim},
	};

	for (unsigned int order = w->request->order; order < w->states->orders; order++) {
		for (unsigned int i = 0; i < sizeof(types) / sizeof(*types); i++) {
			int filled = types[i].may ? is_filled(w, zone, order,
							      mmx_enum(w->l, types[i].type), err)
						  : 0;

			if (filled)
				return filled;
		}
	}
	return 0;
}

/* What is free for a request against @mark, of which it may take a part, and the reserve. */
static bool is_above(const struct walk *w, const struct mmx_zone_state *zone,
		     const struct rights *r, struct mmx_request_try *t, struct mmx_term usable,
		     struct mmx_term mark)
{
	struct mmx_term min = dip(w, mark, r, mmx_gfp_bits(w->names, "__GFP_ATOMIC")), needed;

	t->mark = (int64_t)mark.v;
	t->min = (int64_t)min.v;
	needed = calc(w, "mark and reserve", min, MMX_OP_PLUS,
		      pages(w, zone, t->reserve, "reserve", "lowmem_reserve[]"));
	return mmx_step_test(w->request->steps, "more is free", usable, MMX_OP_ABOVE, needed);
}

static bool passes_mark(const struct walk *w, const struct mmx_zone_state *zone,
			const struct rights *r, struct mmx_request_try *t, struct mmx_term unusable)
{
	bool is_min = t->pass >= MMX_PASS_MIN;
	struct mmx_term usable, mark, boost;

	if (t->pass == MMX_PASS_NONE)
		return true;
	usable = calc(w, "free for it", pages(w, zone, t->free, "free pages", "NR_FREE_PAGES"),
		      MMX_OP_MINUS, unusable);
	mark = pages(w, zone, (int64_t)zone->mark[is_min ? MMX_MARK_MIN : MMX_MARK_LOW],
		     is_min ? "min" : "low", "_watermark[]");
	boost = pages(w, zone, (int64_t)zone->boost, "boost", "watermark_boost");
	if (is_above(w, zone, r, t, usable, calc(w, "with the boost", mark, MMX_OP_PLUS, boost)))
		return true;
	if (w->request->order || !r->no_boost || !zone->boost)
		return false;
	return is_above(w, zone, r, t, usable, mark);
}

/*
 * Where a mark or the lists fail, kernels accept some of the zone's unaccepted memory and try again: since 6.12
 * only up to the highest mark. 1 when they may.
 */
static int may_accept(const struct walk *w, const struct mmx_zone_state *zone, struct mmx_err *why)
{
	int64_t n = 0;

	if (mmx_counter_number(w->counters, MMX_COUNTERS_ZONE, "NR_UNACCEPTED") < 0)
		return 0;
	if (counted(w, zone, "NR_UNACCEPTED", &n, why))
		return -1;
	if (n > 0)
		mmx_fail(
			why, MMX_EMISSING,
			"node %u, zone %s has %" PRId64
			" pages of unaccepted memory, of which the kernel may accept some and try again",
			zone->node, zone->name, n);
	return n > 0;
}

/*
 * At boot the struct pages of a node's last zone are not all made; where it has too little, kernels make some more
 * and try again.
 */
static int may_grow(const struct walk *w, const struct mmx_zone_state *zone, struct mmx_err *why)
{
	const struct mmx_node *node = mmx_node_of(mmx_know_nodes(w->view), zone->node);
	uint64_t deferred, first;

	if (!node || mmx_kread_variable(w->view, "deferred_pages", 4, &deferred) || !deferred ||
	    zone->start_pfn + zone->spanned != node->start_pfn + node->spanned)
		return 0;
	if (mmx_kget(w->view, node->addr, M_pglist_data_first_deferred_pfn, &first, why))
		return -1;
	if (first == UINT64_MAX)
		return 0;
	return mmx_fail(
		why, MMX_EMISSING,
		"node %u is at boot still: its memory from PFN 0x%" PRIx64
		" on has no struct pages yet, of which the kernel would make some and try again",
		zone->node, first);
}

/* Whether a node has more page cache or slabs to reclaim than a share that it is left. */
static int reclaimable_beyond(const struct walk *w, const struct mmx_node *node, uint64_t mode,
			      bool *is_so, struct mmx_err *why)
{
	uint64_t pages_min, slabs_min;
	int64_t inactive, active, mapped, dirty, slabs, pages;

	if (mmx_kget(w->view, node->addr, M_pglist_data_min_unmapped_pages, &pages_min, why) ||
	    mmx_kget(w->view, node->addr, M_pglist_data_min_slab_pages, &slabs_min, why) ||
	    counted_of_node(w, node->id, "NR_INACTIVE_FILE", &inactive, why) ||
	    counted_of_node(w, node->id, "NR_ACTIVE_FILE", &active, why) ||
	    counted_of_node(w, node->id, "NR_FILE_MAPPED", &mapped, why) ||
	    counted_of_node(w, node->id, "NR_FILE_DIRTY", &dirty, why) ||
	    counted_of_node(w, node->id, "NR_SLAB_RECLAIMABLE_B", &slabs, why))
		return -1;
	pages = inactive + active - (mode & RECLAIM_UNMAP ? 0 : mapped) -
		(mode & RECLAIM_WRITE ? 0 : dirty);
	*is_so = pages > (int64_t)pages_min || slabs > (int64_t)slabs_min;
	return 0;
}

/*
 * vm.zone_reclaim_mode: before it goes on to other zones, the kernel reclaims of a node, when that is the one it
 * runs on, or one without CPUs, and near enough.
 */
static int may_reclaim(const struct walk *w, const struct mmx_zone_state *zone,
		       enum mmx_request_pass pass, struct mmx_err *why)
{
	const struct mmx_nodes *nodes = mmx_know_nodes(w->view);
	const struct mmx_node *node = mmx_node_of(nodes, zone->node);
	const struct mmx_zonelist_entry *first = next_entry(w, pass, NULL);
	uint64_t mode, far = RECLAIM_DISTANCE;
	bool is_so;

	if (mmx_kread_variable(w->view, "node_reclaim_mode", 4, &mode) || !(mode & RECLAIM_ANY) ||
	    !node || !first || !has_flag(w, "__GFP_DIRECT_RECLAIM"))
		return 0;
	mmx_kread_variable(w->view, "node_reclaim_distance", 4, &far);
	if (mmx_node_distance(w->topology, first->node, node->id) > (int)far ||
	    (node->id != w->request->node && mmx_node_in(nodes, node, "N_CPU")))
		return 0;
	if (reclaimable_beyond(w, node, mode, &is_so, why))
		return -1;
	return is_so ? mmx_fail(why, MMX_EMISSING,
				"vm.zone_reclaim_mode is %" PRIu64
				": the kernel would reclaim memory of node %u and try again",
				mode, node->id)
		     : 0;
}

/* Not known when the kernel would first make some free there. */
static enum mmx_request_end refuse(const struct walk *w, const struct mmx_zone_state *zone,
				   enum mmx_request_end end, struct mmx_request_try *t)
{
	if (may_accept(w, zone, &t->why) || may_grow(w, zone, &t->why) ||
	    (end == MMX_END_MARK && may_reclaim(w, zone, t->pass, &t->why)))
		return MMX_END_UNKNOWN;
	return end;
}

/* At first what is to be written to goes to nodes that have no more dirty pages than their share. */
static enum mmx_request_end check_dirty(const struct walk *w, const struct mmx_zone_state *zone,
					struct mmx_request_try *t)
{
	bool ok;

	t->mark = t->min = (int64_t)mmx_zone_mark(zone, MMX_MARK_LOW);
	if (mmx_node_dirty_ok(w->view, zone->node, w->request->requester.is_realtime, &ok, &t->why))
		return MMX_END_UNKNOWN;
	return ok ? MMX_END_SERVED : MMX_END_DIRTY;
}

static enum mmx_request_end try_zone(const struct walk *w, const struct mmx_zone_state *zone,
				     struct mmx_request_try *t)
{
	struct rights r = find_rights(w, t->pass);
	struct mmx_term unusable;
	int found = 1;

	if (zone->why) {
		t->why = *mmx_reason(&w->states->reasons, zone->why);
		return MMX_END_UNKNOWN;
	}
	if (counted(w, zone, "NR_FREE_PAGES", &t->free, &t->why) ||
	    find_unusable(w, zone, &r, &unusable, &t->why))
		return MMX_END_UNKNOWN;
	t->unusable = (int64_t)unusable.v;
	t->reserve = zone->reserve[w->request->highest];
	if (t->pass < MMX_PASS_MIN && has_flag(w, "__GFP_WRITE")) {
		enum mmx_request_end dirty = check_dirty(w, zone, t);

		if (dirty != MMX_END_SERVED)
			return dirty;
	}
	if (!passes_mark(w, zone, &r, t, unusable))
		return refuse(w, zone, MMX_END_MARK, t);
	if (w->request->order && t->pass != MMX_PASS_NONE)
		found = find_rightful(w, zone, &r, &t->why);
	if (found > 0)
		found = find_source(w, zone, &r, t);
	if (found < 0)
		return MMX_END_UNKNOWN;
	return found ? MMX_END_SERVED : refuse(w, zone, without_block(w, zone), t);
}

/* 1 when a zone serves, 0 when none does, -1 without memory. */
static int try_pass(const struct walk *w, enum mmx_request_pass pass)
{
	struct mmx_request *q = w->request;
	const struct mmx_zonelist_entry *first = next_entry(w, pass, NULL);

	for (const struct mmx_zonelist_entry *at = first; at; at = next_entry(w, pass, at)) {
		struct mmx_request_try t = {.pass = pass, .node = at->node, .zone = at->zone};
		const struct mmx_zone_state *zone;

		/* On another node than the first one's, taking from other types is better than going on. */
		if (pass == MMX_PASS_LOW_TIDY && !w->spares && at->node != first->node)
			return 0;
		zone = mmx_zone_state_of(w->states, at->node, at->zone);
		if (!zone)
			continue;
		t.end = try_zone(w, zone, &t);
		if (t.end == MMX_END_UNKNOWN)
			mmx_cover_fail(&q->coverage, &t.why);
		if (!mmx_array_add(&q->tries, t))
			return -1;
		if (t.end == MMX_END_UNKNOWN && q->unknown < 0)
			q->unknown = q->tries.n - 1;
		if (t.end == MMX_END_SERVED) {
			q->served = q->tries.n - 1;
			return 1;
		}
	}
	return 0;
}

/* Whether blocks of other types are spared on all nodes, and against the minimum too. */
static void find_sparing(struct walk *w)
{
	uint64_t always = 0, at;
	enum mmx_read read = mmx_kread_variable(w->view, "defrag_mode", 4, &always);

	w->spares = !read && always;
	if (read && mmx_symbol_addr(&w->view->kernel->symbols, "defrag_mode", &at))
		mmx_cover_failf(&w->request->coverage, mmx_read_code(read), "defrag_mode is %s",
				mmx_read_name(read));
}

/* Whether the first try spares blocks of other types: where the first zone is Normal and there is DMA32 below. */
static bool begins_tidy(const struct walk *w)
{
	const struct mmx_zone_state *below;
	const struct mmx_zonelist_entry *at = next_entry(w, MMX_PASS_LOW, NULL);
	unsigned int nodes = 0;

	if (w->spares)
		return true;
	if (!mmx_has_enum(w->l, E_ZONE_DMA32))
		return false;
	if (!at || at->zone != (unsigned int)mmx_enum(w->l, E_ZONE_NORMAL))
		return false;
	for (size_t i = 0; i < mmx_know_nodes(w->view)->n; i++)
		nodes += mmx_know_nodes(w->view)->v[i].online;
	below = mmx_zone_state_of(w->states, at->node, mmx_enum(w->l, E_ZONE_DMA32));
	return nodes == 1 || (below && below->present);
}

/* Whether a node's kswapd waits to be woken; not known without its list of those who wait. */
static enum mmx_request_kswapd find_kswapd(const struct walk *w, unsigned int id)
{
	const struct mmx_node *node = mmx_node_of(mmx_know_nodes(w->view), id);
	uint64_t head, first;

	if (!node || !mmx_has(w->l, M_pglist_data_kswapd_wait))
		return MMX_KSWAPD_UNKNOWN;
	head = node->addr + mmx_off(w->l, M_pglist_data_kswapd_wait);
	if (mmx_kread_u64(w->view, head, &first))
		return MMX_KSWAPD_UNKNOWN;
	return first == head ? MMX_KSWAPD_AWAKE : MMX_KSWAPD_ASLEEP;
}

/*
 * Kernels of 6.19 first pass over nodes whose kswapd is awake, and nothing in a dump tells which do. That changes
 * the answer when the node that serves is one, and another one of the list is none.
 */
static enum mmx_request_kswapd find_serving_kswapd(const struct walk *w)
{
	const struct mmx_request *q = w->request;
	unsigned int serving;

	if (q->served < 0)
		return MMX_KSWAPD_ASLEEP;
	serving = q->tries.v[q->served].node;
	for (const struct mmx_zonelist_entry *at = next_entry(w, MMX_PASS_LOW, NULL); at;
	     at = next_entry(w, MMX_PASS_LOW, at)) {
		if (at->node != serving && find_kswapd(w, at->node) != MMX_KSWAPD_AWAKE)
			return find_kswapd(w, serving);
	}
	return MMX_KSWAPD_ASLEEP;
}

static int require(const struct walk *w, struct mmx_err *err)
{
	static const enum mmx_layout_enumerator types[] = {
		E_MIGRATE_UNMOVABLE,  E_MIGRATE_MOVABLE, E_MIGRATE_RECLAIMABLE,
		E_MIGRATE_HIGHATOMIC, E_ZONE_NORMAL,     E_ZONE_MOVABLE};
	const enum mmx_layout_member need[] = {M_free_area_free_list};
	const struct mmx_coverage *rests_on[] = {&w->states->coverage, &w->names->coverage,
						 &w->topology->coverage};

	for (unsigned int i = 0; i < sizeof(types) / sizeof(*types); i++) {
		if (!mmx_has_enum(w->l, types[i]))
			return mmx_fail(err, MMX_EMISSING, "enumerator %s is needed",
					mmx_layout_enumerators[types[i]].name);
	}
	for (unsigned int i = 0; i < sizeof(rests_on) / sizeof(*rests_on); i++) {
		if (rests_on[i]->found)
			continue;
		*err = rests_on[i]->first;
		return -1;
	}
	return mmx_layout_require(w->l, need, 1, err);
}

static int check(const struct walk *w, struct mmx_err *err)
{
	const struct mmx_request *q = w->request;

	if (q->order >= w->states->orders)
		return mmx_fail(err, MMX_EUSAGE, "blocks have orders up to %u",
				w->states->orders - 1);
	if (q->highest >= w->states->zones)
		return mmx_fail(err, MMX_ECORRUPT, "there is no zone %u", q->highest);
	if (!mmx_zonelist_next(w->topology, q->node, MMX_ZONES_OF_ALL, NULL))
		return mmx_fail(err, MMX_ENOTFOUND, "node %u has no list of zones", q->node);
	return 0;
}

/* Where a task's request begins: on its node, or where its policy says, which __GFP_THISNODE goes before. */
static int take_task(const struct walk *w, struct mmx_err *err)
{
	struct mmx_request *q = w->request;
	struct mmx_allowed *a = &q->allowed;
	unsigned int first;

	if (!q->task)
		return 0;
	if (mmx_allowed_read(a, w->view, q->task, err) ||
	    mmx_requester_read(&q->requester, w->view, q->task, err))
		return -1;
	if (a->has_node && !q->is_on_node)
		q->node = a->node;
	first = mmx_node_set_first(&a->nodes);
	if (has_flag(w, "__GFP_THISNODE"))
		return 0;
	if (a->policy == MMX_POLICY_PREFERRED && first < MMX_NODES_MAX)
		q->node = first;
	if (a->has_next)
		q->node = a->next;
	else if (a->policy == MMX_POLICY_WEIGHTED_INTERLEAVE)
		return mmx_fail(err, MMX_EMISSING,
				"where a request of a task of policy \"%s\" begins is not known",
				mmx_policy_name(a->policy));
	return 0;
}

/* Whether a task or a request, which says that it frees memory, is let below the minimum. */
static bool may_try(const struct walk *w, enum mmx_request_pass pass)
{
	const struct mmx_requester *task = &w->request->requester;
	bool frees = has_flag(w, "__GFP_MEMALLOC") || task->frees;

	if (pass == MMX_PASS_VICTIM)
		return task->is_victim && !frees && !has_flag(w, "__GFP_NOMEMALLOC");
	return pass != MMX_PASS_NONE || (frees && !has_flag(w, "__GFP_NOMEMALLOC"));
}

/* 1 when a zone serves, 0 when none does, -1 without memory. */
static int try_passes(const struct walk *w)
{
	int ret = 0;

	if (begins_tidy(w))
		ret = try_pass(w, MMX_PASS_LOW_TIDY);
	for (unsigned int pass = w->spares ? MMX_PASS_MIN : MMX_PASS_LOW; pass < MMX_PASSES && !ret;
	     pass++) {
		if (may_try(w, pass))
			ret = try_pass(w, pass);
	}
	return ret;
}

/* The nodes that a policy prefers are first tried by themselves, without reclaim. */
static int try_preferred(const struct walk *w)
{
	struct mmx_request *q = w->request;
	struct walk first = *w;
	int ret;

	if (q->allowed.policy != MMX_POLICY_PREFERRED_MANY || has_flag(w, "__GFP_THISNODE"))
		return 0;
	first.only = &q->allowed.nodes;
	first.gfp &= ~(mmx_gfp_bits(w->names, "__GFP_DIRECT_RECLAIM") |
		       mmx_gfp_bits(w->names, "__GFP_NOFAIL"));
	ret = try_passes(&first);
	q->first_tries = q->tries.n;
	return ret;
}

int mmx_request_ask(struct mmx_request *q, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_pageblock_format *blocks = mmx_know_pageblock_format(view);
	struct walk w = {
		.request = q,
		.view = view,
		.l = &view->kernel->layout,
		.states = mmx_know_zone_states(view),
		.counters = mmx_know_counters(view),
		.names = mmx_know_gfp_names(view),
		.topology = mmx_know_topology(view),
		.block_order = blocks->order,
		.gfp = q->gfp,
	};
	int ret = 0;

	q->served = q->unknown = -1;
	if (require(&w, err) || take_task(&w, err))
		return -1;
	mmx_cover_inherit(&q->coverage, &w.topology->coverage);
	if (q->requester.pins)
		w.gfp &= ~mmx_gfp_bits(w.names, "__GFP_MOVABLE");
	q->highest = find_highest(&w);
	q->type = find_type(&w);
	w.kind = find_kind(&w);
	if (check(&w, err))
		return -1;
	find_sparing(&w);
	ret = try_preferred(&w);
	if (!ret)
		ret = try_passes(&w);
	q->kswapd = find_serving_kswapd(&w);
	return ret < 0 ? mmx_fail_nomem(err) : 0;
}

void mmx_request_free(struct mmx_request *q)
{
	mmx_array_free(&q->tries);
}
