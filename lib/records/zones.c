// SPDX-License-Identifier: GPL-2.0-or-later
/* Zones: where they lie and why, watermarks and what they were made from, free blocks, lists of CPUs, counters. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "mm/zones/free_lists.h"
#include "mm/zones/nodes.h"
#include "mm/zones/pcp.h"
#include "mm/zones/zone_blocks.h"
#include "mm/zones/zone_checks.h"
#include "mm/zones/zone_marks.h"
#include "mm/zones/zone_states.h"
#include "records/records.h"
#include "records/zonex.h"

#define ISA_END  0x1000u   /* frames that devices on an ISA bus reach: 16 MiB */
#define PCI_END  0x100000u /* and those with 32 bits of address: 4 GiB */
#define NAME_MAX 31

static const struct mmx_zone_states *states_of(const struct mmx_rows *r)
{
	return mmx_know_zone_states(r->view);
}

static const struct mmx_zone_state *zone_of(const struct mmx_rows *r)
{
	return r->row;
}

static int open_zones(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &states_of(r)->coverage);
	return 0;
}

/* A zone that spans something; @at is where to go on. */
static const struct mmx_zone_state *next_spanned(const struct mmx_zone_states *states, size_t *at,
						 bool populated)
{
	for (; *at < states->n; (*at)++) {
		const struct mmx_zone_state *zone = &states->v[*at];

		if (!zone->why && (populated ? zone->present : zone->spanned))
			return &states->v[(*at)++];
	}
	return NULL;
}

static const void *next_zone(struct mmx_rows *r)
{
	return next_spanned(states_of(r), r->state, false);
}

static const void *next_populated(struct mmx_rows *r)
{
	return next_spanned(states_of(r), r->state, true);
}

static void end_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = zone_of(r)->start_pfn + zone_of(r)->spanned;
}

static void holes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone_state *z = zone_of(r);

	v->count = (int64_t)(z->spanned - z->present);
}

static bool is_zone(const struct mmx_rows *r, enum mmx_layout_enumerator zone)
{
	const struct mmx_layout *l = &r->view->kernel->layout;

	return mmx_has_enum(l, zone) && (unsigned int)mmx_enum(l, zone) == zone_of(r)->index;
}

static const char *what_for(const struct mmx_rows *r)
{
	if (is_zone(r, E_ZONE_DMA))
		return "for devices that reach 16 MiB";
	if (is_zone(r, E_ZONE_DMA32))
		return "for devices that reach 4 GiB";
	if (is_zone(r, E_ZONE_MOVABLE))
		return "only for what can be moved";
	if (is_zone(r, E_ZONE_DEVICE))
		return "memory of a driver, none that is allocated";
	return "for everybody";
}

static const char *why_end(const struct mmx_rows *r)
{
	const struct mmx_zone_state *z = zone_of(r);
	const struct mmx_node *node = mmx_node_of(mmx_know_nodes(r->view), z->node);
	uint64_t end = z->start_pfn + z->spanned;

	if (is_zone(r, E_ZONE_DEVICE))
		return "";
	if (end == ISA_END)
		return ", up to 16 MiB";
	if (end == PCI_END)
		return ", up to 4 GiB";
	if (node && end == node->start_pfn + node->spanned)
		return ", up to the end of the node";
	return "";
}

static void why(struct mmx_rows *r, struct mmx_value *v)
{
	mmx_value_textf(v, "%s%s", what_for(r), why_end(r));
}

static const struct mmx_field zone_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, AT(struct mmx_zone_state, node)},
	{"zone", MMX_TEXT, "its name", .width = 8, AT(struct mmx_zone_state, name)},
	{"start_pfn", MMX_PFN, "its first frame", .width = 9, AT(struct mmx_zone_state, start_pfn)},
	{"end_pfn", MMX_PFN, "the first frame behind it", .width = 9, .get = end_pfn},
	{"present", MMX_COUNT, "frames that are there", .width = 10,
	 AT(struct mmx_zone_state, present)},
	{"managed", MMX_COUNT, "of those, pages that the page allocator has or has given out",
	 .width = 10, AT(struct mmx_zone_state, managed)},
	{"holes", MMX_NUMBER, "frames that it spans and has not", .width = 8, .get = holes},
	{"cma", MMX_COUNT, "pages kept for CMA", .width = 6, AT(struct mmx_zone_state, cma)},
	{"why", MMX_TEXT, "what it is for, and where it ends", .get = why},
	{0},
};

