// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/files/block_devices.h"
#include "mm/mem.h"
#include "mm/owners/hugetlb_pools.h"
#include "mm/swap/swap_areas.h"
#include "mm/zones/zone_states.h"
#include "proc/memory_sums.h"

#define MAX_ZSWAP_POOLS 4096u

static struct mmx_proc_value min(struct mmx_proc_value a, struct mmx_proc_value b)
{
	return (struct mmx_proc_value){a.n < b.n ? a.n : b.n, a.unknown || b.unknown};
}

static struct mmx_proc_value plus(struct mmx_proc_value a, struct mmx_proc_value b)
{
	return (struct mmx_proc_value){a.n + b.n, a.unknown || b.unknown};
}

static struct mmx_proc_value minus(struct mmx_proc_value a, struct mmx_proc_value b)
{
	return (struct mmx_proc_value){a.n - b.n, a.unknown || b.unknown};
}

static struct mmx_proc_value counter(struct mmx_proc *p, enum mmx_counter_group group,
				     const char *name)
{
	const struct mmx_counters *c = mmx_know_counters(p->view);

	return mmx_proc_counter(p, c, mmx_counter_of_all(c, group, name));
}

static struct mmx_proc_value low_marks(struct mmx_proc *p)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(p->view);
	struct mmx_proc_value sum = {0};

	if (!mmx_cover_whole(&states->coverage))
		return mmx_proc_unknown(p, &states->coverage.first);
	for (size_t i = 0; i < states->n; i++)
		sum.n += mmx_zone_mark(&states->v[i], MMX_MARK_LOW);
	return sum;
}

/* Half of it may be had, or all of it but the low watermarks, if that is more. */
static struct mmx_proc_value to_be_had(struct mmx_proc_value all, struct mmx_proc_value low)
{
	struct mmx_proc_value half = {all.n / 2, all.unknown};

	return minus(all, min(half, low));
}

struct mmx_proc_value mmx_sum_available(struct mmx_proc *p)
{
	struct mmx_proc_value low = low_marks(p), sum;
	struct mmx_proc_value files = plus(counter(p, MMX_COUNTERS_NODE, "NR_ACTIVE_FILE"),
					   counter(p, MMX_COUNTERS_NODE, "NR_INACTIVE_FILE"));
	struct mmx_proc_value slab =
		plus(counter(p, MMX_COUNTERS_NODE, "NR_SLAB_RECLAIMABLE_B"),
		     counter(p, MMX_COUNTERS_NODE, "NR_KERNEL_MISC_RECLAIMABLE"));

	sum = minus(counter(p, MMX_COUNTERS_ZONE, "NR_FREE_PAGES"),
		    mmx_proc_variable(p, "totalreserve_pages", 8));
	sum = plus(plus(sum, to_be_had(files, low)), to_be_had(slab, low));
	if ((int64_t)sum.n < 0)
		sum.n = 0;
	return sum;
}

struct mmx_proc_value mmx_sum_buffers(struct mmx_proc *p)
{
	const struct mmx_block_caches *caches = mmx_know_block_caches(p->view);

	if (!mmx_cover_whole(&caches->coverage))
		return mmx_proc_unknown(p, &caches->coverage.first);
	return (struct mmx_proc_value){.n = caches->pages};
}

struct mmx_proc_value mmx_sum_hugetlb(struct mmx_proc *p)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(p->view);
	struct mmx_proc_value sum = {0};

	if (!pools->n && !mmx_cover_whole(&pools->coverage))
		return mmx_proc_unknown(p, &pools->coverage.first);
	for (unsigned int i = 0; i < pools->n; i++)
		sum.n += pools->v[i].total << pools->v[i].order;
	return sum;
}

/* A kernel without swap has none of these, and 0 in their place. */
static struct mmx_proc_value swap_variable(struct mmx_proc *p, const char *name)
{
	if (mmx_is_without_swap(p->view->kernel))
		return (struct mmx_proc_value){0};
	return mmx_proc_variable(p, name, 8);
}

struct mmx_proc_value mmx_sum_commit_limit(struct mmx_proc *p)
{
	struct mmx_proc_value kib = mmx_proc_variable(p, "sysctl_overcommit_kbytes", 8);
	struct mmx_proc_value percents = mmx_proc_variable(p, "sysctl_overcommit_ratio", 4);
	struct mmx_proc_value allowed = {kib.n >> 2, kib.unknown};

	if (!kib.n) {
		allowed = minus(mmx_proc_variable(p, "_totalram_pages", 8), mmx_sum_hugetlb(p));
		allowed.n = allowed.n * percents.n / 100;
		allowed.unknown |= percents.unknown || kib.unknown;
	}
	return plus(allowed, swap_variable(p, "total_swap_pages"));
}

