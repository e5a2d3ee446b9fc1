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
static uint64_t managed(const struct mmx_zone_states *states, unsigned int but)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < states->n; i++)
		sum += states->v[i].index == but ? 0 : states->v[i].managed;
	return sum;
}

static uint64_t minimum_apart(const struct mmx_zone_state *zone)
{
	uint64_t n = zone->managed / APART_DIVISOR;

	return n < LEAST_APART ? LEAST_APART : n > MOST_APART ? MOST_APART : n;
}

void mmx_zone_marks_made(const struct mmx_mark_settings *s, const struct mmx_zone_states *states,
			 const struct mmx_zone_state *zone, bool apart, uint64_t mark[MMX_MARKS])
{
	uint64_t all = managed(states, apart ? s->movable : MMX_ZONES_MAX);
	uint64_t share = all ? s->min_free_kbytes / PAGE_KIB * zone->managed / all : 0;
	uint64_t step = zone->managed / SCALE * s->scale_factor +
			zone->managed % SCALE * s->scale_factor / SCALE;

	if (step < share / 4)
		step = share / 4;
	mark[MMX_MARK_MIN] = apart && zone->index == s->movable ? minimum_apart(zone) : share;
	for (unsigned int i = MMX_MARK_LOW; i < MMX_MARKS; i++)
		mark[i] = mark[i - 1] + step;
}

bool mmx_zone_marks_agree(const struct mmx_mark_settings *s, const struct mmx_zone_states *states,
			  const struct mmx_zone_state *zone)
{
	for (unsigned int apart = 0; apart < 2; apart++) {
		uint64_t mark[MMX_MARKS];
		bool agree = true;

		mmx_zone_marks_made(s, states, zone, apart, mark);
		for (unsigned int i = 0; i < MMX_MARKS; i++)
			agree &= !states->has_mark[i] || mark[i] == zone->mark[i];
		if (agree)
			return true;
	}
	return false;
}