const struct mmx_record mmx_record_zone_ranges = {
	.name = "zone_range",
	.doc = "a zone that spans frames",
	.fields = zone_fields,
	.state_size = sizeof(size_t),
	.has = mmx_zonex_is_survey,
	.open = open_zones,
	.next = next_zone,
};

/* Watermarks. */

static struct mmx_counter free_of(const struct mmx_rows *r)
{
	return mmx_counter_of_zone(mmx_know_counters(r->view), zone_of(r)->node, zone_of(r)->index,
				   MMX_COUNTERS_ZONE, "NR_FREE_PAGES");
}

static void free_pages(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_counter counter = free_of(r);

	v->count = counter.shared;
	if (counter.why_shared)
		mmx_value_unknown(v, counter.why_shared);
}

static void pending(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_counter counter = free_of(r);

	v->count = counter.pending;
	if (counter.why)
		mmx_value_unknown(v, counter.why);
}

static void mark(struct mmx_rows *r, struct mmx_value *v, enum mmx_watermark which)
{
	v->word = zone_of(r)->mark[which];
	if (!states_of(r)->has_mark[which])
		mmx_value_null(v);
}

static void mark_min(struct mmx_rows *r, struct mmx_value *v)
{
	mark(r, v, MMX_MARK_MIN);
}

static void mark_low(struct mmx_rows *r, struct mmx_value *v)
{
	mark(r, v, MMX_MARK_LOW);
}

static void mark_high(struct mmx_rows *r, struct mmx_value *v)
{
	mark(r, v, MMX_MARK_HIGH);
}

static void mark_promo(struct mmx_rows *r, struct mmx_value *v)
{
	mark(r, v, MMX_MARK_PROMO);
}

static const char *const stands[] = {"above high", "below high", "below low", "below min"};

/* As the kernel compares them: with the boost, and by the shared part. */
static void stand(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_counter counter = free_of(r);
	uint64_t n = mmx_counter_shown(mmx_know_counters(r->view), &counter);

	v->word = 0;
	for (unsigned int i = 0; i < 3; i++)
		v->word += n <= mmx_zone_mark(zone_of(r), (enum mmx_watermark)(MMX_MARK_HIGH - i));
	if (counter.why_shared)
		mmx_value_unknown(v, counter.why_shared);
}

/* They stay as they were made while what a zone manages goes on changing, by balloons for one. */
static void made(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_mark_settings settings;
	uint64_t mark[MMX_MARKS];

	if (mmx_mark_settings_read(&settings, r->view, &v->scratch->err)) {
		mmx_value_unknown(v, &v->scratch->err);
		return;
	}
	mmx_zone_marks_made(&settings, states_of(r), zone_of(r), true, mark);
	if (mmx_zone_marks_agree(&settings, states_of(r), zone_of(r)))
		v->text = "yes";
	else
		mmx_value_textf(v, "now %" PRIu64 " %" PRIu64 " %" PRIu64, mark[MMX_MARK_MIN],
				mark[MMX_MARK_LOW], mark[MMX_MARK_HIGH]);
}

static const struct mmx_field mark_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, AT(struct mmx_zone_state, node)},
	{"zone", MMX_TEXT, "its name", .width = 8, AT(struct mmx_zone_state, name)},
	{"free", MMX_NUMBER,
	 "free pages by the counter that all CPUs share, as the allocator sees it", .width = 9,
	 .may = MMX_OR_UNKNOWN, .get = free_pages},
	{"pending", MMX_NUMBER, "what CPUs have not added to that yet", .width = 7,
	 .may = MMX_OR_UNKNOWN, .get = pending},
	{"min", MMX_COUNT, "only requests that must not wait go below it", .width = 7,
	 .may = MMX_OR_NULL, .get = mark_min},
	{"low", MMX_COUNT, "below it kswapd is woken", .width = 7, .may = MMX_OR_NULL,
	 .get = mark_low},
	{"high", MMX_COUNT, "above it kswapd sleeps", .width = 7, .may = MMX_OR_NULL,
	 .get = mark_high},
	{"promo", MMX_COUNT, "above it pages of slow memory are promoted", .width = 7,
	 .may = MMX_OR_NULL, .get = mark_promo},
	{"boost", MMX_COUNT, "by how much each is raised for a while, against fragmentation",
	 .width = 6, AT(struct mmx_zone_state, boost)},
	{"stands", MMX_WORD, "where free pages stand, boost included", .width = 10,
	 .may = MMX_OR_UNKNOWN, WORD_LIST(stands), .get = stand},
	{"as_set", MMX_TEXT,
	 "yes: the settings make them of what is managed; else what min, low and high they would make now",
	 .may = MMX_OR_UNKNOWN, .get = made},
	{0},
};

