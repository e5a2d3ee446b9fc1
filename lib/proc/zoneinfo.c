// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zoneinfo. Lines were added to it in the middle of the long life of a release (promo in 6.11, those of CPUs
 * in 6.13, highatomic in 6.19), so it is printed by the kernel's own formats, which name each number.
 */
#include <inttypes.h>
#include <string.h>

#include "kernel/calls.h"
#include "kernel/member.h"
#include "kernel/texts.h"
#include "mm/mem.h"
#include "mm/zones/nodes.h"
#include "mm/zones/zone_states.h"
#include "proc/text.h"

#define HUGE        512u /* pages of what a PMD maps */
#define MAX_RETRIES 16u  /* of reclaim, until a node counts as hopeless */

enum { SIZES, OF_CPU, REST, FORMATS };

/* What is found once for the whole file. */
struct zoneinfo {
	struct mmx_text format[FORMATS];
	bool folds; /* what CPUs have of NUMA events is added before a zone is printed */
	struct mmx_err fold_unknown;
};

/* Whom the numbers of a format are of. */
struct zone_print {
	struct mmx_proc *p;
	const struct mmx_zone_states *states;
	const struct mmx_counters *counters;
	const struct mmx_zone_state *zone;
	const struct mmx_zone_cpu *cpu;
};

static bool is(const char *label, const char *name)
{
	return !strcmp(label, name);
}

static bool of_size(void *arg, const char *label, struct mmx_proc_value *v)
{
	static const char *const marks[MMX_MARKS] = {"min", "low", "high", "promo"};
	const struct zone_print *z = arg;

	for (unsigned int i = 0; i < MMX_MARKS; i++) {
		if (!is(label, marks[i]))
			continue;
		v->n = mmx_zone_mark(z->zone, i);
		return z->states->has_mark[i];
	}
	if (is(label, "pages free"))
		*v = mmx_proc_counter(z->p, z->counters,
				      mmx_counter_of_zone(z->counters, z->zone->node,
							  z->zone->index, MMX_COUNTERS_ZONE,
							  "NR_FREE_PAGES"));
	else if (is(label, "boost"))
		v->n = z->zone->boost;
	else if (is(label, "spanned"))
		v->n = z->zone->spanned;
	else if (is(label, "present"))
		v->n = z->zone->present;
	else if (is(label, "managed"))
		v->n = z->zone->managed;
	else if (is(label, "cma"))
		v->n = z->zone->cma;
	else
		return false;
	return true;
}

static bool of_cpu(void *arg, const char *label, struct mmx_proc_value *v)
{
	const struct mmx_zone_cpu *cpu = ((struct zone_print *)arg)->cpu;
	const struct {
		const char *label;
		int64_t n;
	} known[] = {
		{"count", cpu->count},       {"high", cpu->high},         {"batch", cpu->batch},
		{"high_min", cpu->high_min}, {"high_max", cpu->high_max},
	};

	if (is(label, "cpu")) {
		v->n = cpu->cpu;
		return true;
	}
	for (unsigned int i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (is(label, known[i].label)) {
			*v = (struct mmx_proc_value){known[i].n, cpu->why != 0};
			return true;
		}
	}
	return false;
}

static struct mmx_proc_value is_hopeless(const struct zone_print *z)
{
	const struct mmx_node *node = mmx_node_of(mmx_know_nodes(z->p->view), z->zone->node);
	struct mmx_err err;
	uint64_t failures;

	if (mmx_kget(z->p->view, node->addr, M_pglist_data_kswapd_failures, &failures, &err))
		return mmx_proc_unknown(z->p, &err);
	return (struct mmx_proc_value){(int32_t)failures >= (int32_t)MAX_RETRIES, false};
}

static bool of_rest(void *arg, const char *label, struct mmx_proc_value *v)
{
	const struct zone_print *z = arg;

	if (is(label, "node_unreclaimable"))
		*v = is_hopeless(z);
	else if (is(label, "start_pfn"))
		v->n = z->zone->start_pfn;
	else if (is(label, "reserved_highatomic"))
		v->n = z->zone->reserved_highatomic;
	else if (is(label, "free_highatomic") &&
		 mmx_has(&z->p->view->kernel->layout, M_zone_nr_free_highatomic))
		v->n = z->zone->free_highatomic;
	else
		return false;
	return true;
}

static void put_item(struct mmx_proc *p, const char *text, struct mmx_proc_value v)
{
	mmx_proc_put(p, "\n      %-12s ", text);
	mmx_proc_number(p, 0, v);
}

/* Pages in huge pages are shown as huge pages. */
static bool is_huge(const struct mmx_counter_item *item)
{
	return strstr(item->name, "_THPS") || strstr(item->name, "_PMDMAPPED");
}

static void put_node(const struct zone_print *z)
{
	const struct mmx_counters *c = z->counters;
	const struct mmx_counter_set *set =
		mmx_counter_set_of(c, MMX_COUNTERS_NODE, z->zone->node, 0);

	mmx_proc_put(z->p, "\n  per-node stats");
	for (size_t i = 0; i < c->items[MMX_COUNTERS_NODE].n; i++) {
		const struct mmx_counter_item *item = &c->items[MMX_COUNTERS_NODE].v[i];
		struct mmx_proc_value v = mmx_proc_counter(z->p, c, mmx_counter_at(c, set, i));

		v.n /= is_huge(item) ? HUGE : 1;
		put_item(z->p, item->text, v);
	}
}

