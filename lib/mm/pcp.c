// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "kernel/kernel.h"
#include "kernel/list.h"
#include "kernel/percpu.h"
#include "mm/pcp.h"

#define COSTLY_ORDER 3u /* lists for each type up to this order, and for huge pages behind them */
#define HUGE_ORDER   9u
#define MAX_LISTS    64u
#define MAX_BYTES    4096u

/* A walk over the lists of one CPU and zone. */
struct walk {
	struct mmx_view *view;
	struct mmx_pcp *pcp;
	struct mmx_pcp_set *set;
	struct mmx_pcp_block block; /* of the current list, but for its frame */
	struct mmx_err *err;
	bool bad, nomem;
};

static bool take(void *arg, uint64_t node)
{
	struct walk *w = arg;
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t page = node - mmx_off(&k->layout, M_page_pcp_list);

	if (!mmx_page_pfn(k, page, &w->block.pfn)) {
		mmx_fail(w->err, MMX_ECORRUPT, "list %u holds 0x%" PRIx64 ", which is no page",
			 w->block.list, page);
		w->bad = true;
		return false;
	}
	w->set->found += 1ULL << w->block.order;
	w->nomem = !mmx_array_add(&w->pcp->blocks, w->block);
	return !w->nomem;
}

/* What a list holds follows from its number: a row of types for each low order, then huge pages. */
static void describe(const struct mmx_layout *l, struct mmx_pcp_block *b)
{
	unsigned int types = mmx_enum(l, E_MIGRATE_PCPTYPES);
	unsigned int low = types * (COSTLY_ORDER + 1);

	b->order = b->list < low ? b->list / types : HUGE_ORDER;
	b->migratetype = b->list < low ? (int)(b->list % types) : -1;
	if (b->list == low + 1) /* of two lists of huge pages, the second is for movable ones */
		b->migratetype = mmx_enum(l, E_MIGRATE_MOVABLE);
}

static int walk_lists(struct walk *w, struct mmx_err *err)
{
	const struct mmx_kernel *k = w->view->kernel;
	const struct mmx_member *lists = &k->layout.member[M_per_cpu_pages_lists].m;
	uint64_t size = mmx_size(&k->layout, S_per_cpu_pages);
	uint64_t frames = mmx_ranges_total(&k->sparse.pfn);
	unsigned char bytes[MAX_BYTES];

	if (mmx_kread_ok(w->view, w->set->addr, bytes, size, "struct per_cpu_pages", err))
		return -1;
	w->set->count = (int32_t)mmx_get(&k->layout, M_per_cpu_pages_count, bytes);
	w->err = err;
	for (unsigned int i = 0; i < lists->nelems && !w->nomem; i++) {
		uint64_t head = w->set->addr + lists->bit_off / 8 + i * (uint64_t)lists->elem_size;

		w->block.list = i;
		describe(&k->layout, &w->block);
		/* No frame is on two lists, so all of them together have no more blocks than frames. */
		if (mmx_list_walk(w->view, head, frames - w->pcp->blocks.n, take, w, err) || w->bad)
			return -1;
	}
	return 0;
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
	    !lists->nelems || lists->nelems > MAX_LISTS || mmx_size(l, S_per_cpu_pages) > MAX_BYTES)
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

	if (!mmx_array_add(pcp, (struct mmx_pcp_set){.zone = zone, .cpu = cpu->nr, .count = -1}))
		return -1;
	w.set = &pcp->v[pcp->n - 1];
	if (mmx_kread_ok(view, pointer_at, pointer, sizeof(pointer), "the zone's per-CPU pointer",
			 &w.set->trouble))
		return 0;
	w.set->addr = mmx_le64(pointer) + cpu->offset;
	if (walk_lists(&w, &w.set->trouble))
		mmx_fail_prefix(&w.set->trouble, "free lists of CPU %u, node %u, zone %s", cpu->nr,
				zone->node, zone->name);
	return w.nomem ? -1 : 0;
}

static int by_pfn(const void *a, const void *b)
{
	const struct mmx_pcp_block *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

int mmx_pcp_read(struct mmx_pcp *pcp, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_zones *zones = &view->kernel->zones;
	struct mmx_cpus cpus = {0};
	int ret = 0;

	*pcp = (struct mmx_pcp){0};
	if (require(view->kernel, err) || mmx_cpus_find(&cpus, view, err))
		return -1;
	for (size_t i = 0; i < zones->n; i++) {
		for (size_t c = 0; c < cpus.n && !ret; c++)
			ret = read_set(pcp, view, &zones->v[i], &cpus.v[c]);
	}
	mmx_cpus_free(&cpus);
	if (ret) {
		mmx_pcp_free(pcp);
		return mmx_fail_nomem(err);
	}
	if (pcp->blocks.n)
		qsort(pcp->blocks.v, pcp->blocks.n, sizeof(*pcp->blocks.v), by_pfn);
	return 0;
}

void mmx_pcp_free(struct mmx_pcp *pcp)
{
	mmx_array_free(&pcp->blocks);
	mmx_array_free(pcp);
}

int mmx_pcp_check(const struct mmx_pcp *pcp, struct mmx_err *err)
{
	for (size_t i = 0; i < pcp->n; i++) {
		const struct mmx_pcp_set *set = &pcp->v[i];

		if (set->trouble.code)
			return mmx_fail(err, set->trouble.code, "%s", set->trouble.text);
		if (set->count < 0 || (uint64_t)set->count != set->found)
			return mmx_fail(err, MMX_ECORRUPT,
					"free lists of CPU %u, node %u, zone %s: they hold %" PRIu64
					" pages and are counted as %" PRId64,
					set->cpu, set->zone->node, set->zone->name, set->found,
					set->count);
	}
	return 0;
}

const struct mmx_pcp_block *mmx_pcp_find(const struct mmx_pcp *pcp, uint64_t pfn)
{
	size_t low = 0, high = pcp->blocks.n;
	const struct mmx_pcp_block *block;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pcp->blocks.v[middle].pfn <= pfn)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	block = &pcp->blocks.v[low - 1];
	return pfn - block->pfn < 1ULL << block->order ? block : NULL;
}

int mmx_pcp_each(struct mmx_view *view, mmx_pcp_fn fn, void *arg, struct mmx_err *err)
{
	struct mmx_pcp pcp;
	int ret;

	ret = mmx_pcp_read(&pcp, view, err);
	if (ret)
		return ret;
	for (size_t i = 0; i < pcp.blocks.n && fn(arg, &pcp.blocks.v[i]); i++)
		continue;
	for (size_t i = 0; i < pcp.n && !ret; i++) {
		if (pcp.v[i].trouble.code)
			ret = mmx_fail(err, pcp.v[i].trouble.code, "%s", pcp.v[i].trouble.text);
	}
	mmx_pcp_free(&pcp);
	return ret;
}