const struct mmx_record mmx_record_zone_marks = {
	.name = "zone_mark",
	.doc = "the watermarks of a zone that has frames, in pages",
	.fields = mark_fields,
	.state_size = sizeof(size_t),
	.has = mmx_zonex_is_survey,
	.next = next_populated,
};

/* The settings. */

struct settings {
	struct mmx_mark_settings s;
	unsigned int zones;
};

static const void *next_settings(struct mmx_rows *r)
{
	struct settings *settings = r->state;
	struct mmx_err err;

	if (r->nth)
		return NULL;
	settings->zones = states_of(r)->zones;
	if (!mmx_mark_settings_read(&settings->s, r->view, &err))
		return settings;
	mmx_cover_fail(r->coverage, &err);
	return NULL;
}

static void ratios(struct mmx_rows *r, struct mmx_value *v)
{
	const struct settings *settings = r->row;
	size_t n = 0;

	*v->scratch->text = '\0';
	v->text = v->scratch->text;
	for (unsigned int i = 0; i < settings->zones; i++)
		n += snprintf(v->scratch->text + n, sizeof(v->scratch->text) - n, "%s%d",
			      i ? " " : "", settings->s.reserve_ratio[i]);
}

static const struct mmx_field settings_fields[] = {
	{"min_free_kbytes", MMX_COUNT, "shared out to zones as their watermark min",
	 AT(struct settings, s.min_free_kbytes)},
	{"watermark_scale_factor", MMX_COUNT,
	 "from one watermark to the next, in 10000ths of what is managed",
	 AT(struct settings, s.scale_factor)},
	{"watermark_boost_factor", MMX_COUNT, "how far boosts go, in 10000ths of high",
	 AT(struct settings, s.boost_factor)},
	{"lowmem_reserve_ratio", MMX_TEXT,
	 "by zone: it keeps one page of so many that higher zones manage", .get = ratios},
	{"percpu_pagelist_high_fraction", MMX_COUNT,
	 "what of a zone CPUs may keep on lists; 0: by its watermark low",
	 AT(struct settings, s.high_fraction)},
	{0},
};

const struct mmx_record mmx_record_zone_settings = {
	.name = "zone_settings",
	.doc = "what watermarks and reserves are made from",
	.fields = settings_fields,
	.state_size = sizeof(struct settings),
	.has = mmx_zonex_is_survey,
	.next = next_settings,
};

/* Matrices: a row a zone that has frames. */

static const struct mmx_zone_state *nth_populated(const struct mmx_rows *r, unsigned int nth)
{
	const struct mmx_zone_state *zone = NULL;
	size_t at = 0;

	for (unsigned int i = 0; i <= nth; i++)
		zone = next_spanned(states_of(r), &at, true);
	return zone;
}

static unsigned int count_populated(struct mmx_rows *r)
{
	unsigned int n = 0;
	size_t at = 0;

	while (next_spanned(states_of(r), &at, true))
		n++;
	return n;
}

static void zone_name(struct mmx_rows *r, unsigned int row, char *name)
{
	const struct mmx_zone_state *zone = nth_populated(r, row);

	snprintf(name, NAME_MAX + 1, "%u %s", zone->node, zone->name);
}

static unsigned int zones(struct mmx_rows *r)
{
	return states_of(r)->zones;
}

/* Zones of that number have one name on all nodes. */
static void class_name(struct mmx_rows *r, unsigned int column, char *name)
{
	const struct mmx_zone_states *states = states_of(r);

	if (column < states->n && states->v[column].index == column)
		snprintf(name, NAME_MAX + 1, "%s", states->v[column].name);
	else
		snprintf(name, NAME_MAX + 1, "%u", column);
}

static void reserve(struct mmx_rows *r, unsigned int row, unsigned int column, struct mmx_value *v)
{
	int64_t n = nth_populated(r, row)->reserve[column];

	v->word = n < 0 ? 0 : n; /* one below 0 is among the findings */
}

static const struct mmx_matrix reserves = {
	.rows = count_populated,
	.columns = zones,
	.row_name = zone_name,
	.column_name = class_name,
	.cell = reserve,
};

static unsigned int orders(struct mmx_rows *r)
{
	return states_of(r)->orders;
}

