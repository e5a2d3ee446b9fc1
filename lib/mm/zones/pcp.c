// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "kernel/slist.h"
#include "mm/frames/buddy_block.h"
#include "mm/frames/pageblock.h"
#include "mm/zones/pcp.h"
#include "mm/owners/owner.h"

#define COSTLY_ORDER 3u /* lists for each type up to this order, and for huge pages behind them */
#define HUGE_ORDER   9u
#define MAX_LISTS    64u

/* A walk over the lists of one CPU and zone. */
struct walk {
	struct mmx_view *view;
	struct mmx_pcp *pcp;
	struct mmx_pcp_set *set;
	struct mmx_pcp_block block; /* of the current list, but for its frame */
};

/*
 * In a kernel that runs a page may be handed out while its list is walked, and what links it then is another list,
 * of pages in use, which leads on and on.
 */
static bool has_moved(const struct walk *w, uint64_t page)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint32_t refcount;

	return k->image->live &&
	       !mmx_kread_u32(w->view, page + mmx_mem(k)->page_format.refcount, &refcount) &&
	       refcount;
}

static int take(struct walk *w, uint64_t node, struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t page = node - mmx_off(&k->layout, M_page_pcp_list);

	if (!mmx_page_pfn(k, page, &w->block.pfn))
		return mmx_fail(err, MMX_ECORRUPT, "list %u holds 0x%" PRIx64 ", which is no page",
				w->block.list, page);
	if (has_moved(w, page))
		return mmx_fail(err, MMX_ECORRUPT,
				"list %u leads to PFN 0x%" PRIx64 ", which is in use",
				w->block.list, w->block.pfn);
	w->set->found += 1ULL << w->block.order;
	return mmx_array_add(&w->pcp->blocks, w->block) ? 0 : mmx_fail_nomem(err);
}

/* No frame is on two lists, so all of them together have no more blocks than frames. */
static int walk_list(struct walk *w, uint64_t head, struct mmx_err *err)
{
	uint64_t frames = mmx_ranges_total(&mmx_mem(w->view->kernel)->sparse.pfn);
	struct mmx_list list;

	mmx_list_begin(&list, w->view, head, frames - w->pcp->blocks.n);
	while (mmx_list_next(&list)) {
		if (take(w, list.node, err))
			return -1;
	}
	if (mmx_cover_whole(&list.coverage))
		return 0;
	*err = list.coverage.first;
	return -1;
}

/* Each type has a list for each of these orders. */
static unsigned int low_lists(const struct mmx_layout *l)
{
	return mmx_enum(l, E_MIGRATE_PCPTYPES) * (COSTLY_ORDER + 1);
}

/*
 * A kernel with one list of huge pages, up to 6.9, keeps whole pageblocks on it, which are larger where
 * there is no hugetlb.
 */
static unsigned int find_huge_order(struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_pageblock_format f;
	struct mmx_err err;

	if (l->member[M_per_cpu_pages_lists].m.nelems == low_lists(l) + 1 &&
	    !mmx_pageblock_format_find(&f, view, &err))
		return f.order;
	return HUGE_ORDER;
}

/* What a list holds follows from its number: a row of types for each low order, then huge pages. */
static void describe(const struct mmx_layout *l, unsigned int huge_order, struct mmx_pcp_block *b)
{
	unsigned int types = mmx_enum(l, E_MIGRATE_PCPTYPES);
	unsigned int low = low_lists(l);

	b->order = b->list < low ? b->list / types : huge_order;
	b->migratetype = b->list < low ? (int)(b->list % types) : -1;
	if (b->list == low + 1) /* of two lists of huge pages, the second is for movable ones */
		b->migratetype = mmx_enum(l, E_MIGRATE_MOVABLE);
}

static int check_count(const struct mmx_pcp_set *set, struct mmx_err *err)
{
	if (set->count >= 0 && (uint64_t)set->count == set->found)
		return 0;
	return mmx_fail(err, MMX_ECORRUPT,
			"they hold %" PRIu64 " pages and are counted as %" PRId64, set->found,
			set->count);
}