static struct mmx_proc_value numa_event(const struct zone_print *z,
					const struct mmx_counter_set *set, int number)
{
	const struct zoneinfo *file = z->p->state;
	struct mmx_counter counter = mmx_counter_at(z->counters, set, number);

	if (!counter.why && counter.pending && file->fold_unknown.code)
		return mmx_proc_unknown(z->p, &file->fold_unknown);
	if (file->folds) {
		counter.shared += counter.pending;
		counter.why_shared = counter.why;
	}
	return mmx_proc_counter(z->p, z->counters, counter);
}

static void put_counters(const struct zone_print *z)
{
	const struct mmx_counters *c = z->counters;
	const struct mmx_counter_set *of_zone =
		mmx_counter_set_of(c, MMX_COUNTERS_ZONE, z->zone->node, z->zone->index);
	const struct mmx_counter_set *numa =
		mmx_counter_set_of(c, MMX_COUNTERS_NUMA, z->zone->node, z->zone->index);

	for (size_t i = 0; i < c->items[MMX_COUNTERS_ZONE].n; i++)
		put_item(z->p, c->items[MMX_COUNTERS_ZONE].v[i].text,
			 mmx_proc_counter(z->p, c, mmx_counter_at(c, of_zone, i)));
	for (size_t i = 0; i < c->items[MMX_COUNTERS_NUMA].n; i++)
		put_item(z->p, c->items[MMX_COUNTERS_NUMA].v[i].text, numa_event(z, numa, i));
}

static void put_cpus(struct zone_print *z)
{
	const struct zoneinfo *file = z->p->state;

	mmx_proc_put(z->p, "\n  pagesets");
	for (unsigned int i = 0; i < z->states->online; i++) {
		z->cpu = &z->states->cpus.v[z->zone->first_cpu + i];
		mmx_proc_format(z->p, file->format[OF_CPU].text, of_cpu, z);
		if (!z->counters->is_smp)
			continue;
		mmx_proc_put(z->p, "\n  vm stats threshold: ");
		mmx_proc_number(z->p, 0,
				(struct mmx_proc_value){z->cpu->threshold, z->cpu->why != 0});
	}
}

/* The first zone with frames has the node's counters. */
static bool is_first(const struct zone_print *z)
{
	const struct mmx_zone_state *zone;

	for (unsigned int i = 0; i < z->zone->index; i++) {
		zone = mmx_zone_state_of(z->states, z->zone->node, i);
		if (zone && zone->present)
			return false;
	}
	return z->zone->present;
}

static void put_zone(struct zone_print *z)
{
	const struct zoneinfo *file = z->p->state;

	mmx_proc_put(z->p, "Node %u, zone %8s", z->zone->node, z->zone->name);
	if (is_first(z))
		put_node(z);
	mmx_proc_format(z->p, file->format[SIZES].text, of_size, z);
	mmx_proc_put(z->p, "\n        protection: (");
	for (unsigned int i = 0; i < z->states->zones; i++)
		mmx_proc_put(z->p, "%s%" PRId64, i ? ", " : "", z->zone->reserve[i]);
	mmx_proc_put(z->p, ")");
	if (z->zone->present) {
		put_counters(z);
		put_cpus(z);
		mmx_proc_format(z->p, file->format[REST].text, of_rest, z);
	}
	mmx_proc_put(z->p, "\n");
}

/*
 * 6.13 began to add what CPUs have of NUMA events before it prints a zone's: a call, which leaves no other
 * trace. Where the function called is none by itself, the lines for CPUs tell, which 6.14 added to.
 */
static void find_fold(struct mmx_proc *p, struct zoneinfo *file)
{
	/* What prints a zone may be part of what prints all. */
	static const char *const printers[] = {"zoneinfo_show_print", "zoneinfo_show"};
	bool is_known = false;

	for (unsigned int i = 0; i < 2 && !is_known; i++)
		is_known = !mmx_calls(p->view, printers[i], "fold_vm_zone_numa_events",
				      &file->folds, &file->fold_unknown);
	if (!is_known && strstr(file->format[OF_CPU].text, "high_min"))
		is_known = file->folds = true;
	if (is_known)
		file->fold_unknown.code = MMX_OK;
}

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(p->view);
	const struct mmx_counters *c = mmx_know_counters(p->view);
	struct zoneinfo *file = p->state;

	if (!states->n) {
		*err = states->coverage.first;
		return -1;
	}
	if (!c->has_texts) {
		*err = c->named.first;
		return -1;
	}
	file->format[SIZES].begins = "\n  pages free     %lu";
	file->format[OF_CPU].begins = "\n    cpu: %i";
	file->format[REST].begins = "\n  node_unreclaimable:";
	if (mmx_texts_find(p->view, file->format, FORMATS, err))
		return -1;
	for (unsigned int i = 0; i < FORMATS; i++) {
		if (!*file->format[i].text)
			return mmx_fail(
				err, MMX_EMISSING,
				"the kernel's own format of zoneinfo is not among its texts: \"%s\"",
				file->format[i].begins + 1);
	}
	find_fold(p, file);
	return 0;
}

static int write_zoneinfo(struct mmx_proc *p, struct mmx_err *err)
{
	struct zone_print z = {
		.p = p,
		.states = mmx_know_zone_states(p->view),
		.counters = mmx_know_counters(p->view),
	};

	(void)err;
	mmx_cover_inherit(&p->coverage, &z.states->coverage);
	mmx_cover_inherit(&p->coverage, &z.counters->named);
	for (size_t i = 0; i < z.states->n; i++) {
		z.zone = &z.states->v[i];
		if (!z.zone->why)
			put_zone(&z);
	}
	return 0;
}

const struct mmx_proc_entry mmx_proc_zoneinfo = {
	.name = "zoneinfo",
	.state_size = sizeof(struct zoneinfo),
	.find = find,
	.write = write_zoneinfo,
	.end = mmx_proc_text_end,
};