static void nr_free(struct mmx_rows *r, unsigned int row, unsigned int column, struct mmx_value *v)
{
	v->word = nth_populated(r, row)->nr_free[column];
}

static const struct mmx_matrix free_blocks = {
	.rows = count_populated,
	.columns = orders,
	.row_name = zone_name,
	.cell = nr_free,
};

static const void *next_grid(struct mmx_rows *r)
{
	return r->nth || !states_of(r)->n ? NULL : states_of(r);
}

static const struct mmx_field grid_fields[] = {
	{"free_blocks", MMX_MATRIX,
	 "free blocks by zone and order, as each zone counts them (nr_free)",
	 .title = "Free blocks by order", .matrix = &free_blocks},
	{"reserves", MMX_MATRIX,
	 "pages of a zone that requests which that other zone could serve must leave (lowmem_reserve)",
	 .title = "Reserves, for requests that the zone above could serve", .matrix = &reserves},
	{0},
};

const struct mmx_record mmx_record_zone_grids = {
	.name = "zone_grids",
	.doc = "what zones have by order and by zone; a row a zone that has frames",
	.fields = grid_fields,
	.has = mmx_zonex_is_survey,
	.next = next_grid,
};

/* What CPUs keep. */

struct kept {
	const struct mmx_zone_state *zone;
	int64_t count;
	int32_t high_least, high_most, batch;
	unsigned int cpus;
	uint32_t why;
};

struct kept_rows {
	size_t at;
	struct kept kept;
};

static const void *next_kept(struct mmx_rows *r)
{
	const struct mmx_zone_states *states = states_of(r);
	struct kept_rows *rows = r->state;
	struct kept *k = &rows->kept;

	*k = (struct kept){.zone = next_spanned(states, &rows->at, true)};
	if (!k->zone)
		return NULL;
	k->cpus = states->online;
	for (unsigned int i = 0; i < states->online; i++) {
		const struct mmx_zone_cpu *cpu = &states->cpus.v[k->zone->first_cpu + i];

		if (cpu->why) {
			k->why = cpu->why;
			continue;
		}
		k->count += cpu->count;
		k->batch = cpu->batch;
		if (!i || cpu->high < k->high_least)
			k->high_least = cpu->high;
		if (cpu->high > k->high_most)
			k->high_most = cpu->high;
	}
	return k;
}

static const struct kept *kept_of(const struct mmx_rows *r)
{
	return r->row;
}

static void kept_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = kept_of(r)->zone->node;
}

static void kept_zone(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = kept_of(r)->zone->name;
}

static void kept_value(struct mmx_rows *r, struct mmx_value *v, int64_t n)
{
	const struct mmx_err *unknown = mmx_reason(&states_of(r)->reasons, kept_of(r)->why);

	v->count = n;
	if (unknown)
		mmx_value_unknown(v, unknown);
}

static void kept_count(struct mmx_rows *r, struct mmx_value *v)
{
	kept_value(r, v, kept_of(r)->count);
}

static void kept_least(struct mmx_rows *r, struct mmx_value *v)
{
	kept_value(r, v, kept_of(r)->high_least);
}

static void kept_most(struct mmx_rows *r, struct mmx_value *v)
{
	kept_value(r, v, kept_of(r)->high_most);
}

static void kept_batch(struct mmx_rows *r, struct mmx_value *v)
{
	kept_value(r, v, kept_of(r)->batch);
}

static const struct mmx_field kept_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, .get = kept_node},
	{"zone", MMX_TEXT, "its name", .width = 8, .get = kept_zone},
	{"cpus", MMX_COUNT, "that are online", AT(struct kept, cpus)},
	{"count", MMX_NUMBER, "pages that they keep on lists of their own, which are free",
	 .width = 10, .may = MMX_OR_UNKNOWN, .get = kept_count},
	{"high_least", MMX_NUMBER, "the lowest of the counts from which a CPU gives pages back",
	 .title = "HIGH-FROM", .width = 10, .may = MMX_OR_UNKNOWN, .get = kept_least},
	{"high_most", MMX_NUMBER, "and the highest", .title = "HIGH-TO", .width = 10,
	 .may = MMX_OR_UNKNOWN, .get = kept_most},
	{"batch", MMX_NUMBER, "pages that go to and fro at once", .may = MMX_OR_UNKNOWN,
	 .get = kept_batch},
	{0},
};

