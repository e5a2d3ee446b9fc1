// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/mem.h"
#include "mm/ledger/largest.h"
#include "mm/lru/lruvecs.h"
#include "mm/owners/memcg.h"
#include "mm/owners/memcg_kmem.h"
#include "mm/processes/task.h"

/* @swap: with version 1 of cgroups it has memory in it, too; @kmem: of version 1 alone, 0 with version 2, where it is a statistic */
struct counters {
	uint64_t usage, kmem, swap;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct counters, usage, mem_cgroup, memory_usage),
	MMX_WANT_IF(struct counters, kmem, mem_cgroup, kmem_usage),
	MMX_WANT_IF(struct counters, swap, mem_cgroup, swap_usage),
};

static const struct mmx_decode counters_table = MMX_DECODE("mem_cgroup", wanted);

#define MAX_STOCK   64u /* memory cgroups that a CPU has charges of ready */
#define REFS_ATOMIC 1u  /* __PERCPU_REF_ATOMIC, of an enum without a name */

/* A hierarchy of version 1 has the controller when it is not on the default one, which is version 2's. */
enum version { VERSION_UNKNOWN, VERSION_1, VERSION_2 };

static enum version version_of(struct mmx_view *view)
{
	uint64_t on_default;

	if (mmx_kread_variable(view, "memory_cgrp_subsys_on_dfl_key", 4, &on_default))
		return VERSION_UNKNOWN;
	return on_default ? VERSION_2 : VERSION_1;
}

static int by_memcg(const void *a, const void *b)
{
	const struct mmx_memcg_total *x = a, *y = b;

	return (x->memcg > y->memcg) - (x->memcg < y->memcg);
}

static int larger_first(const void *a, const void *b)
{
	const struct mmx_memcg_total *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return by_memcg(a, b);
}

/* Several words lead to one memory cgroup: its own, and those of its obj_cgroups. */
static void merge(struct mmx_memcg_totals *totals)
{
	size_t kept = 0;

	mmx_array_sort(totals, by_memcg);
	for (size_t i = 0; i < totals->n; i++) {
		struct mmx_memcg_total *last = kept ? &totals->v[kept - 1] : NULL;

		if (!last || last->memcg != totals->v[i].memcg) {
			totals->v[kept++] = totals->v[i];
			continue;
		}
		last->total += totals->v[i].total;
		for (unsigned int sum = 0; sum < MMX_MEMCG_SUMS; sum++)
			last->pages[sum] += totals->v[i].pages[sum];
	}
	totals->n = kept;
}

/* With version 2 it is a statistic, which is not below 0 for those who read it. */
static void read_kmem(struct mmx_memcg_total *total, struct mmx_view *view)
{
	const struct mmx_memcg_pages *kmem =
		mmx_memcg_kmem_of(mmx_know_memcg_kmem(view), total->memcg);

	total->kmem_read = kmem && !kmem->why;
	if (total->kmem_read)
		total->kmem = kmem->pages < 0 ? 0 : (uint64_t)kmem->pages;
}

void mmx_memcg_counters_read(struct mmx_memcg_total *total, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	enum version version = version_of(view);
	struct counters c;

	if (!total->memcg || mmx_decode_into(&counters_table, view, total->memcg, &c))
		return;
	total->read = true;
	total->usage = c.usage;
	total->kmem_read = version == VERSION_1 && mmx_has(l, M_mem_cgroup_kmem_usage);
	if (total->kmem_read)
		total->kmem = c.kmem;
	else if (version == VERSION_2)
		read_kmem(total, view);
	if (version == VERSION_1)
		c.swap -= c.usage;
	total->swap_read = version != VERSION_UNKNOWN && mmx_has(l, M_mem_cgroup_swap_usage) &&
			   (int64_t)c.swap >= 0;
	if (total->swap_read)
		total->swap = c.swap;
}

struct reference_count {
	uint64_t mode, data;
};

static const struct mmx_wanted reference_count_wanted[] = {
	MMX_WANT_IN(struct reference_count, mode, mem_cgroup, css, cgroup_subsys_state, refs_mode),
	MMX_WANT_IN(struct reference_count, data, mem_cgroup, css, cgroup_subsys_state, refs_data),
};

static const struct mmx_decode reference_count_table =
	MMX_DECODE("mem_cgroup", reference_count_wanted);

/* Once it was removed its references are counted in one place; until that is so, each CPU has a part. */
static int64_t references(struct mmx_view *view, uint64_t memcg)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct reference_count c;
	struct mmx_err err;
	uint64_t count;

	if (mmx_decode_require(&reference_count_table, l, &err) ||
	    mmx_decode_into(&reference_count_table, view, memcg, &c) || !(c.mode & REFS_ATOMIC) ||
	    mmx_kread_member(view, c.data, M_percpu_ref_data_count, &count))
		return -1;
	return (int64_t)count < 0 ? -1 : (int64_t)count;
}

static void take_dying(struct mmx_memcg_total *total, struct mmx_view *view)
{
	uint64_t swapped;

	total->dying = true;
	total->references = references(view, total->memcg);
	total->swapped = -1;
	if (!mmx_kread_member(view, total->memcg, M_mem_cgroup_id_refs, &swapped))
		total->swapped = (int64_t)(uint32_t)swapped;
}

