// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/zones/free_lists.h"
#include "mm/zones/pcp_checks.h"

const char *mmx_free_fault_word(unsigned int fault)
{
	static const char *const words[] = {
#define FAULT(id, word) [MMX_FREE_##id] = word,
		MMX_FREE_FAULTS(FAULT)
#undef FAULT
	};

	return words[fault];
}

int mmx_free_find(struct mmx_free_findings *f, enum mmx_free_fault fault,
		  const struct mmx_zone *zone, uint64_t addr, const char *fmt, ...)
{
	struct mmx_free_finding finding = {.zone = zone, .addr = addr, .fault = fault};
	va_list args;

	if (f->count[fault]++ >= MMX_FREE_FINDINGS_KEPT)
		return 0;
	va_start(args, fmt);
	vsnprintf(finding.text, sizeof(finding.text), fmt, args);
	va_end(args);
	return mmx_array_add(f, finding) ? 0 : -1;
}

uint64_t mmx_free_findings_total(const struct mmx_free_findings *f)
{
	uint64_t total = 0;

	for (unsigned int i = 0; i < MMX_FREE_FAULT_COUNT; i++)
		total += f->count[i];
	return total;
}

/* A walk over the lists of one zone, and where it is. */
struct walk {
	struct mmx_free_lists *lists;
	struct mmx_free_zone *zone;
	struct mmx_page_list list;
	const struct mmx_pageblock_format *blocks; /* NULL when nothing tells them */
	bool broken;                               /* a list of this order */
	char where[64];
};

/* A block that is wrong, or what leads to it; the words are whatever stands behind "PFN 0x123, on ...". */
#define FAULT(w, fault, at, fmt, ...)                                                            \
	mmx_free_find(&(w)->lists->findings, MMX_FREE_##fault, (w)->zone->zone, at, fmt " (%s)", \
		      ##__VA_ARGS__, (w)->where)

static int check_link(struct walk *w)
{
	const struct mmx_page_list *l = &w->list;

	if (l->back == l->from)
		return 0;
	return FAULT(w, LINK, l->page,
		     "PFN 0x%" PRIx64 ": its list_head leads %s to 0x%" PRIx64
		     ", and it was reached from 0x%" PRIx64,
		     l->pfn, l->backward ? "on" : "back", l->back, l->from);
}

static int check_page(struct walk *w)
{
	const struct mmx_page_list *l = &w->list;
	const struct mmx_page_format *f = &mmx_mem(l->view->kernel)->page_format;
	uint32_t type = mmx_int(l->bytes, f->mapcount);
	int32_t refs = mmx_int(l->bytes, f->refcount);

	if (mmx_page_type_of(&f->types, type) != MMX_PAGE_BUDDY &&
	    FAULT(w, NOT_FREE, l->page,
		  "PFN 0x%" PRIx64 ": its page type word is 0x%" PRIx32 ", not that of free blocks",
		  l->pfn, type))
		return -1;
	if (refs &&
	    FAULT(w, HELD, l->page,
		  "PFN 0x%" PRIx64 ": its reference count is %" PRId32 " and not 0", l->pfn, refs))
		return -1;
	return 0;
}

static int check_order(struct walk *w)
{
	const struct mmx_page_list *l = &w->list;
	const struct mmx_page_format *f = &mmx_mem(l->view->kernel)->page_format;
	uint64_t order = mmx_word(l->bytes, f->private);

	if (order != l->order &&
	    FAULT(w, ORDER, l->page, "PFN 0x%" PRIx64 ": it says order %" PRIu64, l->pfn, order))
		return -1;
	if (l->pfn & ((1ULL << l->order) - 1) &&
	    FAULT(w, ALIGN, l->page, "PFN 0x%" PRIx64 ": no block of this order begins there",
		  l->pfn))
		return -1;
	return 0;
}

/* Where the node is told by the section, as no node is in the flags, nothing is to be compared. */
static int check_zone(struct walk *w)
{
	const struct mmx_page_list *l = &w->list;
	const struct mmx_mem *mem = mmx_mem(l->view->kernel);
	const struct mmx_zone *zone = w->zone->zone;
	uint64_t flags = mmx_word(l->bytes, mem->page_format.flags), frames = 1ULL << l->order;
	const struct mmx_flag_field *nodes = &mem->flags.field[FIELD_NODE];
	unsigned int node =
		nodes->width ? mmx_flag_field(&mem->flags, FIELD_NODE, flags) : zone->node;
	unsigned int index = mmx_flag_field(&mem->flags, FIELD_ZONE, flags);

	if ((node != zone->node || index != zone->index) &&
	    FAULT(w, ZONE, l->page, "PFN 0x%" PRIx64 ": its flags say node %u, zone number %u",
		  l->pfn, node, index))
		return -1;
	if ((l->pfn < zone->start_pfn || l->pfn - zone->start_pfn + frames > zone->spanned ||
	     !mmx_ranges_has(&mem->sparse.pfn, l->pfn, frames)) &&
	    FAULT(w, SPAN, l->page,
		  "PFN 0x%" PRIx64 ": a block of this order would go beyond the zone's frames",
		  l->pfn))
		return -1;
	return 0;
}

static bool is_type(const struct mmx_layout *l, enum mmx_layout_enumerator id, unsigned int type)
{
	return mmx_has_enum(l, id) && mmx_enum(l, id) == type;
}

/* Memory of CMA and of isolated blocks is kept apart, and counted apart, by every kernel. */
static bool kept_apart(const struct mmx_layout *l, unsigned int type)
{
	return is_type(l, E_MIGRATE_CMA, type) || is_type(l, E_MIGRATE_ISOLATE, type);
}

/*
 * Up to 6.9 blocks stay on the list that they were taken from: what is left of one that was stolen for
 * another type goes to that type's list, what waited on a CPU's list goes by the type at that time,
 * and blocks that merge go by the one that was freed last. Since 6.10 the list is the pageblock's.
 * Of a block of several pageblocks the first one counts. Who holds the lock may be moving a pageblock's
 * blocks, whose type is set before or after that.
 */
static int check_type(struct walk *w)
{
	const struct mmx_page_list *l = &w->list;
	const struct mmx_layout *layout = &l->view->kernel->layout;
	struct mmx_pageblock block;
	unsigned int type;

	if (!w->blocks || mmx_pageblock_of(w->blocks, l->view, l->pfn, &block))
		return 0;
	type = block.isolated ? (unsigned int)w->blocks->isolate_type : block.type;
	if (type == l->type)
		return 0;
	if (w->zone->lock ||
	    (!w->lists->same_type && !kept_apart(layout, type) && !kept_apart(layout, l->type))) {
		w->zone->elsewhere++;
		return 0;
	}
	return FAULT(w, TYPE, l->page, "PFN 0x%" PRIx64 ": its pageblock is %s", l->pfn,
		     type < w->blocks->types && w->blocks->name[type][0] ? w->blocks->name[type]
									 : "of no type");
}

static int take(struct walk *w)
{
	static int (*const checks[])(struct walk *) = {check_link, check_page, check_order,
						       check_zone, check_type};
	struct mmx_free_zone *zone = w->zone;
	uint64_t frames = 1ULL << w->list.order;

	zone->blocks[w->list.order][w->list.type]++;
	zone->frames += frames;
	if (is_type(&w->list.view->kernel->layout, E_MIGRATE_ISOLATE, w->list.type))
		zone->isolated += frames;
	w->lists->coverage.found++;
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		if (checks[i](w))
			return -1;
	}
	return 0;
}

