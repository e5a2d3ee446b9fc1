// SPDX-License-Identifier: GPL-2.0-or-later
/* What zones say that cannot be. */
#include "mm/mem.h"
#include "mm/zones/pcp.h"
#include "mm/zones/zone_checks.h"
#include "records/records.h"
#include "records/zones/zones.h"

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
	const struct mmx_zone_state *zone = mmx_zone_state_of(mmx_zones_of(r), f->node, f->zone);

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
