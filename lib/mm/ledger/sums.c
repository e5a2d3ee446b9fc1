// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/files/block_devices.h"
#include "mm/frames/refcount.h"
#include "mm/ledger/sums.h"
#include "mm/owners/hugetlb_pools.h"
#include "mm/owners/percpu.h"
#include "mm/owners/stack.h"
#include "mm/owners/vmalloc.h"
#include "mm/owners/reserved.h"
#include "mm/processes/task.h"
#include "mm/swap/swap_areas.h"
#include "mm/zones/counters.h"
#include "mm/zones/pcp.h"

#define TASK_DEAD 0x80 /* of a task's state, since 4.14 */
#define VM_ALLOC  0x02 /* of an area's flags: it allocated its pages itself */

/* What all sums need, and where they go. */
struct sums {
	struct mmx_balances *out;
	const struct mmx_ledger *ledger;
	struct mmx_view *view;
	struct mmx_err *err;
};

static struct mmx_balance empty(const char *name, const char *unit)
{
	struct mmx_balance b = {.unit = unit, .node = -1, .zone = -1};

	snprintf(b.name, sizeof(b.name), "%s", name);
	return b;
}

/* What could not all be summed explains nothing: that goes into the coverage. */
static int add(struct sums *s, struct mmx_balance *b, const struct mmx_coverage *rests_on)
{
	if (rests_on && !mmx_cover_whole(rests_on) && !b->why.code)
		b->why = rests_on->first;
	return mmx_array_add(s->out, *b) ? 0 : mmx_fail_nomem(s->err);
}

static int pcp_lists(struct sums *s)
{
	const struct mmx_pcp *pcp = mmx_know_pcp(s->view);
	struct mmx_balance b = empty("per-CPU free lists", "pages");

	b.counted = (int64_t)s->ledger->total.class[CLASS_FREE_PCP];
	for (size_t i = 0; i < pcp->n; i++)
		b.kernel += pcp->v[i].count > 0 ? pcp->v[i].count : 0;
	for (size_t i = 0; i < pcp->blocks.n; i++) {
		if (pcp->blocks.v[i].cpu == MMX_PCP_WAITING)
			b.counted -= 1LL << pcp->blocks.v[i].order;
	}
	b.unexplained = mmx_balance_difference(&b);
	return add(s, &b, &pcp->coverage);
}

/* A dead task's stack stays until nobody needs the task any more, and does not count from its last moment on. */
static int64_t dead_stacks(const struct sums *s, const struct mmx_stacks *stacks)
{
	uint64_t state;
	int64_t bytes = 0;

	for (size_t i = 0; i < stacks->n; i++) {
		if (!mmx_kread_member(s->view, stacks->v[i].task->addr, M_task_struct_state,
				      &state) &&
		    state & TASK_DEAD)
			bytes += (int64_t)(stacks->v[i].end - stacks->v[i].start);
	}
	return bytes;
}

static int kernel_stacks(struct sums *s)
{
	const struct mmx_counters *c = mmx_know_counters(s->view);
	const struct mmx_stacks *stacks = mmx_know_stacks(s->view);
	struct mmx_counter counter = mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_KERNEL_STACK_KB");
	struct mmx_balance b = empty("nr_kernel_stack", "kB");

	if (mmx_counter_number(c, MMX_COUNTERS_NODE, "NR_KERNEL_STACK_KB") < 0)
		return 0;
	if (counter.why)
		b.why = *counter.why;
	b.kernel = counter.shared;
	b.counted = (int64_t)(s->ledger->total.class[CLASS_STACK]
				      << s->view->kernel->arch->page_shift >>
			      10);
	b.unexplained = mmx_balance_difference(&b);
	mmx_balance_explain(&b, MMX_PART_OF_PENDING, -counter.pending);
	mmx_balance_explain(&b, MMX_PART_OF_DEAD, -(dead_stacks(s, stacks) >> 10));
	return add(s, &b, &stacks->coverage);
}