const struct mmx_record mmx_record_zone_lists = {
	.name = "zone_lists",
	.doc = "what all CPUs keep of a zone that has frames",
	.fields = kept_fields,
	.state_size = sizeof(struct kept_rows),
	.has = mmx_zonex_is_survey,
	.next = next_kept,
};

/* Each CPU by itself. */

struct cpu_rows {
	size_t at;
	unsigned int cpu;
	const struct mmx_zone_state *zone;
};

static const void *next_cpu(struct mmx_rows *r)
{
	const struct mmx_zone_states *states = states_of(r);
	struct cpu_rows *rows = r->state;

	if (!rows->zone || rows->cpu == states->online) {
		rows->zone = next_spanned(states, &rows->at, true);
		rows->cpu = 0;
	}
	return rows->zone && rows->cpu < states->online
		       ? &states->cpus.v[rows->zone->first_cpu + rows->cpu++]
		       : NULL;
}

static void cpu_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct cpu_rows *)r->state)->zone->node;
}

static void cpu_zone(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = ((const struct cpu_rows *)r->state)->zone->name;
}

static void cpu_value(struct mmx_rows *r, struct mmx_value *v, int64_t n)
{
	const struct mmx_zone_cpu *cpu = r->row;
	const struct mmx_err *unknown = mmx_reason(&states_of(r)->reasons, cpu->why);

	v->count = n;
	if (unknown)
		mmx_value_unknown(v, unknown);
}

static void cpu_count(struct mmx_rows *r, struct mmx_value *v)
{
	cpu_value(r, v, ((const struct mmx_zone_cpu *)r->row)->count);
}

static void cpu_high(struct mmx_rows *r, struct mmx_value *v)
{
	cpu_value(r, v, ((const struct mmx_zone_cpu *)r->row)->high);
}

static void cpu_batch(struct mmx_rows *r, struct mmx_value *v)
{
	cpu_value(r, v, ((const struct mmx_zone_cpu *)r->row)->batch);
}

static void cpu_threshold(struct mmx_rows *r, struct mmx_value *v)
{
	cpu_value(r, v, ((const struct mmx_zone_cpu *)r->row)->threshold);
}

static const struct mmx_field cpu_fields[] = {
	{"node", MMX_COUNT, "the zone's node", .width = 4, .get = cpu_node},
	{"zone", MMX_TEXT, "its name", .width = 8, .get = cpu_zone},
	{"cpu", MMX_COUNT, "the CPU", .width = 5, AT(struct mmx_zone_cpu, cpu)},
	{"per_cpu_pages", MMX_ADDR, "where its lists are", AT(struct mmx_zone_cpu, addr)},
	{"count", MMX_NUMBER, "pages on them", .may = MMX_OR_UNKNOWN, .get = cpu_count},
	{"high", MMX_NUMBER, "from which it gives pages back", .may = MMX_OR_UNKNOWN,
	 .get = cpu_high},
	{"batch", MMX_NUMBER, "pages that go to and fro at once", .may = MMX_OR_UNKNOWN,
	 .get = cpu_batch},
	{"threshold", MMX_NUMBER, "how far it counts by itself", .width = 9, .may = MMX_OR_UNKNOWN,
	 .get = cpu_threshold},
	{0},
};

const struct mmx_record mmx_record_zone_cpus = {
	.name = "zone_cpu",
	.doc = "what one CPU keeps of a zone; with -v",
	.fields = cpu_fields,
	.state_size = sizeof(struct cpu_rows),
	.has = mmx_zonex_is_verbose,
	.next = next_cpu,
};

/* Pageblocks. */

struct block_rows {
	size_t at;
	struct blocks {
		const struct mmx_zone_state *zone;
		uint64_t n[MMX_MIGRATE_TYPES];
		struct mmx_err err;
	} blocks;
};

static const void *next_blocks(struct mmx_rows *r)
{
	struct block_rows *rows = r->state;
	struct blocks *blocks = &rows->blocks;

	*blocks = (struct blocks){.zone = next_spanned(states_of(r), &rows->at, true)};
	if (!blocks->zone)
		return NULL;
	if (mmx_zone_blocks_count(r->view, blocks->zone, blocks->n, &blocks->err))
		mmx_cover_fail(r->coverage, &blocks->err);
	return blocks;
}

static void blocks_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct blocks *)r->row)->zone->node;
}

static void blocks_zone(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = ((const struct blocks *)r->row)->zone->name;
}

static void blocks_order(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_know_pageblock_format(r->view)->order;
}

