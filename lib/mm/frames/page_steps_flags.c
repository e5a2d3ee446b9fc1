// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/frames/page_steps.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/flagnames.h"

/* What the width of a field follows from, as far as it is told by a number of the kernel's. */
static struct mmx_term width_of(struct mmx_steps *s, const struct mmx_kernel *k,
				enum mmx_flag_field_id id)
{
	const struct mmx_mem *mem = mmx_mem(k);
	unsigned int width = mem->flags.field[id].width;
	char what[MMX_STEP_WHAT];

	if (!s)
		return mmx_plain(width);
	snprintf(what, sizeof(what), "bits of %s", mmx_flag_field_name(id));
	if (id == FIELD_NODE)
		return mmx_step_given(s, width, what, "%u nodes at most", mem->zones.max_nodes);
	if (id == FIELD_ZONE)
		return mmx_step_given(s, width, what, "%u zones a node", mem->zones.per_node);
	if (id == FIELD_LAST_CPUPID)
		return mmx_step_given(s, width, what, "8 of the PID, and NR_CPUS");
	return mmx_step_given(s, width, what, "types of lruvec.lrugen");
}

/* Fields follow upon each other from bit 63 downwards. */
static struct mmx_term shift_of(struct mmx_steps *s, const struct mmx_kernel *k,
				enum mmx_flag_field_id id)
{
	struct mmx_term at = mmx_step_given(s, 64, "bits of a word", "%s", k->image->machine);
	char what[MMX_STEP_WHAT];

	for (unsigned int i = 0; i <= id; i++) {
		if (!mmx_mem(k)->flags.field[i].width)
			continue;
		snprintf(what, sizeof(what), "shift of %s", mmx_flag_field_name(i));
		at = mmx_step_calc(s, what, at, MMX_OP_MINUS, width_of(s, k, i));
	}
	return at;
}

struct mmx_term mmx_step_flag_field(struct mmx_steps *s, const struct mmx_kernel *k,
				    struct mmx_term flags, enum mmx_flag_field_id id)
{
	struct mmx_term at = mmx_step_calc(s, "flags, shifted", flags, MMX_OP_RIGHT,
					   shift_of(s, k, id)),
			width = width_of(s, k, id);

	return mmx_step_calc(s, mmx_flag_field_name(id), at, MMX_OP_AND,
			     mmx_plain((1ULL << width.v) - 1));
}

/* A field, held against what walks over all memory read; @value: without one 0, as the kernel has it. */
static struct mmx_term tell_field(const struct mmx_page_told *t, enum mmx_flag_field_id id)
{
	const struct mmx_flags *flags = &mmx_mem(t->k)->flags;
	struct mmx_term value;

	if (!flags->field[id].width)
		return mmx_step_given(t->s, 0, mmx_flag_field_name(id), "it has no bits here");
	value = mmx_step_flag_field(t->s, t->k, t->flags, id);
	if (id == FIELD_NODE || id == FIELD_ZONE)
		mmx_step_check(t->s, "as walks read it", value, MMX_OP_EQUAL,
			       mmx_plain(mmx_flag_field(flags, id, t->flags.v)));
	return value;
}

/*
 * The zone by its bits spans the frame. That is so of every page that the kernel looks at; of reserved ones, those of
 * holes, and those that boot has not made yet and that are all zeros nothing must be so.
 */
static void tell_zone(const struct mmx_page_told *t)
{
	struct mmx_term node = tell_field(t, FIELD_NODE), index = tell_field(t, FIELD_ZONE);
	const struct mmx_mem *mem = mmx_mem(t->k);
	const struct mmx_zone *zone = mmx_zone_of(&mem->zones, node.v, index.v);
	bool must = t->flags.v && mmx_pfn_online(&mem->sparse, t->pfn.v) &&
		    !mmx_bit(t->flags.v, t->f->reserved);
	struct mmx_term at, start, end;

	if (!zone)
		return;
	mmx_step_says(t->s, index, "%s", zone->name);
	at = mmx_step_given(t->s, zone->addr, "struct zone", "node_data[%u]->node_zones[%u]",
			    zone->node, zone->index);
	start = mmx_step_member(t->s, t->w->view, at, M_zone_zone_start_pfn);
	end = mmx_step_calc(t->s, "end of the zone", start, MMX_OP_PLUS,
			    mmx_step_member(t->s, t->w->view, at, M_zone_spanned_pages));
	if (must)
		mmx_step_check_in(t->s, "PFN in its zone", t->pfn, start, end);
	else
		mmx_step_test_in(t->s, "PFN in its zone", t->pfn, start, end);
}

/* Fields below are told where they say something: no generation is 0, no CPU all ones. */
static void tell_rest(const struct mmx_page_told *t)
{
	const struct mmx_flags *flags = &mmx_mem(t->k)->flags;

	for (unsigned int id = FIELD_LAST_CPUPID; id < MMX_FLAG_FIELD_COUNT; id++) {
		struct mmx_term value;

		if (!flags->field[id].known || !flags->field[id].width)
			continue;
		value = tell_field(t, id);
		if (id == FIELD_LRU_GEN && value.v)
			mmx_step_says(t->s, value, "generation %" PRIu64, value.v - 1);
		else if (id == FIELD_LAST_CPUPID && value.v + 1 == 1ULL << flags->field[id].width)
			mmx_step_says(t->s, value, "none");
		else if (id == FIELD_LRU_GEN)
			mmx_step_says(t->s, value, "on no list of a generation");
	}
}

static void tell_names(const struct mmx_page_told *t)
{
	unsigned int named = mmx_mem(t->k)->flags.named;
	struct mmx_term low;
	const char *names[MMX_FLAG_NAMES_MAX];
	unsigned int n = mmx_flag_names(t->w, names);
	char text[112] = "";

	low = mmx_step_calc(t->s, "named bits", t->flags, MMX_OP_AND,
			    mmx_step_given(t->s, (1ULL << named) - 1, "bits with names",
					   "%u: enum pageflags", named));
	for (unsigned int i = 0; i < n; i++) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "%s%s", i ? "|" : "", names[i]);
	}
	mmx_step_says(t->s, low, "%s", n ? text : "none is set");
}

void mmx_told_flags(struct mmx_page_told *t)
{
	t->flags = mmx_told_word(t, t->page, t->w->bytes, M_page_flags);
	if (t->flags.v == ~0ULL) {
		mmx_step_says(t->s, t->flags, "never initialised");
		return;
	}
	tell_names(t);
	tell_zone(t);
	tell_rest(t);
}
