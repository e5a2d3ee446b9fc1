// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/ledger/largest.h"
#include "mm/owners/memcg.h"

/* @swap: with version 1 of cgroups it has memory in it, too; @kmem: of version 1 alone, 0 with version 2 */
struct counters {
	uint64_t usage, kmem, swap;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct counters, usage, mem_cgroup, memory_usage),
	MMX_WANT_IF(struct counters, kmem, mem_cgroup, kmem_usage),
	MMX_WANT_IF(struct counters, swap, mem_cgroup, swap_usage),
};

static const struct mmx_decode counters_table = MMX_DECODE("mem_cgroup", wanted);

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
	if (version == VERSION_1)
		c.swap -= c.usage;
	total->swap_read = version != VERSION_UNKNOWN && mmx_has(l, M_mem_cgroup_swap_usage) &&
			   (int64_t)c.swap >= 0;
	if (total->swap_read)
		total->swap = c.swap;
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
	if (nomem) {
		mmx_memcg_totals_free(totals);
		return mmx_fail_nomem(err);
	}
	merge(totals);
	for (size_t i = 0; i < totals->n; i++)
		mmx_memcg_counters_read(&totals->v[i], view);
	mmx_array_sort(totals, larger_first);
	return 0;
}

void mmx_memcg_totals_free(struct mmx_memcg_totals *totals)
{
	mmx_array_free(totals);
}