struct mmx_proc_value mmx_sum_committed(struct mmx_proc *p)
{
	struct mmx_err err;
	uint64_t addr;
	int64_t sum;

	if (!mmx_symbol_addr(&p->view->kernel->symbols, "vm_committed_as", &addr)) {
		mmx_fail(&err, MMX_EMISSING, "symbol vm_committed_as is needed");
		return mmx_proc_unknown(p, &err);
	}
	if (mmx_percpu_counter_sum(p->view, addr, &sum, &err))
		return mmx_proc_unknown(p, &err);
	return (struct mmx_proc_value){.n = sum < 0 ? 0 : (uint64_t)sum};
}

/* What areas have that are being swapped off: it counts until they are empty. */
static struct mmx_proc_value leaving(struct mmx_proc *p)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(p->view);
	struct mmx_proc_value sum = {0};
	struct mmx_err err;

	if (swaps->coverage.unknown || swaps->coverage.absent)
		return mmx_proc_unknown(p, &swaps->coverage.first);
	for (size_t i = 0; i < swaps->n; i++) {
		bool leaves;

		if (mmx_swap_leaving(&swaps->v[i], p->view, &leaves, &err))
			return mmx_proc_unknown(p, &err);
		sum.n += leaves ? swaps->v[i].in_use : 0;
	}
	return sum;
}

struct mmx_proc_value mmx_sum_swap(struct mmx_proc *p, const char *variable)
{
	return plus(swap_variable(p, variable), leaving(p));
}

/* Since 6.18 each of its pools is one of zsmalloc; before that it may be another allocator's. */
static int add_zswap_pool(struct mmx_view *view, uint64_t pool, uint64_t *pages,
			  struct mmx_err *err)
{
	uint64_t zs_pool, n;

	if (!mmx_has(&view->kernel->layout, M_zswap_pool_zs_pool))
		return mmx_fail(err, MMX_EMISSING,
				"what a pool of zswap takes is known from 6.18 on and up to 6.8");
	if (mmx_kget(view, pool, M_zswap_pool_zs_pool, &zs_pool, err) ||
	    mmx_kget(view, zs_pool, M_zs_pool_pages_allocated, &n, err))
		return -1;
	*pages += n;
	return 0;
}

struct mmx_proc_value mmx_sum_zswap(struct mmx_proc *p)
{
	const struct mmx_layout *l = &p->view->kernel->layout;
	const enum mmx_layout_member need[] = {M_zswap_pool_list};
	struct mmx_proc_value v = {0};
	struct mmx_list list;
	struct mmx_err err;
	uint64_t head;

	/* Up to 6.8 there was a sum, in bytes. */
	if (mmx_symbol_addr(&p->view->kernel->symbols, "zswap_pool_total_size", &head)) {
		v = mmx_proc_variable(p, "zswap_pool_total_size", 8);
		v.n >>= 12;
		return v;
	}
	if (!mmx_symbol_addr(&p->view->kernel->symbols, "zswap_pools", &head)) {
		mmx_fail(&err, MMX_EMISSING, "symbol zswap_pools is needed");
		return mmx_proc_unknown(p, &err);
	}
	if (mmx_layout_require(l, need, 1, &err))
		return mmx_proc_unknown(p, &err);
	mmx_list_begin(&list, p->view, head, MAX_ZSWAP_POOLS);
	while (mmx_list_next(&list)) {
		if (add_zswap_pool(p->view, list.node - mmx_off(l, M_zswap_pool_list), &v.n, &err))
			return mmx_proc_unknown(p, &err);
	}
	return mmx_cover_whole(&list.coverage) ? v : mmx_proc_unknown(p, &list.coverage.first);
}

/* A counter of nodes since 7.1, before that a variable. */
struct mmx_proc_value mmx_sum_vmalloc_used(struct mmx_proc *p)
{
	const struct mmx_counters *c = mmx_know_counters(p->view);

	if (mmx_counter_number(c, MMX_COUNTERS_NODE, "NR_VMALLOC") >= 0)
		return counter(p, MMX_COUNTERS_NODE, "NR_VMALLOC");
	return mmx_proc_variable(p, "nr_vmalloc_pages", 8);
}

struct mmx_proc_value mmx_sum_percpu(struct mmx_proc *p)
{
	struct mmx_proc_value pages = mmx_proc_variable(p, "pcpu_nr_populated", 4);
	struct mmx_proc_value units = mmx_proc_variable(p, "pcpu_nr_units", 4);

	return (struct mmx_proc_value){pages.n * units.n, pages.unknown || units.unknown};
}