static void blocks_of(struct mmx_rows *r, struct mmx_value *v, enum mmx_layout_enumerator type)
{
	const struct mmx_layout *l = &r->view->kernel->layout;
	const struct blocks *blocks = r->row;

	if (blocks->err.code)
		mmx_value_unknown(v, &blocks->err);
	else if (!mmx_has_enum(l, type) || (uint64_t)mmx_enum(l, type) >= MMX_MIGRATE_TYPES)
		mmx_value_null(v);
	else
		v->word = blocks->n[mmx_enum(l, type)];
}

static void unmovable(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_UNMOVABLE);
}

static void movable(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_MOVABLE);
}

static void reclaimable(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_RECLAIMABLE);
}

static void highatomic(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_HIGHATOMIC);
}

static void cma(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_CMA);
}

static void isolated(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_ISOLATE);
}

static const struct mmx_field block_fields[] = {
	{"node", MMX_COUNT, "the zone's node", .width = 4, .get = blocks_node},
	{"zone", MMX_TEXT, "its name", .width = 8, .get = blocks_zone},
	{"order", MMX_COUNT, "log2 of a block's frames", .width = 5, .get = blocks_order},
	{"unmovable", MMX_COUNT, "blocks of that type", .width = 10,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = unmovable},
	{"movable", MMX_COUNT, "of that one", .width = 8, .may = MMX_OR_NULL | MMX_OR_UNKNOWN,
	 .get = movable},
	{"reclaimable", MMX_COUNT, "of that one", .width = 11, .may = MMX_OR_NULL | MMX_OR_UNKNOWN,
	 .get = reclaimable},
	{"highatomic", MMX_COUNT, "reserved for atomic requests of several pages", .width = 10,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = highatomic},
	{"cma", MMX_COUNT, "of CMA", .width = 6, .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = cma},
	{"isolated", MMX_COUNT, "kept from being allocated", .width = 8,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = isolated},
	{0},
};

const struct mmx_record mmx_record_zone_blocks = {
	.name = "zone_blocks",
	.doc = "the pageblocks of a zone, by what they are meant for",
	.fields = block_fields,
	.state_size = sizeof(struct block_rows),
	.has = mmx_zonex_is_survey,
	.next = next_blocks,
};

/* Flags and compaction. */

struct flag_names {
	uint64_t flags;
	const char **names;
	unsigned int n;
	char *text, *end;
};

static bool take_flag(void *arg, const char *name, int64_t value)
{
	struct flag_names *f = arg;
	int len;

	if (value < 0 || value > 63 || !(f->flags >> value & 1) || f->n == MMX_SCRATCH_NAMES)
		return true;
	len = snprintf(f->text, f->end - f->text, "%s",
		       strncmp(name, "ZONE_", 5) ? name : name + 5);
	if (len < 0 || f->text + len + 1 >= f->end)
		return false;
	for (char *c = f->text; *c; c++)
		*c = *c == '_' ? '-' : *c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c;
	f->names[f->n++] = f->text;
	f->text += len + 1;
	return true;
}

static void flags(struct mmx_rows *r, struct mmx_value *v)
{
	struct flag_names f = {
		.flags = zone_of(r)->flags,
		.names = v->scratch->names,
		.text = v->scratch->text,
		.end = v->scratch->text + sizeof(v->scratch->text),
	};

	v->word = f.flags;
	mmx_types_each_enumerator(&r->view->kernel->types, "zone_flags", take_flag, &f);
	v->names = v->scratch->names;
	v->n_names = f.n;
}

static void put_off(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone_state *z = zone_of(r);

	if (!mmx_has(&r->view->kernel->layout, M_zone_compact_defer_shift))
		mmx_value_null(v);
	else if (!z->defer_shift)
		v->text = "no";
	else
		mmx_value_textf(v, "orders from %d, %u of %u times", z->order_failed, z->considered,
				1u << (z->defer_shift & 31));
}

static void free_highatomic(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = zone_of(r)->free_highatomic;
	if (!mmx_has(&r->view->kernel->layout, M_zone_nr_free_highatomic))
		mmx_value_null(v);
}

static void migrate_scanner(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = zone_of(r)->migrate_scanner[1];
	if (!mmx_has(&r->view->kernel->layout, M_zone_compact_cached_migrate_pfn))
		mmx_value_null(v);
}

static void free_scanner(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = zone_of(r)->free_scanner;
	if (!mmx_has(&r->view->kernel->layout, M_zone_compact_cached_free_pfn))
		mmx_value_null(v);
}

