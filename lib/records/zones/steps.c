// SPDX-License-Identifier: GPL-2.0-or-later
/* How what is told of zones follows, and the arithmetic of a request for memory. */
#include <stdio.h>

#include "mm/zones/zone_steps.h"
#include "records/records.h"
#include "records/steps.h"
#include "records/zones/zones.h"

/* @at: the cursor's, which comes first */
struct explained {
	size_t at;
	struct mmx_steps steps;
};

static bool is_explained(struct mmx_rows *r)
{
	return mmx_zonex_of(r)->explained && mmx_zonex_is_survey(r);
}

static const void *next_zone(struct mmx_rows *r)
{
	const struct mmx_zone_state *zone = mmx_zone_rows_populated(r);
	struct explained *e = r->state;

	mmx_steps_clear(&e->steps);
	if (zone)
		mmx_zone_steps(&e->steps, r->view, zone);
	return zone;
}

static void close_zones(struct mmx_rows *r)
{
	struct explained *e = r->state;

	mmx_steps_free(&e->steps);
}

static void heading(struct mmx_rows *r, char *text)
{
	snprintf(text, 64, "Derivation: node %u, zone %s", mmx_zone_row(r)->node,
		 mmx_zone_row(r)->name);
}

static const struct mmx_steps *of_zone(const struct mmx_rows *r)
{
	const struct explained *e = r->above->state;

	return e->steps.n ? &e->steps : NULL;
}

MMX_STEPS_RECORD(zone_steps, of_zone);

static const struct mmx_field explained_fields[] = {
	{"node", MMX_COUNT, "its node", AT(struct mmx_zone_state, node)},
	{"zone", MMX_TEXT, "its name", AT(struct mmx_zone_state, name)},
	{"steps", MMX_TABLE, "one after the other", .may = MMX_OR_NONE, .record = &zone_steps},
	{0},
};

const struct mmx_record mmx_record_zone_explained = {
	.name = "zone_explained",
	.doc = "how the range, watermarks and reserves of a zone follow, and where its free pages stand",
	.fields = explained_fields,
	.state_size = sizeof(struct explained),
	.has = is_explained,
	.next = next_zone,
	.close = close_zones,
	.heading = heading,
};

static const struct mmx_steps *of_request(const struct mmx_rows *r)
{
	const struct mmx_request *request = mmx_zonex_of(r)->request;

	return request && request->steps ? request->steps : NULL;
}

static bool has_request_steps(struct mmx_rows *r)
{
	return of_request(r);
}

static const void *next_request_step(struct mmx_rows *r)
{
	return mmx_steps_next(r, of_request(r));
}

const struct mmx_record mmx_record_request_steps = {
	.name = "step",
	.doc = "a step of what came of the zones that were tried, in their order",
	.fields = mmx_step_fields,
	.state_size = sizeof(struct mmx_shown_step),
	.has = has_request_steps,
	.next = next_request_step,
};