static int walk_lists(struct walk *w, struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;
	const struct mmx_member *lists = &k->layout.member[M_per_cpu_pages_lists].m;
	uint64_t count;

	if (mmx_kget(w->view, w->set->addr, M_per_cpu_pages_count, &count, err))
		return -1;
	w->set->count = (int32_t)count;
	for (unsigned int i = 0; i < lists->nelems; i++) {
		uint64_t head = w->set->addr + lists->bit_off / 8 + i * (uint64_t)lists->elem_size;
		struct mmx_err why;

		w->block.list = i;
		describe(&k->layout, w->pcp->huge_order, &w->block);
		/* One that is broken does not keep the others from being found. */
		if (walk_list(w, head, &why) && (!err->code || why.code == MMX_ENOMEM))
			*err = why;
	}
	return err->code ? -1 : check_count(w->set, err);
}

static int require(const struct mmx_kernel *k, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_zone_per_cpu_pageset, M_per_cpu_pages_count,
						      M_per_cpu_pages_lists, M_page_pcp_list};
	const struct mmx_layout *l = &k->layout;
	const struct mmx_member *lists = &l->member[M_per_cpu_pages_lists].m;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_fact_require(&k->facts, FACT_ZONES, err) ||
	    mmx_fact_require(&k->facts, FACT_VMEMMAP, err))
		return -1;
	if (!mmx_has_enum(l, E_MIGRATE_PCPTYPES) || !mmx_has_enum(l, E_MIGRATE_MOVABLE))
		return mmx_fail(err, MMX_EMISSING,
				"enum migratetype is needed and no source of types has it");
	if (mmx_enum(l, E_MIGRATE_PCPTYPES) <= 0 || mmx_enum(l, E_MIGRATE_PCPTYPES) > 8 ||
	    !lists->nelems || lists->nelems > MAX_LISTS)
		return mmx_fail(err, MMX_ECORRUPT,
				"per_cpu_pages with %u lists of %" PRId64 " types makes no sense",
				lists->nelems, mmx_enum(l, E_MIGRATE_PCPTYPES));
	return 0;
}

/* -1 without memory */
static int read_set(struct mmx_pcp *pcp, struct mmx_view *view, const struct mmx_zone *zone,
		    const struct mmx_cpu *cpu)
{
	uint64_t pointer_at = zone->addr + mmx_off(&view->kernel->layout, M_zone_per_cpu_pageset);
	struct walk w = {.view = view, .pcp = pcp, .block = {.zone = zone, .cpu = cpu->nr}};
	unsigned char pointer[8];
	struct mmx_err err = {0};

	if (!mmx_array_add(pcp, (struct mmx_pcp_set){.zone = zone, .cpu = cpu->nr, .count = -1}))
		return -1;
	w.set = &pcp->v[pcp->n - 1];
	if (!mmx_kread_ok(view, pointer_at, pointer, sizeof(pointer), "the zone's per-CPU pointer",
			  &err)) {
		w.set->addr = mmx_le64(pointer) + cpu->offset;
		walk_lists(&w, &err);
		pcp->coverage.found += w.set->found;
	}
	if (err.code) {
		mmx_fail_prefix(&err, "free lists of CPU %u, node %u, zone %s", cpu->nr, zone->node,
				zone->name);
		mmx_cover_fail(&pcp->coverage, &err);
	}
	return err.code == MMX_ENOMEM ? -1 : 0;
}

/* A page that waits has its order in its private word. */
static int add_waiting(struct mmx_pcp *pcp, struct mmx_view *view, const struct mmx_zone *zone,
		       uint64_t node, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	uint64_t page = node - mmx_off(&k->layout, M_page_pcp_llist), order;
	struct mmx_pcp_block block = {.zone = zone, .cpu = MMX_PCP_WAITING, .migratetype = -1};
	enum mmx_read read = mmx_kread_u64(view, page + mmx_mem(k)->page_format.private, &order);

	if (read)
		return mmx_fail(err, mmx_read_code(read), "the page at 0x%" PRIx64 " is %s", page,
				mmx_read_name(read));
	if (!mmx_page_pfn(k, page, &block.pfn) || order >= MMX_BLOCK_ORDERS ||
	    block.pfn & ((1ULL << order) - 1))
		return mmx_fail(err, MMX_ECORRUPT,
				"it holds 0x%" PRIx64 ", which is no page that a block begins with",
				page);
	block.order = order;
	if (!mmx_array_add(&pcp->blocks, block))
		return mmx_fail_nomem(err);
	pcp->coverage.found += 1ULL << order;
	return 0;
}