static const struct mmx_field more_fields[] = {
	{"node", MMX_COUNT, "its node", .width = 4, AT(struct mmx_zone_state, node)},
	{"zone", MMX_TEXT, "its name", .width = 8, AT(struct mmx_zone_state, name)},
	{"address", MMX_ADDR, "of its struct zone", AT(struct mmx_zone_state, addr)},
	{"reserved", MMX_COUNT, "pages in blocks that are reserved for atomic requests", .width = 8,
	 AT(struct mmx_zone_state, reserved_highatomic)},
	{"reserved_free", MMX_COUNT, "of those, free; null on kernels that do not count them",
	 .title = "FREE", .width = 6, .may = MMX_OR_NULL, .get = free_highatomic},
	{"migrate_from", MMX_PFN, "where compaction looks for pages to move next", .width = 12,
	 .may = MMX_OR_NULL, .get = migrate_scanner},
	{"free_from", MMX_PFN, "and, downwards, for room for them", .width = 9, .may = MMX_OR_NULL,
	 .get = free_scanner},
	{"put_off", MMX_TEXT, "whether compaction is put off, after it got nothing", .width = 8,
	 .may = MMX_OR_NULL, .get = put_off},
	{"flags", MMX_FLAGS, "its flags", .get = flags},
	{0},
};

const struct mmx_record mmx_record_zone_more = {
	.name = "zone_more",
	.doc = "reserves for atomic requests, compaction and flags of a zone that has frames",
	.fields = more_fields,
	.state_size = sizeof(size_t),
	.has = mmx_zonex_is_survey,
	.next = next_populated,
};

/* Free lists, as they are walked. */

static int open_free(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_know_free_lists(r->view)->coverage);
	return 0;
}

static const void *next_free(struct mmx_rows *r)
{
	const struct mmx_free_lists *lists = mmx_know_free_lists(r->view);

	return r->nth < lists->n ? &lists->v[r->nth] : NULL;
}

static const struct mmx_free_zone *free_zone_of(const struct mmx_rows *r)
{
	return r->row;
}

static void free_heading(struct mmx_rows *r, char *text)
{
	snprintf(text, 64, "Free blocks of node %u, zone %s", free_zone_of(r)->zone->node,
		 free_zone_of(r)->zone->name);
}

static void free_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = free_zone_of(r)->zone->node;
}

static void free_zone(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = free_zone_of(r)->zone->name;
}

static unsigned int free_orders(struct mmx_rows *r)
{
	return mmx_know_free_lists(r->view)->orders;
}

static unsigned int free_types(struct mmx_rows *r)
{
	return mmx_know_free_lists(r->view)->types;
}

static void free_type(struct mmx_rows *r, unsigned int type, char *name)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(r->view);

	snprintf(name, NAME_MAX + 1, "%s", type < f->types && *f->name[type] ? f->name[type] : "?");
}

static void free_cell(struct mmx_rows *r, unsigned int order, unsigned int type,
		      struct mmx_value *v)
{
	v->word = free_zone_of(r)->blocks[order][type];
}

static const struct mmx_matrix free_by_type = {
	.rows = free_orders, .columns = free_types, .column_name = free_type, .cell = free_cell};

static const struct mmx_field free_fields[] = {
	{"node", MMX_COUNT, "its node", .get = free_node},
	{"zone", MMX_TEXT, "its name", .get = free_zone},
	{"blocks", MMX_MATRIX, "blocks on the lists, by order and migrate type",
	 .title = "by order and type", .matrix = &free_by_type},
	{0},
};

const struct mmx_record mmx_record_zone_free = {
	.name = "zone_free",
	.doc = "the free lists of a zone; with -v",
	.fields = free_fields,
	.has = mmx_zonex_is_verbose,
	.open = open_free,
	.next = next_free,
	.heading = free_heading,
};

/* Counters that are something. */

struct counter_rows {
	size_t set, item;
	struct counter {
		const struct mmx_counter_set *set;
		const struct mmx_counter_item *item;
		struct mmx_counter c;
	} counter;
};

static const void *next_counter(struct mmx_rows *r)
{
	const struct mmx_counters *counters = mmx_know_counters(r->view);
	struct counter_rows *rows = r->state;
	struct counter *c = &rows->counter;

	for (; rows->set < counters->sets.n; rows->set++, rows->item = 0) {
		c->set = &counters->sets.v[rows->set];
		while (rows->item < c->set->n) {
			c->item = &counters->items[c->set->group].v[rows->item];
			c->c = mmx_counter_at(counters, c->set, rows->item++);
			if (c->c.why || c->c.shared || c->c.pending)
				return c;
		}
	}
	return NULL;
}

