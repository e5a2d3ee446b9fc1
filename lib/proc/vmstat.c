// SPDX-License-Identifier: GPL-2.0-or-later
/* vmstat, and of each node vmstat and numastat: the kernel's counters by its own names. */
#include <inttypes.h>
#include <string.h>

#include "kernel/texts.h"
#include "mm/mem.h"
#include "mm/zones/counter_names.h"
#include "mm/zones/nodes.h"
#include "proc/dirty.h"
#include "proc/text.h"

static void put_item(struct mmx_proc *p, const struct mmx_counter_item *item,
		     struct mmx_proc_value v)
{
	v.n /= mmx_counter_scale(item);
	mmx_proc_put(p, "%s ", item->text);
	mmx_proc_number(p, 0, v);
	mmx_proc_put(p, "\n");
}

/*
 * Reading any of these files first adds to the zones' counters what CPUs have of NUMA events; nothing does so
 * with other counters, of which the shared part alone is shown.
 */
static struct mmx_proc_value shown(struct mmx_proc *p, const struct mmx_counters *c,
				   enum mmx_counter_group group, struct mmx_counter counter)
{
	if (group == MMX_COUNTERS_NUMA) {
		counter.shared += counter.pending;
		counter.why_shared = counter.why;
	}
	return mmx_proc_counter(p, c, counter);
}

/* The sum over a node's zones, each of them as it is shown. */
static struct mmx_proc_value in_zones(struct mmx_proc *p, const struct mmx_counters *c,
				      enum mmx_counter_group group, int number)
{
	struct mmx_proc_value sum = {0};

	for (unsigned int zone = 0; zone < mmx_mem(p->view->kernel)->zones.per_node; zone++) {
		struct mmx_proc_value v = shown(
			p, c, group,
			mmx_counter_at(c, mmx_counter_set_of(c, group, p->node, zone), number));

		sum.n += v.n;
		sum.unknown |= v.unknown;
	}
	return sum;
}

static void put_group(struct mmx_proc *p, const struct mmx_counters *c,
		      enum mmx_counter_group group)
{
	for (size_t i = 0; i < c->items[group].n; i++)
		put_item(p, &c->items[group].v[i],
			 shown(p, c, group, mmx_counter_at(c, &c->all[group], i)));
}

/* What is of the whole system comes from places of its own. */
static struct mmx_proc_value of_system(struct mmx_proc *p, const char *text)
{
	struct mmx_dirty_limits limits = {0};
	struct mmx_err err;

	if (!strcmp(text, "nr_dirty_threshold")) {
		mmx_dirty_limits(p, &limits);
		return limits.threshold;
	}
	if (!strcmp(text, "nr_dirty_background_threshold")) {
		mmx_dirty_limits(p, &limits);
		return limits.background;
	}
	if (!strcmp(text, "nr_memmap_pages") || !strcmp(text, "nr_memmap_boot_pages"))
		return mmx_proc_variable(p, text, 8);
	mmx_fail(&err, MMX_EMISSING, "this kernel counts %s, which mmx does not know", text);
	return mmx_proc_unknown(p, &err);
}

/* Without the names there is nothing to print. */
static int find(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(p->view);

	if (c->coverage.first.code && !c->items[MMX_COUNTERS_ZONE].n)
		*err = c->coverage.first;
	else if (!c->has_texts)
		*err = c->named.first;
	else
		return 0;
	return -1;
}

static int write_vmstat(struct mmx_proc *p, struct mmx_err *err)
{
	/* What was taken out of the kernel and people still read. */
	struct mmx_text gone = {.begins = "nr_unstable 0\n"};
	const struct mmx_counters *c = mmx_know_counters(p->view);
	const struct mmx_counter_items *system = &c->items[MMX_COUNTERS_SYSTEM];

	if (mmx_texts_find(p->view, &gone, 1, err))
		return -1;
	mmx_cover_inherit(&p->coverage, &c->named);
	put_group(p, c, MMX_COUNTERS_ZONE);
	put_group(p, c, MMX_COUNTERS_NUMA);
	put_group(p, c, MMX_COUNTERS_NODE);
	for (size_t i = 0; i < system->n; i++)
		put_item(p, &system->v[i], of_system(p, system->v[i].text));
	put_group(p, c, MMX_COUNTERS_EVENT);
	mmx_proc_put(p, "%s", gone.text);
	return 0;
}

const struct mmx_proc_entry mmx_proc_vmstat = {
	.name = "vmstat",
	.find = find,
	.write = write_vmstat,
	.end = mmx_proc_text_end,
};

static int find_node(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_need_node(p, err) || find(p, err) ? -1 : 0;
}

static int write_node_vmstat(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_counters *c = mmx_know_counters(p->view);
	const struct mmx_counter_set *node = mmx_counter_set_of(c, MMX_COUNTERS_NODE, p->node, 0);

	(void)err;
	mmx_cover_inherit(&p->coverage, &c->named);
	for (unsigned int group = 0; group < MMX_COUNTERS_NODE; group++) {
		for (size_t i = 0; i < c->items[group].n; i++)
			put_item(p, &c->items[group].v[i], in_zones(p, c, group, i));
	}
	for (size_t i = 0; i < c->items[MMX_COUNTERS_NODE].n; i++)
		put_item(p, &c->items[MMX_COUNTERS_NODE].v[i],
			 mmx_proc_counter(p, c, mmx_counter_at(c, node, i)));
	return 0;
}

const struct mmx_proc_entry mmx_proc_node_vmstat = {
	.name = "node<N>/vmstat",
	.find = find_node,
	.write = write_node_vmstat,
	.end = mmx_proc_text_end,
};

static int find_numastat(struct mmx_proc *p, struct mmx_err *err)
{
	if (find_node(p, err))
		return -1;
	if (mmx_know_counters(p->view)->items[MMX_COUNTERS_NUMA].n)
		return 0;
	return mmx_fail(err, MMX_ENOTFOUND, "this kernel counts nothing of NUMA");
}

static int write_numastat(struct mmx_proc *p, struct mmx_err *err)
{
	static const struct {
		const char *text, *name;
	} lines[] = {
		{"numa_hit", "NUMA_HIT"},         {"numa_miss", "NUMA_MISS"},
		{"numa_foreign", "NUMA_FOREIGN"}, {"interleave_hit", "NUMA_INTERLEAVE_HIT"},
		{"local_node", "NUMA_LOCAL"},     {"other_node", "NUMA_OTHER"},
	};
	const struct mmx_counters *c = mmx_know_counters(p->view);

	(void)err;
	for (unsigned int i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		int number = mmx_counter_number(c, MMX_COUNTERS_NUMA, lines[i].name);

		mmx_proc_put(p, "%s ", lines[i].text);
		mmx_proc_number(p, 0, in_zones(p, c, MMX_COUNTERS_NUMA, number));
		mmx_proc_put(p, "\n");
	}
	return 0;
}

const struct mmx_proc_entry mmx_proc_node_numastat = {
	.name = "node<N>/numastat",
	.find = find_numastat,
	.write = write_numastat,
	.end = mmx_proc_text_end,
};
