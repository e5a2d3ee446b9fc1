// SPDX-License-Identifier: GPL-2.0-or-later
/* The ledger: frames by class; by node and zone; by type of pageblock. */
#include <stdio.h>

#include "mm/mem.h"
#include "records/census.h"

/* A row of any of them: one class in one part of memory. */
struct part {
	uint32_t index; /* of the zone, or type of pageblock */
	enum mmx_class class;
	uint64_t frames, of;
};

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct part *part = r->row;

	v->word = part->frames << r->view->kernel->arch->page_shift;
}

/* In hundredths of a percent, rounded. */
static void share(struct mmx_rows *r, struct mmx_value *v)
{
	const struct part *part = r->row;
	double percent = part->of ? 100.0 * (double)part->frames / (double)part->of : 0;

	mmx_value_textf(v, part->frames && percent < 0.005 ? "<0.01%%" : "%.2f%%", percent);
}

#define CLASS_FIELD(doc_)                                                     \
	{                                                                     \
		"class", MMX_WORD, doc_, .width = 13, AT(struct part, class), \
					 WORDS(MMX_CLASS_COUNT, class_name)   \
	}
#define SHARE_PATTERN "^(<0\\.01|[0-9]+\\.[0-9][0-9])%$"

static const char *class_name(unsigned int class)
{
	return mmx_class_name(class);
}

static const char *words_of(const struct part *part)
{
	return mmx_class_words(part->class);
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct part *part = r->row;

	v->text = mmx_class_name(part->class);
}

static void words(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = words_of(r->row);
}

/* A frame that has no struct page is in no class. What is missing and unattributed is told where it is none, too. */
static const void *next_class(struct mmx_rows *r)
{
	const struct mmx_census *census = mmx_census_of(r);
	const struct mmx_tally *total = &census->ledger->total;
	struct part *part = r->state;

	while (++part->class < MMX_CLASS_COUNT) {
		part->frames = total->class[part->class];
		part->of = mmx_tally_frames(total);
		if (part->frames || census->empty || part->class == CLASS_MISSING ||
		    part->class == CLASS_UNATTRIBUTED)
			return part;
	}
	return NULL;
}

_Static_assert(!CLASS_NO_PAGE, "frames without a struct page come first, and are left out");

static const struct mmx_field class_fields[] = {
	{"name", MMX_TEXT, "the class", .title = "CLASS", .width = 13, .get = name},
	{"frames", MMX_COUNT, "its frames", .width = 12, AT(struct part, frames)},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = bytes},
	{"share", MMX_TEXT, "of all frames", .width = 7, .pattern = SHARE_PATTERN, .get = share},
	{"words", MMX_TEXT, "what they are used for", .title = "USE", .get = words},
	{0},
};

const struct mmx_record mmx_record_census_classes = {
	.name = "class",
	.doc = "a class; each frame that has a struct page is in exactly one, so they sum to `frames`",
	.fields = class_fields,
	.state_size = sizeof(struct part),
	.next = next_class,
};

/*
 * Parts of memory: those classes that have frames there.
 */

struct parts {
	struct part part;
	uint32_t index;     /* of the part that comes next, or is being shown */
	unsigned int class; /* that comes next in it */
};

static uint64_t frames_of(const struct mmx_ledger *ledger, bool zones, uint32_t index,
			  unsigned int class)
{
	return zones ? mmx_ledger_class(ledger, index, ~0u, class)
		     : mmx_ledger_class(ledger, ~0u, index, class);
}

static const void *next_part(struct mmx_rows *r, bool zones, uint32_t n)
{
	const struct mmx_ledger *ledger = mmx_census_of(r)->ledger;
	struct parts *p = r->state;

	for (; p->index < n; p->index++, p->class = 0) {
		for (; p->class < MMX_CLASS_COUNT; p->class ++) {
			p->part.frames = frames_of(ledger, zones, p->index, p->class);
			if (!p->part.frames)
				continue;
			p->part.index = p->index;
			p->part.class = p->class ++;
			p->part.of = 0;
			for (unsigned int i = 0; i < MMX_CLASS_COUNT; i++)
				p->part.of += frames_of(ledger, zones, p->index, i);
			return &p->part;
		}
	}
	return NULL;
}

static bool has_zones(struct mmx_rows *r)
{
	return mmx_census_of(r)->zones;
}

/* Behind the zones come frames whose zone nothing tells. */
static const void *next_zone(struct mmx_rows *r)
{
	return next_part(r, true, mmx_mem(r->view->kernel)->zones.n + 1);
}

static const struct mmx_zone *zone_of(const struct mmx_rows *r)
{
	const struct mmx_zones *zones = &mmx_mem(r->view->kernel)->zones;
	const struct part *part = r->row;

	return part->index < zones->n ? &zones->v[part->index] : NULL;
}

static void node(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone *zone = zone_of(r);

	if (zone)
		v->word = zone->node;
	else
		mmx_value_null(v);
}

static void zone_name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_zone *zone = zone_of(r);

	if (zone)
		v->text = zone->name;
	else
		mmx_value_null(v);
}

static const struct mmx_field zone_fields[] = {
	{"node", MMX_COUNT, "its node; null where nothing tells", .width = 4, .may = MMX_OR_NULL,
	 .get = node},
	{"zone", MMX_TEXT, "its zone; null where nothing tells", .width = 8, .may = MMX_OR_NULL,
	 .get = zone_name},
	CLASS_FIELD("the class"),
	{"frames", MMX_COUNT, "its frames there", .width = 12, AT(struct part, frames)},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = bytes},
	{"share", MMX_TEXT, "of the zone's frames", .width = 7, .pattern = SHARE_PATTERN,
	 .get = share},
	{0},
};

const struct mmx_record mmx_record_census_zones = {
	.name = "class_of_zone",
	.doc = "frames of a class in a zone of a node, by the zone that their flags name",
	.fields = zone_fields,
	.state_size = sizeof(struct parts),
	.has = has_zones,
	.next = next_zone,
};

static bool has_blocks(struct mmx_rows *r)
{
	return mmx_census_of(r)->blocks;
}

static const void *next_block(struct mmx_rows *r)
{
	return next_part(r, false, MMX_BLOCK_TYPES);
}

static void block_name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pageblock_format *f = mmx_know_pageblock_format(r->view);
	const struct part *part = r->row;

	if (part->index == MMX_BLOCK_ISOLATED)
		v->text = "isolated";
	else if (part->index < f->types && f->name[part->index][0])
		v->text = f->name[part->index];
	else
		mmx_value_null(v);
}

static const struct mmx_field block_fields[] = {
	{"migratetype", MMX_TEXT, "what the pageblock is for; null where nothing tells",
	 .title = "PAGEBLOCK", .width = 12, .may = MMX_OR_NULL, .get = block_name},
	CLASS_FIELD("the class"),
	{"frames", MMX_COUNT, "its frames in such pageblocks", .width = 12,
	 AT(struct part, frames)},
	{"bytes", MMX_BYTES, "the same in bytes", .width = 9, .get = bytes},
	{"share", MMX_TEXT, "of the frames of such pageblocks", .width = 7,
	 .pattern = SHARE_PATTERN, .get = share},
	{0},
};

const struct mmx_record mmx_record_census_blocks = {
	.name = "class_of_migratetype",
	.doc = "frames of a class in pageblocks of a migrate type",
	.fields = block_fields,
	.state_size = sizeof(struct parts),
	.has = has_blocks,
	.next = next_block,
};