static const struct counter *counter_of(const struct mmx_rows *r)
{
	return r->row;
}

static void counter_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = counter_of(r)->set->node;
}

static void counter_zone(struct mmx_rows *r, struct mmx_value *v)
{
	const struct counter *c = counter_of(r);
	const struct mmx_zone_state *zone =
		mmx_zone_state_of(states_of(r), c->set->node, c->set->zone);

	v->text = zone ? zone->name : "?";
	if (c->set->group == MMX_COUNTERS_NODE)
		mmx_value_null(v);
}

static void counter_name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_counter_item *item = counter_of(r)->item;

	v->text = *item->name ? item->name : item->text;
}

static void counter_value(struct mmx_rows *r, struct mmx_value *v, int64_t n)
{
	v->count = n;
	if (counter_of(r)->c.why)
		mmx_value_unknown(v, counter_of(r)->c.why);
}

static void counter_shared(struct mmx_rows *r, struct mmx_value *v)
{
	v->count = counter_of(r)->c.shared;
	if (counter_of(r)->c.why_shared)
		mmx_value_unknown(v, counter_of(r)->c.why_shared);
}

static void counter_pending(struct mmx_rows *r, struct mmx_value *v)
{
	counter_value(r, v, counter_of(r)->c.pending);
}

static void counter_exact(struct mmx_rows *r, struct mmx_value *v)
{
	counter_value(r, v, counter_of(r)->c.shared + counter_of(r)->c.pending);
}

static const struct mmx_field counter_fields[] = {
	{"node", MMX_COUNT, "the node", .width = 4, .get = counter_node},
	{"zone", MMX_TEXT, "the zone; null of a counter of the whole node", .width = 8,
	 .may = MMX_OR_NULL, .get = counter_zone},
	{"shared", MMX_NUMBER, "what all CPUs add to", .width = 11, .may = MMX_OR_UNKNOWN,
	 .get = counter_shared},
	{"pending", MMX_NUMBER, "what CPUs that are online have not added yet", .width = 8,
	 .may = MMX_OR_UNKNOWN, .get = counter_pending},
	{"exact", MMX_NUMBER, "both together", .width = 11, .may = MMX_OR_UNKNOWN,
	 .get = counter_exact},
	{"counter", MMX_TEXT, "the kernel's name for it", .may = MMX_OR_EMPTY, .get = counter_name},
	{0},
};

const struct mmx_record mmx_record_zone_counters = {
	.name = "zone_counter",
	.doc = "a counter of a zone or node that is not 0; with -v",
	.fields = counter_fields,
	.state_size = sizeof(struct counter_rows),
	.has = mmx_zonex_is_verbose,
	.next = next_counter,
};

/* What is wrong. */

static int open_findings(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &mmx_know_zone_checks(r->view)->coverage);
	mmx_cover_inherit(r->coverage, &mmx_know_pcp(r->view)->coverage);
	return 0;
}

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_zone_checks *checks = mmx_know_zone_checks(r->view);

	return r->nth < checks->n ? &checks->v[r->nth] : NULL;
}

static void finding_node(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone_finding *f = r->row;

	v->word = f->node;
	if (f->zone < 0)
		mmx_value_null(v);
}

static void finding_zone(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone_finding *f = r->row;
	const struct mmx_zone_state *zone = mmx_zone_state_of(states_of(r), f->node, f->zone);

	v->text = zone ? zone->name : "?";
	if (f->zone < 0)
		mmx_value_null(v);
}

static const struct mmx_field finding_fields[] = {
	{"node", MMX_COUNT, "the node; null of the whole system", .width = 4, .may = MMX_OR_NULL,
	 .get = finding_node},
	{"zone", MMX_TEXT, "the zone; null likewise", .width = 8, .may = MMX_OR_NULL,
	 .get = finding_zone},
	{"what", MMX_TEXT, "what is wrong", AT(struct mmx_zone_finding, text)},
	{0},
};

const struct mmx_record mmx_record_zone_findings = {
	.name = "zone_finding",
	.doc = "what zones say of themselves and cannot be",
	.fields = finding_fields,
	.has = mmx_zonex_is_survey,
	.open = open_findings,
	.next = next_finding,
};
