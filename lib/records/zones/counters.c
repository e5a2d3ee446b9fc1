// SPDX-License-Identifier: GPL-2.0-or-later
/* Zones' and nodes' counters that are not 0. */
#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "records/records.h"
#include "records/zones/zones.h"

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
		mmx_zone_state_of(mmx_zones_of(r), c->set->node, c->set->zone);

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
