// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/zones/zone_marks.h"

#define PAGE_KIB      4u
#define SCALE         10000u
#define LEAST_APART   32u
#define MOST_APART    128u
#define APART_DIVISOR 1024u

static int read_setting(struct mmx_view *view, const char *name, uint64_t *value,
			struct mmx_err *err)
{
	enum mmx_read read = mmx_kread_variable(view, name, 4, value);

	return read ? mmx_fail(err, mmx_read_code(read), "%s is %s", name, mmx_read_name(read)) : 0;
}

int mmx_mark_settings_read(struct mmx_mark_settings *s, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_zone_states *states = mmx_know_zone_states(view);
	const struct mmx_layout *l = &view->kernel->layout;
	unsigned char ratio[4 * MMX_ZONES_MAX];
	uint64_t table;

	*s = (struct mmx_mark_settings){.movable = MMX_ZONES_MAX};
	if (read_setting(view, "min_free_kbytes", &s->min_free_kbytes, err) ||
	    read_setting(view, "watermark_scale_factor", &s->scale_factor, err) ||
	    read_setting(view, "watermark_boost_factor", &s->boost_factor, err) ||
	    read_setting(view, "percpu_pagelist_high_fraction", &s->high_fraction, err))
		return -1;
	if (!mmx_symbol_addr(&view->kernel->symbols, "sysctl_lowmem_reserve_ratio", &table))
		return mmx_fail(err, MMX_EMISSING, "symbol sysctl_lowmem_reserve_ratio is needed");
	if (mmx_kread_ok(view, table, ratio, 4 * states->zones, "sysctl_lowmem_reserve_ratio", err))
		return -1;
	for (unsigned int i = 0; i < states->zones; i++)
		s->reserve_ratio[i] = (int32_t)mmx_le32(ratio + 4 * i);
	if (mmx_has_enum(l, E_ZONE_MOVABLE))
		s->movable = mmx_enum(l, E_ZONE_MOVABLE);
	return 0;
}

/* What the zones manage that share in min_free_kbytes. */
static struct mmx_term managed(struct mmx_steps *s, const struct mmx_zone_states *states,
			       unsigned int but)
{
	uint64_t sum = 0, zones = 0;

	for (size_t i = 0; i < states->n; i++) {
		if (states->v[i].index == but || !states->v[i].managed)
			continue;
		sum += states->v[i].managed;
		zones++;
	}
	return mmx_step_given(s, sum, "all that share manage", "managed_pages of %u zones",
			      (unsigned int)zones);
}

static struct mmx_term managed_by(struct mmx_steps *s, const struct mmx_zone_state *zone)
{
	return mmx_step_given(s, zone->managed, "it manages", "zone.managed_pages");
}

static struct mmx_term minimum_apart(struct mmx_steps *s, const struct mmx_zone_state *zone)
{
	struct mmx_term n = mmx_step_calc(s, "a 1024th of it", managed_by(s, zone), MMX_OP_DIVIDE,
					  mmx_plain(APART_DIVISOR));

	n = mmx_step_calc(s, "but at most", n, MMX_OP_LEAST, mmx_plain(MOST_APART));
	return mmx_step_calc(s, "min", n, MMX_OP_MOST, mmx_plain(LEAST_APART));
}

/* min_free_kbytes in pages, times managed, by what all manage. */
static struct mmx_term share_of(struct mmx_steps *s, const struct mmx_mark_settings *settings,
				struct mmx_term all, const struct mmx_zone_state *zone)
{
	struct mmx_term pages =
		mmx_step_given(s, settings->min_free_kbytes, "min_free_kbytes", "symbol");

	pages = mmx_step_calc(s, "pages of min_free_kbytes", pages, MMX_OP_DIVIDE,
			      mmx_plain(PAGE_KIB));
	pages = mmx_step_calc(s, "times what it manages", pages, MMX_OP_TIMES, managed_by(s, zone));
	pages = mmx_step_calc(s, "its share of them", pages, MMX_OP_DIVIDE, all);
	return pages.absent ? mmx_plain(0) : pages; /* nobody manages anything */
}