/* A node is in a struct page; the head, where a list can break as well, is in none. */
static uint64_t page_of(const struct walk *w, uint64_t node)
{
	const struct mmx_kernel *k = w->list.view->kernel;
	uint64_t page = node - mmx_off(&k->layout, M_page_buddy_list), pfn;

	return mmx_page_pfn(k, page, &pfn) ? page : node;
}

static int lost(struct walk *w)
{
	const struct mmx_page_list *l = &w->list;

	mmx_cover_failf(&w->lists->coverage, mmx_read_code(l->end_read),
			"free list %s of node %u, zone %s: what 0x%" PRIx64 " leads to is %s",
			w->where, w->zone->zone->node, w->zone->zone->name, l->end_from,
			mmx_read_name(l->end_read));
	return 0;
}

/* What a list that broke off could not be followed to is left out; all else says no more than it is. */
static int tell_end(struct walk *w)
{
	const struct mmx_page_list *l = &w->list;
	char text[128];
	uint64_t page = page_of(w, mmx_page_list_tell(l, text, sizeof(text)));

	w->broken |= l->end != MMX_PAGE_LIST_WHOLE;
	switch (l->end) {
	case MMX_PAGE_LIST_WHOLE:
		return 0;
	case MMX_PAGE_LIST_LOST:
		return lost(w);
	case MMX_PAGE_LIST_NO_PAGE:
	case MMX_PAGE_LIST_CUT:
		return FAULT(w, BROKEN, page, "%s", text);
	case MMX_PAGE_LIST_AGAIN:
		return FAULT(w, CYCLE, page, "%s", text);
	case MMX_PAGE_LIST_SHARED:
		return FAULT(w, TWICE, page, "%s", text);
	case MMX_PAGE_LIST_NOMEM:
		break;
	}
	return -1;
}

