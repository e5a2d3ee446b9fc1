// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "mm/ledger/largest.h"
#include "mm/owners/memcg.h"

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct mmx_memcg_total, usage, mem_cgroup, memory_usage),
	MMX_WANT_IF(struct mmx_memcg_total, kmem, mem_cgroup, kmem_usage),
	MMX_WANT_IF(struct mmx_memcg_total, swap, mem_cgroup, swap_usage),
};

static const struct mmx_decode counters = MMX_DECODE("mem_cgroup", wanted);

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
		totals->v[i].read =
			totals->v[i].memcg &&
			!mmx_decode_into(&counters, view, totals->v[i].memcg, &totals->v[i]);
	mmx_array_sort(totals, larger_first);
	return 0;
}

void mmx_memcg_totals_free(struct mmx_memcg_totals *totals)
{
	mmx_array_free(totals);
}