/* From one mark to the next: a share of what it manages, at least a quarter of its minimum; whole and rest apart. */
static struct mmx_term distance(struct mmx_steps *s, const struct mmx_mark_settings *settings,
				const struct mmx_zone_state *zone, struct mmx_term share)
{
	struct mmx_term managed = managed_by(s, zone),
			factor = mmx_step_given(s, settings->scale_factor, "watermark_scale_factor",
						"symbol, of 10000"),
			whole, rest;

	whole = mmx_step_calc(s, "ten thousands of it", managed, MMX_OP_DIVIDE, mmx_plain(SCALE));
	whole = mmx_step_calc(s, "times the factor", whole, MMX_OP_TIMES, factor);
	rest = mmx_step_calc(s, "the rest", managed, MMX_OP_REST, mmx_plain(SCALE));
	rest = mmx_step_calc(s, "the rest times the factor", rest, MMX_OP_TIMES, factor);
	rest = mmx_step_calc(s, "by 10000", rest, MMX_OP_DIVIDE, mmx_plain(SCALE));
	whole = mmx_step_calc(s, "scaled", whole, MMX_OP_PLUS, rest);
	return mmx_step_calc(
		s, "from mark to mark", whole, MMX_OP_MOST,
		mmx_step_calc(s, "a quarter of its share", share, MMX_OP_DIVIDE, mmx_plain(4)));
}

void mmx_zone_marks_made(struct mmx_steps *s, const struct mmx_mark_settings *settings,
			 const struct mmx_zone_states *states, const struct mmx_zone_state *zone,
			 bool apart, struct mmx_term mark[MMX_MARKS])
{
	static const char *const names[MMX_MARKS] = {"min", "low", "high", "promo"};
	struct mmx_term share = share_of(
		s, settings, managed(s, states, apart ? settings->movable : MMX_ZONES_MAX), zone);
	struct mmx_term step = distance(s, settings, zone, share);

	mark[MMX_MARK_MIN] =
		apart && zone->index == settings->movable ? minimum_apart(s, zone) : share;
	for (unsigned int i = MMX_MARK_LOW; i < MMX_MARKS; i++)
		mark[i] = mmx_step_calc(s, names[i], mark[i - 1], MMX_OP_PLUS, step);
}

bool mmx_zone_marks_agree(const struct mmx_mark_settings *settings,
			  const struct mmx_zone_states *states, const struct mmx_zone_state *zone)
{
	for (unsigned int apart = 0; apart < 2; apart++) {
		struct mmx_term mark[MMX_MARKS];
		bool agree = true;

		mmx_zone_marks_made(NULL, settings, states, zone, apart, mark);
		for (unsigned int i = 0; i < MMX_MARKS; i++)
			agree &= !states->has_mark[i] || mark[i].v == zone->mark[i];
		if (agree)
			return true;
	}
	return false;
}

/* What zones above it of its node manage, up to that one, by the zone's ratio; none where that is 0. */
struct mmx_term mmx_zone_reserve_made(struct mmx_steps *s, const struct mmx_mark_settings *settings,
				      const struct mmx_zone_states *states,
				      const struct mmx_zone_state *zone, unsigned int upper)
{
	int32_t ratio = settings->reserve_ratio[zone->index];
	uint64_t above = 0;
	struct mmx_term n;

	for (size_t i = 0; i < states->n; i++) {
		const struct mmx_zone_state *z = &states->v[i];

		if (z->node == zone->node && z->index > zone->index && z->index <= upper)
			above += z->managed;
	}
	n = mmx_step_given(s, above, "zones above it manage", "managed_pages up to zone %u", upper);
	if (ratio <= 0 || !zone->managed)
		return mmx_step_given(s, 0, "reserve", "it manages none, or its ratio is 0");
	return mmx_step_calc(
		s, "reserve", n, MMX_OP_DIVIDE,
		mmx_step_given(s, (uint32_t)ratio, "its ratio", "sysctl_lowmem_reserve_ratio"));
}
