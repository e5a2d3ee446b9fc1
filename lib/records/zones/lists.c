// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that CPUs keep on lists of their own: of all CPUs, and of each. */
#include "records/records.h"
#include "records/zones/zones.h"

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
	const struct mmx_zone_states *states = mmx_zones_of(r);
	struct kept_rows *rows = r->state;
	struct kept *k = &rows->kept;

	*k = (struct kept){.zone = mmx_zones_next(states, &rows->at, true)};
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
	const struct mmx_err *unknown = mmx_reason(&mmx_zones_of(r)->reasons, kept_of(r)->why);

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
	const struct mmx_zone_states *states = mmx_zones_of(r);
	struct cpu_rows *rows = r->state;

	if (!rows->zone || rows->cpu == states->online) {
		rows->zone = mmx_zones_next(states, &rows->at, true);
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
	const struct mmx_err *unknown = mmx_reason(&mmx_zones_of(r)->reasons, cpu->why);

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
