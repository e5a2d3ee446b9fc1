// SPDX-License-Identifier: GPL-2.0-or-later
/* What watermarks and reserves are made from. */
#include <stdio.h>

#include "mm/zones/zone_marks.h"
#include "records/records.h"
#include "records/zones/zones.h"

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
	settings->zones = mmx_zones_of(r)->zones;
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