/* Pages that areas allocated, by the areas; since 6.17 a node's counter, before that one of its own. */
static int vmalloc_pages(struct sums *s)
{
	const struct mmx_vmalloc *areas = mmx_know_vmalloc(s->view);
	const struct mmx_counters *c = mmx_know_counters(s->view);
	struct mmx_balance b = empty("nr_vmalloc", "pages");
	struct mmx_counter counter = {0};
	uint64_t pages;

	for (size_t i = 0; i < areas->n; i++) {
		if (areas->v[i].kind == MMX_VMALLOC_AREA && !areas->v[i].read &&
		    areas->v[i].flags & VM_ALLOC)
			b.counted += (int64_t)areas->v[i].nr_pages;
	}
	if (mmx_counter_number(c, MMX_COUNTERS_NODE, "NR_VMALLOC") >= 0) {
		counter = mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_VMALLOC");
		if (counter.why)
			b.why = *counter.why;
		b.kernel = counter.shared;
	} else if (!mmx_kread_variable(s->view, "nr_vmalloc_pages", 8, &pages)) {
		b.kernel = (int64_t)pages;
	} else {
		return 0;
	}
	b.unexplained = mmx_balance_difference(&b);
	mmx_balance_explain(&b, MMX_PART_OF_PENDING, -counter.pending);
	return add(s, &b, &areas->coverage);
}

/* Pages of a unit of each chunk, for as many units as there are. */
static int percpu_pages(struct sums *s)
{
	const struct mmx_percpu *p = mmx_know_percpu(s->view);
	struct mmx_balance b = empty("Percpu", "pages");
	uint64_t populated, units;

	if (mmx_kread_variable(s->view, "pcpu_nr_populated", 8, &populated) ||
	    mmx_kread_variable(s->view, "pcpu_nr_units", 4, &units))
		return 0;
	b.kernel = (int64_t)(populated * units);
	for (size_t i = 0; i < p->n; i++)
		b.counted += (int64_t)(p->v[i].found * units);
	b.unexplained = mmx_balance_difference(&b);
	return add(s, &b, &p->coverage);
}

/* Huge pages of all sizes; a bad page of one is in a class of its own. */
static int huge_pages(struct sums *s)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(s->view);
	struct mmx_balance b = empty("Hugetlb", "pages");

	if (!pools->n && mmx_cover_whole(&pools->coverage))
		return 0;
	for (unsigned int i = 0; i < pools->n; i++)
		b.kernel += (int64_t)(pools->v[i].total << pools->v[i].order);
	b.counted = (int64_t)(s->ledger->total.class[CLASS_HUGETLB] +
			      s->ledger->total.counted[MMX_COUNTED_HUGETLB_BAD]);
	b.unexplained = mmx_balance_difference(&b);
	return add(s, &b, &pools->coverage);
}

/* Nobody holds a free one. */
static int free_huge_pages(struct sums *s)
{
	const struct mmx_hugetlb_pools *pools = mmx_know_hugetlb_pools(s->view);
	const struct mmx_tally *total = &s->ledger->total;
	struct mmx_balance b = empty("Hugetlb free", "pages");

	if (!pools->n && mmx_cover_whole(&pools->coverage))
		return 0;
	for (unsigned int i = 0; i < pools->n; i++)
		b.kernel += (int64_t)(pools->v[i].free << pools->v[i].order);
	b.counted =
		(int64_t)(total->class[CLASS_HUGETLB] - total->counted[MMX_COUNTED_HUGETLB_USED]);
	b.unexplained = mmx_balance_difference(&b);
	return add(s, &b, &pools->coverage);
}

/* What each block device's cache counts, and the pages that say that they are in it. */
static int buffers(struct sums *s)
{
	const struct mmx_block_caches *caches = mmx_know_block_caches(s->view);
	struct mmx_balance b = empty("Buffers", "pages");

	b.kernel = (int64_t)caches->pages;
	b.counted = (int64_t)s->ledger->total.counted[MMX_COUNTED_BUFFERS];
	b.unexplained = mmx_balance_difference(&b);
	mmx_balance_explain_up_to(&b, MMX_PART_OF_MISSING, s->ledger->total.class[CLASS_MISSING]);
	return add(s, &b, &caches->coverage);
}

/* Up to 6.3 the page of zeros was pinned like any other. */
static uint64_t pins_of_zeros(const struct sums *s)
{
	const struct mmx_page_format *f = &mmx_mem(s->view->kernel)->page_format;
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t pfn, got;

	if (!mmx_zero_page(s->view, &pfn) || mmx_pages_read(s->view, pfn, 1, bytes, &got))
		return 0;
	return (uint64_t)(mmx_int(bytes, f->refcount) > 0 ? mmx_int(bytes, f->refcount) : 0) /
	       MMX_PIN_OF_SMALL;
}

