// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/mem.h"
#include "mm/ledger/largest.h"
#include "mm/owners/alloc_tags.h"
#include "mm/owners/bpf_maps.h"
#include "mm/owners/stack.h"
#include "mm/owners/vmalloc.h"

#define CALLERS_BITS 14 /* there are hundreds of places that ask for vmalloc areas */

/* Frames that areas own, but for kernel stacks, which are a class of their own: who asked for the area asked for them. */
static int find_callers(struct mmx_largest *l, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_vmalloc *areas = mmx_know_vmalloc(view);
	const struct mmx_stacks *stacks = mmx_know_stacks(view);
	struct mmx_keyed sums = {0};
	int ret;

	mmx_cover_inherit(&l->coverage, &areas->coverage);
	if (mmx_keyed_begin(&sums, CALLERS_BITS, 1, err))
		return -1;
	for (size_t i = 0; i < areas->frames.n; i++) {
		const struct mmx_owned_run *run = &areas->frames.v[i];
		uint64_t caller = run->owner < areas->n ? areas->v[run->owner].caller : 0;

		if (caller && !mmx_stack_of(stacks, areas->v[run->owner].start))
			mmx_keyed_add(&sums, caller, 0, run->frames);
	}
	ret = mmx_keyed_rows(&l->callers, &sums, err);
	mmx_keyed_free(&sums);
	return ret;
}

static int by_bytes(const void *a, const void *b)
{
	const struct mmx_alloc_tag *x = *(const struct mmx_alloc_tag *const *)a,
				   *y = *(const struct mmx_alloc_tag *const *)b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

/* Those that have nothing left are as good as none. */
static int find_tags(struct mmx_largest *l, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_alloc_tags *tags = mmx_know_alloc_tags(view);

	if (!tags->profiled)
		return 0;
	mmx_cover_inherit(&l->coverage, &tags->coverage);
	for (size_t i = 0; i < tags->n; i++) {
		if (!tags->v[i].why && tags->v[i].bytes > 0 &&
		    !mmx_array_add(&l->tags, &tags->v[i]))
			return mmx_fail_nomem(err);
	}
	mmx_array_sort(&l->tags, by_bytes);
	return 0;
}

static int by_frames(const void *a, const void *b)
{
	const struct mmx_bpf_map *x = *(const struct mmx_bpf_map *const *)a,
				 *y = *(const struct mmx_bpf_map *const *)b;

	if (x->frames != y->frames)
		return x->frames < y->frames ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static int find_bpf_maps(struct mmx_largest *l, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_bpf_maps *maps = mmx_know_bpf_maps(view);

	mmx_cover_inherit(&l->coverage, &maps->coverage);
	for (size_t i = 0; i < maps->n; i++) {
		if (maps->v[i].frames && !mmx_array_add(&l->bpf_maps, &maps->v[i]))
			return mmx_fail_nomem(err);
	}
	mmx_array_sort(&l->bpf_maps, by_frames);
	return 0;
}

int mmx_largest_find(struct mmx_largest *l, const struct mmx_ledger *ledger, struct mmx_view *view,
		     struct mmx_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = find_callers(l, view, err);
	for (unsigned int i = 0; i < MMX_OWNED_BYS && !ret; i++)
		ret = mmx_keyed_rows(&l->by[i], &ledger->by[i], err);
	if (!ret)
		ret = mmx_memcg_totals_find(&l->memcgs, ledger, view, &l->coverage, err);
	if (!ret)
		ret = mmx_holder_totals_find(&l->holders, &ledger->by[MMX_BY_HOLDER], view, err);
	if (!ret)
		ret = find_tags(l, view, err);
	if (!ret)
		ret = find_bpf_maps(l, view, err);
	if (!ret)
		ret = mmx_processes_memory_find(&l->processes, view, err);
	if (ret)
		mmx_largest_free(l);
	else
		mmx_cover_inherit(&l->coverage, &l->processes.coverage);
	return ret;
}

void mmx_largest_free(struct mmx_largest *l)
{
	for (unsigned int i = 0; i < MMX_OWNED_BYS; i++)
		mmx_array_free(&l->by[i]);
	mmx_array_free(&l->callers);
	mmx_memcg_totals_free(&l->memcgs);
	mmx_holder_totals_free(&l->holders);
	mmx_array_free(&l->tags);
	mmx_array_free(&l->bpf_maps);
	mmx_processes_memory_free(&l->processes);
}