/* -1 without memory */
static int read_waiting(struct mmx_pcp *pcp, struct mmx_view *view, const struct mmx_zone *zone)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_err err = {0};
	struct mmx_slist list;

	if (!mmx_has(&k->layout, M_zone_trylock_free_pages))
		return 0;
	if (!mmx_layout_require(&k->layout, (enum mmx_layout_member[]){M_page_pcp_llist}, 1,
				&err)) {
		mmx_slist_begin(&list, view,
				zone->addr + mmx_off(&k->layout, M_zone_trylock_free_pages),
				mmx_ranges_total(&mmx_mem(k)->sparse.pfn));
		while (mmx_slist_next(&list) && !add_waiting(pcp, view, zone, list.node, &err))
			continue;
		if (!err.code)
			err = list.coverage.first;
	}
	if (err.code) {
		mmx_fail_prefix(&err, "pages freed without the lock of node %u, zone %s",
				zone->node, zone->name);
		mmx_cover_fail(&pcp->coverage, &err);
	}
	return err.code == MMX_ENOMEM ? -1 : 0;
}

int mmx_pcp_find(struct mmx_pcp *pcp, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_zones *zones = &mmx_mem(view->kernel)->zones;
	struct mmx_cpus cpus = {0};
	int ret = 0;

	if (require(view->kernel, err) || mmx_cpus_find(&cpus, view, err))
		return -1;
	pcp->huge_order = find_huge_order(view);
	for (size_t i = 0; i < zones->n && !ret; i++) {
		/* That of devices has no lists of its own, but shares those that were there at boot. */
		if (!zones->v[i].present)
			continue;
		for (size_t c = 0; c < cpus.n && !ret; c++)
			ret = read_set(pcp, view, &zones->v[i], &cpus.v[c]);
		if (!ret)
			ret = read_waiting(pcp, view, &zones->v[i]);
	}
	mmx_cpus_free(&cpus);
	if (ret) {
		mmx_pcp_free(pcp);
		return mmx_fail_nomem(err);
	}
	mmx_array_sort_by(&pcp->blocks, pfn);
	return 0;
}

void mmx_pcp_free(struct mmx_pcp *pcp)
{
	mmx_array_free(&pcp->blocks);
	mmx_array_free(pcp);
}

const struct mmx_pcp_block *mmx_pcp_block_of(const struct mmx_pcp *pcp, uint64_t pfn)
{
	size_t n = mmx_array_bound(&pcp->blocks, block, block->pfn <= pfn);
	const struct mmx_pcp_block *block = n ? &pcp->blocks.v[n - 1] : NULL;

	return block && pfn - block->pfn < 1ULL << block->order ? block : NULL;
}

/* Blocks of one kind: those that wait, or those of CPUs. */
static bool blocks_that(struct mmx_view *view, bool wait, size_t nth, struct mmx_owner_run *run)
{
	const struct mmx_pcp *pcp = mmx_know_pcp(view);
	const struct mmx_pcp_block *block = nth < pcp->blocks.n ? &pcp->blocks.v[nth] : NULL;

	if (!block)
		return false;
	*run = (struct mmx_owner_run){.pfn = block->pfn};
	if ((block->cpu == MMX_PCP_WAITING) == wait)
		run->frames = 1ULL << block->order;
	return true;
}

static bool blocks_of_cpus(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	return blocks_that(view, false, nth, run);
}

static bool blocks_that_wait(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	return blocks_that(view, true, nth, run);
}

const struct mmx_owner_kind mmx_owner_pcp = {
	.name = "per-CPU free lists",
	.class = CLASS_FREE_PCP,
	.why = "it is on a per-CPU free list",
	.known = MMX_KNOWN_pcp,
	.run = blocks_of_cpus,
};

const struct mmx_owner_kind mmx_owner_waiting = {
	.name = "pages freed without their zone's lock",
	.class = CLASS_FREE_PCP,
	.why = "it waits on its zone's list of pages freed without the lock",
	.known = MMX_KNOWN_pcp,
	.run = blocks_that_wait,
};
