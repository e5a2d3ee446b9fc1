// SPDX-License-Identifier: GPL-2.0-or-later
/* Pageblocks by their type. */
#include "mm/mem.h"
#include "mm/zones/zone_blocks.h"
#include "records/records.h"
#include "records/zones/zones.h"

struct block_rows {
	size_t at;
	struct blocks {
		const struct mmx_zone_state *zone;
		uint64_t n[MMX_MIGRATE_TYPES];
		struct mmx_err err;
	} blocks;
};

static const void *next_blocks(struct mmx_rows *r)
{
	struct block_rows *rows = r->state;
	struct blocks *blocks = &rows->blocks;

	*blocks = (struct blocks){.zone = mmx_zones_next(mmx_zones_of(r), &rows->at, true)};
	if (!blocks->zone)
		return NULL;
	if (mmx_zone_blocks_count(r->view, blocks->zone, blocks->n, &blocks->err))
		mmx_cover_fail(r->coverage, &blocks->err);
	return blocks;
}

static void blocks_node(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = ((const struct blocks *)r->row)->zone->node;
}

static void blocks_zone(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = ((const struct blocks *)r->row)->zone->name;
}

static void blocks_order(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_know_pageblock_format(r->view)->order;
}

static void blocks_of(struct mmx_rows *r, struct mmx_value *v, enum mmx_layout_enumerator type)
{
	const struct mmx_layout *l = &r->view->kernel->layout;
	const struct blocks *blocks = r->row;

	if (blocks->err.code)
		mmx_value_unknown(v, &blocks->err);
	else if (!mmx_has_enum(l, type) || (uint64_t)mmx_enum(l, type) >= MMX_MIGRATE_TYPES)
		mmx_value_null(v);
	else
		v->word = blocks->n[mmx_enum(l, type)];
}

static void unmovable(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_UNMOVABLE);
}

static void movable(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_MOVABLE);
}

static void reclaimable(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_RECLAIMABLE);
}

static void highatomic(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_HIGHATOMIC);
}

static void cma(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_CMA);
}

static void isolated(struct mmx_rows *r, struct mmx_value *v)
{
	blocks_of(r, v, E_MIGRATE_ISOLATE);
}

static const struct mmx_field block_fields[] = {
	{"node", MMX_COUNT, "the zone's node", .width = 4, .get = blocks_node},
	{"zone", MMX_TEXT, "its name", .width = 8, .get = blocks_zone},
	{"order", MMX_COUNT, "log2 of a block's frames", .width = 5, .get = blocks_order},
	{"unmovable", MMX_COUNT, "blocks of that type", .width = 10,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = unmovable},
	{"movable", MMX_COUNT, "of that one", .width = 8, .may = MMX_OR_NULL | MMX_OR_UNKNOWN,
	 .get = movable},
	{"reclaimable", MMX_COUNT, "of that one", .width = 11, .may = MMX_OR_NULL | MMX_OR_UNKNOWN,
	 .get = reclaimable},
	{"highatomic", MMX_COUNT, "reserved for atomic requests of several pages", .width = 10,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = highatomic},
	{"cma", MMX_COUNT, "of CMA", .width = 6, .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = cma},
	{"isolated", MMX_COUNT, "kept from being allocated", .width = 8,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = isolated},
	{0},
};

const struct mmx_record mmx_record_zone_blocks = {
	.name = "zone_blocks",
	.doc = "the pageblocks of a zone, by what they are meant for",
	.fields = block_fields,
	.state_size = sizeof(struct block_rows),
	.has = mmx_zonex_is_survey,
	.next = next_blocks,
};
