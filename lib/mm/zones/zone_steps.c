// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "mm/zones/nodes.h"
#include "mm/zones/zone_marks.h"
#include "mm/zones/zone_steps.h"

#define ISA_END (16ULL << 20)
#define PCI_END (4ULL << 30)

static struct mmx_term at_of(struct mmx_steps *s, const struct mmx_zone_state *zone)
{
	return mmx_step_given(s, zone->addr, "struct zone", "node %u, zone %u: %s", zone->node,
			      zone->index, zone->name);
}

static struct mmx_term member_of(struct mmx_steps *s, const struct mmx_kernel *k,
				 const struct mmx_zone_state *zone, enum mmx_layout_member id,
				 uint64_t v)
{
	return s ? mmx_step_member_as_read(s, k, at_of(s, zone), id, mmx_plain(v)) : mmx_plain(v);
}

struct mmx_term mmx_step_zone_end(struct mmx_steps *s, const struct mmx_kernel *k,
				  const struct mmx_zone_state *zone)
{
	struct mmx_term start = member_of(s, k, zone, M_zone_zone_start_pfn, zone->start_pfn);

	return mmx_step_calc(s, "PFN behind the zone", start, MMX_OP_PLUS,
			     member_of(s, k, zone, M_zone_spanned_pages, zone->spanned));
}

/* Where the architecture makes zones end: what devices with 24 and 32 bits of address reach. */
static void tell_range(struct mmx_steps *s, struct mmx_view *view,
		       const struct mmx_zone_state *zone)
{
	const struct mmx_kernel *k = view->kernel;
	const struct mmx_node *node = mmx_node_of(mmx_know_nodes(view), zone->node);
	struct mmx_term shift = mmx_step_page_shift(s, k), end = mmx_step_zone_end(s, k, zone),
			start = member_of(s, k, zone, M_zone_zone_start_pfn, zone->start_pfn), n;
	const struct {
		const char *bytes, *pfn, *from, *to;
		uint64_t end;
	} ends[] = {
		{"16 MiB", "PFN of 16 MiB", "it begins at 16 MiB", "it ends at 16 MiB", ISA_END},
		{"4 GiB", "PFN of 4 GiB", "it begins at 4 GiB", "it ends at 4 GiB", PCI_END},
	};

	mmx_step_calc(s, "address behind the zone", end, MMX_OP_LEFT, shift);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		n = mmx_step_given(s, ends[i].end, ends[i].bytes, "what devices reach");
		n = mmx_step_calc(s, ends[i].pfn, n, MMX_OP_RIGHT, shift);
		if (start.v == n.v)
			mmx_step_test(s, ends[i].from, start, MMX_OP_EQUAL, n);
		if (end.v == n.v)
			mmx_step_test(s, ends[i].to, end, MMX_OP_EQUAL, n);
	}
	if (node)
		mmx_step_test(s, "it ends where its node does", end, MMX_OP_EQUAL,
			      mmx_step_given(s, node->start_pfn + node->spanned,
					     "PFN behind the node", "pglist_data"));
	n = member_of(s, k, zone, M_zone_present_pages, zone->present);
	mmx_step_calc(s, "holes in it", member_of(s, k, zone, M_zone_spanned_pages, zone->spanned),
		      MMX_OP_MINUS, n);
	if (mmx_has(&k->layout, M_zone_managed_pages))
		mmx_step_calc(s, "not the allocator's", n, MMX_OP_MINUS,
			      member_of(s, k, zone, M_zone_managed_pages, zone->managed));
}

/*
 * Whether something is as the settings would make it now, of what is managed now. That goes on changing, by balloons
 * for one, while watermarks stay as they were made: that they differ is no fault.
 */
static void tell_made(struct mmx_steps *s, const char *what, struct mmx_term set,
		      struct mmx_term made)
{
	if (!mmx_step_test(s, what, set, MMX_OP_EQUAL, made))
		mmx_step_says(s, mmx_steps_last(s), "no: something was else then");
}

static void tell_marks(struct mmx_steps *s, const struct mmx_zone_states *states,
		       const struct mmx_zone_state *zone, const struct mmx_mark_settings *settings)
{
	static const char *const names[MMX_MARKS] = {"min as it is set", "low as it is set",
						     "high as it is set", "promo as it is set"};
	static const char *const same[MMX_MARKS] = {"min is as made", "low is as made",
						    "high is as made", "promo is as made"};
	struct mmx_term mark[MMX_MARKS], set;

	mmx_zone_marks_made(s, settings, states, zone, true, mark);
	for (unsigned int i = 0; i < MMX_MARKS; i++) {
		if (!states->has_mark[i])
			continue;
		set = mmx_step_given(s, zone->mark[i], names[i], "zone._watermark[%u]", i);
		tell_made(s, same[i], set, mark[i]);
	}
}

static void tell_reserves(struct mmx_steps *s, const struct mmx_zone_states *states,
			  const struct mmx_zone_state *zone,
			  const struct mmx_mark_settings *settings)
{
	for (size_t i = 0; i < states->n; i++) {
		const struct mmx_zone_state *upper = &states->v[i];
		struct mmx_term set = {.is_signed = true}, made;
		char what[MMX_STEP_WHAT];

		if (upper->node != zone->node || upper->index <= zone->index || !upper->managed)
			continue;
		made = mmx_zone_reserve_made(s, settings, states, zone, upper->index);
		set.v = (uint64_t)zone->reserve[upper->index];
		snprintf(what, sizeof(what), "kept from %s", upper->name);
		set = mmx_step_given_term(s, set, what, "zone.lowmem_reserve[%u]", upper->index);
		tell_made(s, "the reserve is as made", set, made);
	}
}

/* As the allocator compares them: with the boost, and by the part of the counter that CPUs share. */
static void tell_stand(struct mmx_steps *s, struct mmx_view *view,
		       const struct mmx_zone_state *zone)
{
	static const char *const names[] = {"min", "low", "high"};
	static const char *const at[] = {"free up to min", "free up to low", "free up to high"};
	const struct mmx_counters *counters = mmx_know_counters(view);
	struct mmx_counter counter = mmx_counter_of_zone(counters, zone->node, zone->index,
							 MMX_COUNTERS_ZONE, "NR_FREE_PAGES");
	struct mmx_term free, boost, mark;
	char what[MMX_STEP_WHAT];

	if (counter.why_shared)
		return;
	free = mmx_step_given(s, mmx_counter_shown(counters, &counter), "free pages",
			      "zone.vm_stat[NR_FREE_PAGES]");
	boost = member_of(s, view->kernel, zone, M_zone_watermark_boost, zone->boost);
	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(what, sizeof(what), "%s as it is set", names[i]);
		mark = mmx_step_given(s, zone->mark[i], what, "zone._watermark[%u]", i);
		snprintf(what, sizeof(what), "%s with the boost", names[i]);
		mark = mmx_step_calc(s, what, mark, MMX_OP_PLUS, boost);
		mmx_step_test(s, at[i], free, MMX_OP_UP_TO, mark);
	}
}

void mmx_zone_steps(struct mmx_steps *s, struct mmx_view *view, const struct mmx_zone_state *zone)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(view);
	struct mmx_mark_settings settings;
	struct mmx_err err;

	if (zone->why)
		return;
	tell_range(s, view, zone);
	if (!mmx_mark_settings_read(&settings, view, &err)) {
		tell_marks(s, states, zone, &settings);
		tell_reserves(s, states, zone, &settings);
	}
	tell_stand(s, view, zone);
}