/* Two counters that only grow: their difference is what is pinned now. */
static int pins(struct sums *s)
{
	const struct mmx_counters *c = mmx_know_counters(s->view);
	struct mmx_balance b = empty("nr_foll_pin_acquired - nr_foll_pin_released", "pages");
	int64_t by_references;
	struct mmx_counter got = mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_FOLL_PIN_ACQUIRED");
	struct mmx_counter given = mmx_counter_of_all(c, MMX_COUNTERS_NODE, "NR_FOLL_PIN_RELEASED");

	if (mmx_counter_number(c, MMX_COUNTERS_NODE, "NR_FOLL_PIN_ACQUIRED") < 0 ||
	    !mmx_mem(s->view->kernel)->page_format.has_pincount)
		return 0;
	if (got.why || given.why)
		b.why = got.why ? *got.why : *given.why;
	b.kernel = got.shared - given.shared;
	by_references = (int64_t)(s->ledger->total.counted[MMX_COUNTED_PINS_BY_REFERENCES] +
				  pins_of_zeros(s));
	b.counted = (int64_t)s->ledger->total.counted[MMX_COUNTED_PINS] + by_references;
	b.unexplained = mmx_balance_difference(&b);
	mmx_balance_explain(&b, MMX_PART_OF_PENDING, given.pending - got.pending);
	/* What is sent from a file's page to many takes references as well. */
	if (b.unexplained < 0)
		mmx_balance_explain(&b, MMX_PART_OF_REFERENCES,
				    -b.unexplained < by_references ? b.unexplained
								   : -by_references);
	mmx_balance_explain_up_to(&b, MMX_PART_OF_MISSING, s->ledger->total.class[CLASS_MISSING]);
	return add(s, &b, NULL);
}

/* Two variables, and what the areas say of themselves. From one that is being swapped off on, all is taken from both. */
static int swap_pages(struct sums *s)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(s->view);
	struct mmx_balance total = empty("SwapTotal", "pages"), free = empty("SwapFree", "pages");
	uint64_t pages, left;

	if (mmx_kread_variable(s->view, "total_swap_pages", 8, &pages) ||
	    mmx_kread_variable(s->view, "nr_swap_pages", 8, &left))
		return 0;
	total.kernel = (int64_t)pages;
	free.kernel = (int64_t)left;
	for (size_t i = 0; i < swaps->n; i++) {
		bool leaving = false;

		if (mmx_swap_leaving(&swaps->v[i], s->view, &leaving, &total.why))
			continue;
		total.counted += leaving ? 0 : (int64_t)swaps->v[i].pages;
		free.counted += leaving ? 0 : (int64_t)swaps->v[i].pages;
		free.counted -= (int64_t)swaps->v[i].in_use;
	}
	free.why = total.why;
	total.unexplained = mmx_balance_difference(&total);
	free.unexplained = mmx_balance_difference(&free);
	return add(s, &total, &swaps->coverage) || add(s, &free, &swaps->coverage) ? -1 : 0;
}

static int bad_pages(struct sums *s)
{
	struct mmx_balance b = empty("HardwareCorrupted", "pages");
	uint64_t pages;

	if (mmx_kread_variable(s->view, "num_poisoned_pages", 8, &pages))
		return 0;
	b.kernel = (int64_t)pages;
	b.counted = (int64_t)s->ledger->total.class[CLASS_HWPOISON];
	b.unexplained = mmx_balance_difference(&b);
	return add(s, &b, NULL);
}

int mmx_ledger_sums(struct mmx_balances *out, const struct mmx_ledger *ledger,
		    struct mmx_view *view, struct mmx_err *err)
{
	static int (*const sums[])(struct sums *) = {
		pcp_lists,  kernel_stacks,   vmalloc_pages, buffers,    percpu_pages,
		huge_pages, free_huge_pages, pins,          swap_pages, bad_pages};
	struct sums s = {.out = out, .ledger = ledger, .view = view, .err = err};

	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++) {
		if (sums[i](&s))
			return -1;
	}
	return 0;
}
