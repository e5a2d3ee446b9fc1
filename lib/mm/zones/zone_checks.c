// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "mm/zones/zone_checks.h"
#include "mm/zones/zone_states.h"

#define KEPT 1000u

struct checks {
	struct mmx_zone_checks *found;
	const struct mmx_zone_states *states;
	const struct mmx_counters *counters;
	const struct mmx_zone_state *zone;
	bool no_memory;
};

static void __attribute__((format(printf, 2, 3))) find(struct checks *c, const char *fmt, ...)
{
	struct mmx_zone_finding finding = {.zone = -1};
	va_list args;

	if (c->zone) {
		finding.node = c->zone->node;
		finding.zone = c->zone->index;
	}
	va_start(args, fmt);
	vsnprintf(finding.text, sizeof(finding.text), fmt, args);
	va_end(args);
	if (c->found->n < KEPT && !mmx_array_add(c->found, finding))
		c->no_memory = true;
}

/* A driver's memory is spanned and never present; nothing else holds of it. */
static void check_sizes(struct checks *c)
{
	const struct mmx_zone_state *z = c->zone;

	if (z->present > z->spanned)
		find(c, "%" PRIu64 " frames are present of %" PRIu64 " spanned", z->present,
		     z->spanned);
	if (z->present && z->managed > z->present)
		find(c, "%" PRIu64 " pages are managed of %" PRIu64 " present", z->managed,
		     z->present);
	if (z->cma > z->present)
		find(c, "%" PRIu64 " pages are for CMA of %" PRIu64 " present", z->cma, z->present);
	if (z->start_pfn + z->spanned < z->start_pfn)
		find(c, "it spans 0x%" PRIx64 " frames from 0x%" PRIx64 " on", z->spanned,
		     z->start_pfn);
}

static void check_marks(struct checks *c)
{
	static const char *const name[MMX_MARKS] = {"min", "low", "high", "promo"};
	const struct mmx_zone_state *z = c->zone;

	for (unsigned int i = 1; i < MMX_MARKS; i++) {
		if (c->states->has_mark[i] && z->mark[i] < z->mark[i - 1])
			find(c, "watermark %s is %" PRIu64 ", below %s, which is %" PRIu64, name[i],
			     z->mark[i], name[i - 1], z->mark[i - 1]);
	}
	if (z->present && z->mark[MMX_MARK_MIN] > z->present)
		find(c, "watermark min is %" PRIu64 " of %" PRIu64 " pages present",
		     z->mark[MMX_MARK_MIN], z->present);
	for (unsigned int i = 0; i < c->states->zones; i++) {
		if (z->reserve[i] < 0)
			find(c, "it reserves %" PRId64 " pages for zone %u", z->reserve[i], i);
	}
}

static void check_lists(struct checks *c)
{
	const struct mmx_zone_state *z = c->zone;

	for (unsigned int order = 0; order < c->states->orders; order++) {
		if (z->nr_free[order] > z->spanned >> order)
			find(c, "%" PRIu64 " blocks of order %u are free, more than it has",
			     z->nr_free[order], order);
	}
	for (unsigned int i = 0; i < (z->present ? c->states->online : 0); i++) {
		const struct mmx_zone_cpu *cpu = &c->states->cpus.v[z->first_cpu + i];

		if (cpu->why)
			continue;
		if (cpu->count < 0 || (uint64_t)cpu->count > z->present)
			find(c, "CPU %u keeps %d pages of it", cpu->cpu, cpu->count);
		if (cpu->high < 0 || cpu->batch <= 0)
			find(c, "CPU %u has high %d and batch %d", cpu->cpu, cpu->high, cpu->batch);
	}
}

/* Kernels themselves know that these go below 0 for a while. */
static bool may_be_negative(const char *name)
{
	return !strcmp(name, "NR_ZONE_WRITE_PENDING") || !strcmp(name, "NR_FREE_CMA_PAGES");
}

/* All of a zone's counters are of pages that it has; what CPUs hold back makes them exact. */
static void check_counters(struct checks *c)
{
	const struct mmx_counter_set *set =
		mmx_counter_set_of(c->counters, MMX_COUNTERS_ZONE, c->zone->node, c->zone->index);

	for (size_t i = 0; i < c->counters->items[MMX_COUNTERS_ZONE].n; i++) {
		const char *name = c->counters->items[MMX_COUNTERS_ZONE].v[i].name;
		struct mmx_counter counter = mmx_counter_at(c->counters, set, i);
		int64_t n = counter.shared + counter.pending;

		if (counter.why)
			continue;
		if (n > 0 && (uint64_t)n > c->zone->spanned)
			find(c, "%s is %" PRId64 ", more pages than it spans", name, n);
		else if (n < 0 && !may_be_negative(name))
			find(c, "%s is %" PRId64, name, n);
	}
}

/*
 * What all zones count is what the system counts: both are added to, one after the other, so a CPU that was
 * stopped in between may have a block's worth in one and not in the other.
 */
static void check_sums(struct checks *c, enum mmx_counter_group group)
{
	uint64_t off = (uint64_t)c->states->online << (c->states->orders ? c->states->orders : 1);

	c->zone = NULL;
	for (size_t i = 0; i < c->counters->items[group].n; i++) {
		struct mmx_counter all = mmx_counter_at(c->counters, &c->counters->all[group], i);
		int64_t sum = 0;

		for (size_t s = 0; s < c->counters->sets.n; s++) {
			struct mmx_counter part =
				mmx_counter_at(c->counters, &c->counters->sets.v[s], i);

			if (c->counters->sets.v[s].group != group)
				continue;
			sum += part.shared;
			if (part.why)
				all.why = part.why;
		}
		if (!all.why && (uint64_t)llabs(sum - all.shared) > off)
			find(c, "%s is %" PRId64 " in all, and %" PRId64 " by zones or nodes",
			     c->counters->items[group].v[i].name, all.shared, sum);
	}
}

int mmx_zone_checks_find(struct mmx_zone_checks *found, struct mmx_view *view, struct mmx_err *err)
{
	struct checks c = {
		.found = found,
		.states = mmx_know_zone_states(view),
		.counters = mmx_know_counters(view),
	};

	for (size_t i = 0; i < c.states->n; i++) {
		c.zone = &c.states->v[i];
		if (c.zone->why)
			continue;
		check_sizes(&c);
		check_marks(&c);
		check_lists(&c);
		check_counters(&c);
	}
	check_sums(&c, MMX_COUNTERS_ZONE);
	check_sums(&c, MMX_COUNTERS_NODE);
	return c.no_memory ? mmx_fail_nomem(err) : 0;
}

void mmx_zone_checks_free(struct mmx_zone_checks *checks)
{
	mmx_array_free(checks);
}
