// SPDX-License-Identifier: GPL-2.0-or-later
/* Watermarks of zones, and where their free pages stand. */
#include <inttypes.h>

#include "mm/mem.h"
#include "mm/zones/counters.h"
#include "mm/zones/zone_marks.h"
#include "records/records.h"
#include "records/zones/zones.h"

static struct mmx_counter free_of(const struct mmx_rows *r)
{
	return mmx_counter_of_zone(mmx_know_counters(r->view), mmx_zone_row(r)->node,
				   mmx_zone_row(r)->index, MMX_COUNTERS_ZONE, "NR_FREE_PAGES");
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
	v->word = mmx_zone_row(r)->mark[which];
	if (!mmx_zones_of(r)->has_mark[which])
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
		v->word += n <=
			   mmx_zone_mark(mmx_zone_row(r), (enum mmx_watermark)(MMX_MARK_HIGH - i));
	if (counter.why_shared)
		mmx_value_unknown(v, counter.why_shared);
}

/* They stay as they were made while what a zone manages goes on changing, by balloons for one. */
static void made(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_mark_settings settings;
	struct mmx_term mark[MMX_MARKS];

	if (mmx_mark_settings_read(&settings, r->view, &v->scratch->err)) {
		mmx_value_unknown(v, &v->scratch->err);
		return;
	}
	mmx_zone_marks_made(NULL, &settings, mmx_zones_of(r), mmx_zone_row(r), true, mark);
	if (mmx_zone_marks_agree(&settings, mmx_zones_of(r), mmx_zone_row(r)))
		v->text = "yes";
	else
		mmx_value_textf(v, "now %" PRIu64 " %" PRIu64 " %" PRIu64, mark[MMX_MARK_MIN].v,
				mark[MMX_MARK_LOW].v, mark[MMX_MARK_HIGH].v);
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
	.next = mmx_zone_rows_populated,
};