static int walk_list(struct walk *w, struct mmx_view *view, unsigned int order, unsigned int type)
{
	const char *name = w->blocks && type < w->blocks->types ? w->blocks->name[type] : "";

	if (*name)
		snprintf(w->where, sizeof(w->where), "order %u, %s", order, name);
	else
		snprintf(w->where, sizeof(w->where), "order %u, type %u", order, type);
	mmx_free_list_begin(&w->list, view, &w->lists->heads, w->zone->zone, order, type);
	while (mmx_page_list_next(&w->list)) {
		if (take(w))
			return -1;
	}
	return tell_end(w);
}

/* Where a list broke off nothing can be said of the count. */
static int check_nr_free(struct walk *w, struct mmx_view *view, unsigned int order)
{
	const struct mmx_member *area = &view->kernel->layout.member[M_zone_free_area].m;
	struct mmx_free_zone *zone = w->zone;
	uint64_t at = zone->zone->addr + area->bit_off / 8 + order * (uint64_t)area->elem_size +
		      mmx_off(&view->kernel->layout, M_free_area_nr_free);
	uint64_t found = 0;

	zone->nr_free_read[order] = mmx_kread_u64(view, at, &zone->nr_free[order]);
	for (unsigned int type = 0; type < w->lists->types; type++)
		found += zone->blocks[order][type];
	if (zone->nr_free_read[order]) {
		mmx_cover_failf(&w->lists->coverage, mmx_read_code(zone->nr_free_read[order]),
				"nr_free of order %u, node %u, zone %s, at 0x%" PRIx64 " is %s",
				order, zone->zone->node, zone->zone->name, at,
				mmx_read_name(zone->nr_free_read[order]));
		return 0;
	}
	snprintf(w->where, sizeof(w->where), "order %u", order);
	if (w->broken || found == zone->nr_free[order])
		return 0;
	return FAULT(w, NR_FREE, at, "the lists have %" PRIu64 " blocks and nr_free says %" PRIu64,
		     found, zone->nr_free[order]);
}

static int walk_zone(struct mmx_free_lists *lists, struct mmx_view *view,
		     const struct mmx_zone *zone)
{
	const struct mmx_pageblock_format *blocks = mmx_know_pageblock_format(view);
	struct walk w = {.lists = lists, .blocks = blocks->types ? blocks : NULL};

	if (!mmx_array_add(lists, (struct mmx_free_zone){.zone = zone}))
		return -1;
	w.zone = &lists->v[lists->n - 1];
	w.zone->lock_read = mmx_kread_member(view, zone->addr, M_zone_lock, &w.zone->lock);
	for (unsigned int order = 0; order < lists->orders; order++) {
		w.broken = false;
		for (unsigned int type = 0; type < lists->types; type++) {
			if (walk_list(&w, view, order, type))
				return -1;
		}
		if (check_nr_free(&w, view, order))
			return -1;
	}
	return 0;
}

static int require(struct mmx_free_lists *lists, const struct mmx_kernel *k, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_zone_free_area, M_free_area_free_list,
						      M_free_area_nr_free, M_page_buddy_list};
	const struct mmx_member *area = &k->layout.member[M_zone_free_area].m;
	const struct mmx_member *list = &k->layout.member[M_free_area_free_list].m;

	if (mmx_layout_require(&k->layout, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_fact_require(&k->facts, FACT_ZONES, err) ||
	    mmx_fact_require(&k->facts, FACT_PAGES, err))
		return -1;
	if (!area->nelems || area->nelems > MMX_BLOCK_ORDERS || !list->nelems ||
	    list->nelems > MMX_MIGRATE_TYPES)
		return mmx_fail(err, MMX_ECORRUPT,
				"free lists of %u orders and %u migrate types make no sense",
				area->nelems, list->nelems);
	lists->orders = area->nelems;
	lists->types = list->nelems;
	return 0;
}

/* The functions that came with that rule; some are inlined, and some depend on the configuration. */
static bool same_type(const struct mmx_symbols *symbols)
{
	static const char *const names[] = {"split_large_buddy", "__move_freepages_block",
					    "move_freepages_block_isolate",
					    "pageblock_isolate_and_move_free_pages"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (mmx_symbols_find(symbols, names[i]))
			return true;
	}
	return false;
}

int mmx_free_lists_find(struct mmx_free_lists *lists, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_zones *zones = &mmx_mem(view->kernel)->zones;

	if (require(lists, view->kernel, err))
		return -1;
	lists->same_type = same_type(&view->kernel->symbols);
	for (size_t i = 0; i < zones->n; i++) {
		if (!zones->v[i].present || !walk_zone(lists, view, &zones->v[i]))
			continue;
		mmx_free_lists_free(lists);
		return mmx_fail_nomem(err);
	}
	if (!mmx_pcp_check(lists, view))
		return 0;
	mmx_free_lists_free(lists);
	return mmx_fail_nomem(err);
}

void mmx_free_lists_free(struct mmx_free_lists *lists)
{
	mmx_page_heads_free(&lists->heads);
	mmx_array_free(&lists->findings);
	mmx_array_free(lists);
}