static struct mmx_memcg_total *find_total(struct mmx_memcg_totals *totals, uint64_t memcg)
{
	size_t i = mmx_array_bound(totals, e, e->memcg < memcg);

	return i < totals->n && totals->v[i].memcg == memcg ? &totals->v[i] : NULL;
}

/* Each of them is a reference. What cannot be read is nothing that keeps one. */
static void find_stocks(struct mmx_memcg_totals *totals, struct mmx_view *view)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_member *m = &k->layout.member[M_memcg_stock_pcp_cached].m;
	uint64_t stocks, n = m->nelems ? m->nelems : 1, memcg;
	struct mmx_memcg_total *total;
	struct mmx_cpus cpus;
	struct mmx_err err;

	if (!mmx_has(&k->layout, M_memcg_stock_pcp_cached) || n > MAX_STOCK ||
	    !mmx_symbol_addr(&k->symbols, "memcg_stock", &stocks) ||
	    mmx_cpus_find(&cpus, view, &err))
		return;
	stocks += mmx_off(&k->layout, M_memcg_stock_pcp_cached);
	for (size_t i = 0; i < cpus.n * n; i++) {
		if (mmx_kread_u64(view, stocks + cpus.v[i / n].offset + i % n * 8, &memcg) ||
		    !memcg)
			continue;
		total = find_total(totals, memcg);
		if (total)
			total->stocks++;
	}
	mmx_cpus_free(&cpus);
}

/* A task's set of cgroups keeps each of them, and a task keeps that until nothing of it is left. */
static void find_tasks(struct mmx_memcg_totals *totals, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	struct mmx_memcg_total *total;
	uint64_t set, css;

	if (!mmx_has(l, M_css_set_subsys) || !mmx_has_enum(l, E_memory_cgrp_id) ||
	    (uint64_t)mmx_enum(l, E_memory_cgrp_id) >= l->member[M_css_set_subsys].m.nelems)
		return;
	for (size_t i = 0; i < tasks->n; i++) {
		if (mmx_kread_member(view, tasks->v[i].addr, M_task_struct_cgroups, &set) ||
		    mmx_kread_u64(view,
				  set + mmx_off(l, M_css_set_subsys) +
					  8 * (uint64_t)mmx_enum(l, E_memory_cgrp_id),
				  &css))
			continue;
		total = find_total(totals, css - mmx_off(l, M_mem_cgroup_css));
		if (total)
			total->tasks++;
	}
}

/* Of totals that are sorted by address. */
static void find_dying(struct mmx_memcg_totals *totals, struct mmx_view *view)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(view);

	for (size_t i = 0; i < l->memcgs.n; i++) {
		const struct mmx_lru_memcg *m = &l->memcgs.v[i];
		struct mmx_memcg_total *total = find_total(totals, m->addr), *above;

		if (total && !m->online)
			take_dying(total, view);
		above = m->above == i ? NULL : find_total(totals, l->memcgs.v[m->above].addr);
		if (above)
			above->below++;
	}
}

/* Those too that nothing is charged to. */
static bool add_all(struct mmx_memcg_totals *totals, struct mmx_view *view)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(view);

	for (size_t i = 0; i < l->memcgs.n; i++) {
		if (!mmx_array_add(totals, (struct mmx_memcg_total){.memcg = l->memcgs.v[i].addr}))
			return false;
	}
	return true;
}

int mmx_memcg_totals_find(struct mmx_memcg_totals *totals, const struct mmx_ledger *ledger,
			  struct mmx_view *view, struct mmx_coverage *coverage, struct mmx_err *err)
{
	struct mmx_keyed_rows rows;
	struct mmx_charge charge;
	struct mmx_err why;
	bool nomem = false;

	memset(totals, 0, sizeof(*totals));
	if (mmx_keyed_rows(&rows, &ledger->by[MMX_BY_MEMCG], err))
		return -1;
	for (size_t i = 0; i < rows.n && !nomem; i++) {
		struct mmx_memcg_total total = {.total = rows.v[i].total};

		memcpy(total.pages, rows.v[i].sum, sizeof(total.pages));
		if (mmx_charge_read(&charge, view, rows.v[i].key, &why))
			mmx_cover_fail(coverage, &why);
		else
			total.memcg = charge.memcg;
		nomem = !mmx_array_add(totals, total);
	}
	mmx_array_free(&rows);
	mmx_cover_inherit(coverage, &mmx_know_lruvecs(view)->coverage);
	if (nomem || !add_all(totals, view)) {
		mmx_memcg_totals_free(totals);
		return mmx_fail_nomem(err);
	}
	merge(totals);
	find_dying(totals, view);
	find_stocks(totals, view);
	find_tasks(totals, view);
	for (size_t i = 0; i < totals->n; i++)
		mmx_memcg_counters_read(&totals->v[i], view);
	mmx_array_sort(totals, larger_first);
	return 0;
}

void mmx_memcg_totals_free(struct mmx_memcg_totals *totals)
{
	mmx_array_free(totals);
}
