// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/lru/lruvecs.h"
#include "mm/mem.h"
#include "mm/owners/memcg_kmem.h"

#define MAX_STATES 1024u /* numbers of statistics; there are about 100 */
#define NO_STATE   0xffu

/* Where the statistic stands in arrays of them. */
static int read_index(struct mmx_view *view, uint64_t table, uint32_t states, uint64_t item,
		      uint64_t *index, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t n = mmx_has_enum(l, E_MEMCG_NR_STAT) ? (uint64_t)mmx_enum(l, E_MEMCG_NR_STAT) : 0;
	unsigned char place[MAX_STATES];
	unsigned int max = 0;

	if (n > MAX_STATES || item >= n)
		return mmx_fail(err, MMX_ECORRUPT,
				"statistic %" PRIu64 " of %" PRIu64
				" of memory cgroups makes no sense",
				item, n);
	if (mmx_kread_ok(view, table, place, n, "mem_cgroup_stats_index", err))
		return -1;
	for (uint64_t i = 0; i < n; i++) {
		if (place[i] != NO_STATE && place[i] > max)
			max = place[i];
	}
	/* From 6.10 to 6.12 places were counted from 1, and 0 was none; since then from 0. */
	if (max != states && max + 1 != states)
		return mmx_fail(
			err, MMX_ECORRUPT,
			"statistics of memory cgroups have places up to %u, and there are %u", max,
			states);
	*index = place[item] - (max == states);
	return 0;
}

static int find_index(struct mmx_view *view, uint64_t *index, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_mem_cgroup_vmstats,    M_mem_cgroup_vmstats_percpu,  M_memcg_vmstats_state,
		M_memcg_vmstats_pending, M_memcg_vmstats_percpu_state, M_memcg_vmstats_percpu_prev};
	const struct mmx_layout *l = &view->kernel->layout;
	uint32_t states;
	uint64_t table;

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	if (!mmx_has_enum(l, E_MEMCG_KMEM))
		return mmx_fail(err, MMX_EMISSING, "enumerator MEMCG_KMEM is needed");
	states = l->member[M_memcg_vmstats_state].m.nelems;
	*index = mmx_enum(l, E_MEMCG_KMEM);
	/* Up to 6.9 an array has a place for each number. */
	if (mmx_symbol_addr(&view->kernel->symbols, "mem_cgroup_stats_index", &table) &&
	    read_index(view, table, states, *index, index, err))
		return -1;
	for (unsigned int i = 2; i < sizeof(need) / sizeof(*need); i++) {
		if (*index >= l->member[need[i]].m.nelems)
			return mmx_fail(err, MMX_ECORRUPT,
					"kernel memory is statistic %" PRIu64
					" of memory cgroups, and there are %u",
					*index, l->member[need[i]].m.nelems);
	}
	return 0;
}

static int read_state(struct mmx_view *view, uint64_t at, enum mmx_layout_member id, uint64_t index,
		      uint64_t *value, struct mmx_err *err)
{
	enum mmx_read read;

	at += mmx_off(&view->kernel->layout, id) + 8 * index;
	read = mmx_kread_u64(view, at, value);
	return read ? mmx_fail(err, mmx_read_code(read),
			       "%s of a memory cgroup, at 0x%" PRIx64 ", is %s",
			       mmx_layout_members[id].name, at, mmx_read_name(read))
		    : 0;
}

/* @pages: what was summed; @waits: what was not yet, of its own */
static int read_one(struct mmx_view *view, const struct mmx_cpus *cpus, uint64_t memcg,
		    uint64_t index, int64_t *pages, int64_t *waits, struct mmx_err *err)
{
	uint64_t sums, percpu, value, before;

	if (mmx_kget(view, memcg, M_mem_cgroup_vmstats, &sums, err) ||
	    mmx_kget(view, memcg, M_mem_cgroup_vmstats_percpu, &percpu, err) ||
	    read_state(view, sums, M_memcg_vmstats_state, index, &value, err))
		return -1;
	*pages = (int64_t)value;
	if (read_state(view, sums, M_memcg_vmstats_pending, index, &value, err))
		return -1;
	*waits = (int64_t)value;
	for (size_t i = 0; i < cpus->n; i++) {
		uint64_t at = percpu + cpus->v[i].offset;

		if (read_state(view, at, M_memcg_vmstats_percpu_state, index, &value, err) ||
		    read_state(view, at, M_memcg_vmstats_percpu_prev, index, &before, err))
			return -1;
		*waits += (int64_t)(value - before);
	}
	return 0;
}

struct waiting {
	MMX_ARRAY(int64_t);
};

/* Those above come first: from the end on each hands up what waits. */
static int find(struct mmx_memcg_kmem *it, struct waiting *waiting, const struct mmx_lruvecs *l,
		const struct mmx_cpus *cpus, struct mmx_view *view, uint64_t index)
{
	struct mmx_err why;

	for (size_t i = 0; i < l->memcgs.n; i++) {
		struct mmx_memcg_pages one = {.memcg = l->memcgs.v[i].addr};
		int64_t waits = 0;

		if (mmx_stopped(view->kernel->image))
			break;
		if (read_one(view, cpus, one.memcg, index, &one.pages, &waits, &why)) {
			one.why = mmx_reason_add(&it->reasons, &why);
			mmx_cover_fail(&it->coverage, &why);
		}
		if (!mmx_array_add(it, one) || !mmx_array_add(waiting, waits))
			return -1;
	}
	for (size_t i = it->n; i--;) {
		size_t above = l->memcgs.v[i].above;

		it->v[i].pages += waiting->v[i];
		if (above >= i)
			continue;
		waiting->v[above] += waiting->v[i];
		if (it->v[i].why && !it->v[above].why)
			it->v[above].why = it->v[i].why;
	}
	return 0;
}

int mmx_memcg_kmem_find(struct mmx_memcg_kmem *it, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_lruvecs *l = mmx_know_lruvecs(view);
	struct waiting waiting = {0};
	struct mmx_cpus cpus;
	uint64_t index;
	int ret;

	if (!l->memcgs.n)
		return 0;
	if (find_index(view, &index, err) || mmx_cpus_find(&cpus, view, err))
		return -1;
	ret = find(it, &waiting, l, &cpus, view, index);
	mmx_cpus_free(&cpus);
	mmx_array_free(&waiting);
	mmx_array_sort_by(it, memcg);
	it->coverage.found = it->n;
	return ret ? mmx_fail_nomem(err) : 0;
}

void mmx_memcg_kmem_free(struct mmx_memcg_kmem *it)
{
	mmx_reasons_free(&it->reasons);
	mmx_array_free(it);
}

const struct mmx_memcg_pages *mmx_memcg_kmem_of(const struct mmx_memcg_kmem *it, uint64_t memcg)
{
	size_t i = mmx_array_bound(it, e, e->memcg < memcg);

	return i < it->n && it->v[i].memcg == memcg ? &it->v[i] : NULL;
}
