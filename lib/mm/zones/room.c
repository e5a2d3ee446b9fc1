// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "mm/zones/obstacles.h"
#include "mm/zones/room_piece.h"

/* Where no pageblocks are known: no kernel has smaller ones by itself. */
#define LEAST_PAGEBLOCK 9u

#define PIECES_OF_GIGANTIC ((1u << MMX_GIGANTIC_ORDER) / MMX_PIECE_FRAMES)

/*
 * Pieces, added up.
 */

/* The pieces of the current 1 GiB. */
struct gigantic {
	uint64_t nr;
	unsigned int pieces;
	uint16_t zone;
	uint32_t seen;
	uint64_t clear;
	struct mmx_obstacles owners;
	struct mmx_obstacle_index index;
};

struct sum {
	struct mmx_room *room;
	const struct mmx_kernel *kernel;
	struct mmx_obstacle_index index[MMX_ROOM_SIZES];
	struct gigantic now;
};

static void add_ranges(struct mmx_room_ranges *sum, const struct mmx_room_ranges *more)
{
	sum->free += more->free;
	sum->movable += more->movable;
	sum->shrinkable += more->shrinkable;
}

static void add_zones(struct mmx_room *room, const struct mmx_room_piece *piece)
{
	for (size_t i = 0; i < room->zones.n; i++) {
		struct mmx_room_zone *sum = &room->zones.v[i];
		const struct mmx_room_zone *more = &piece->zones[i];

		for (unsigned int m = 0; m < MMX_MOBILITY_COUNT; m++)
			sum->frames[m] += more->frames[m];
		sum->clean += more->clean;
		for (unsigned int order = 0; order < MMX_BLOCK_ORDERS; order++)
			add_ranges(&sum->order[order], &more->order[order]);
	}
}

static bool has(const struct gigantic *g, unsigned int mobilities)
{
	return g->seen & mobilities;
}

#define SEEN(mobility) (1u << MMX_MOBILITY_##mobility)

/* One that all of a zone has, with or without owners who are in its way. */
static int end_gigantic(struct sum *sum)
{
	static const unsigned int never = SEEN(STUCK) | SEEN(HOLE);
	struct gigantic *g = &sum->now;
	struct mmx_room_ranges *ranges;
	int ret = 0;

	if (g->pieces == PIECES_OF_GIGANTIC && g->zone != MMX_ROOM_NO_ZONE) {
		ranges = &sum->room->zones.v[g->zone].gigantic;
		ranges->free += g->seen == SEEN(FREE);
		ranges->movable += !has(g, never | SEEN(SHRINKABLE));
		ranges->shrinkable += !has(g, never);
		for (size_t i = 0; i < g->owners.n && !ret; i++) {
			struct mmx_obstacle *o = &g->owners.v[i];

			o->ranges = g->clear != 0;
			o->alone = g->clear && g->owners.n == 1;
			o->denied = g->clear / g->owners.n;
			ret = mmx_obstacles_add(&sum->index[MMX_ROOM_GIGANTIC], o);
		}
	}
	mmx_array_free(&g->owners);
	free(g->index.slot);
	*g = (struct gigantic){.index.list = &g->owners};
	return ret;
}

static int add_to_gigantic(struct sum *sum, const struct mmx_room_piece *piece, uint64_t nr)
{
	struct gigantic *g = &sum->now;

	if (g->pieces && g->nr != nr && end_gigantic(sum))
		return -1;
	if (!g->pieces)
		g->zone = piece->zone;
	else if (g->zone != piece->zone)
		g->zone = MMX_ROOM_NO_ZONE;
	g->nr = nr;
	g->pieces += piece->windows == MMX_PIECE_FRAMES / MMX_ROOM_WINDOW;
	g->seen |= piece->seen;
	g->clear += piece->clear;
	for (unsigned int i = 0; i < piece->n_owners; i++) {
		struct mmx_obstacle o = piece->owner[i];

		o.ranges = o.alone = o.denied = 0;
		if (mmx_obstacles_add(&g->index, &o))
			return -1;
	}
	return 0;
}

/* What is wrong in struct pages, in words. */
static int tell(const struct sum *sum, const struct mmx_room_found *f)
{
	const struct mmx_mem *mem = mmx_mem(sum->kernel);
	const struct mmx_zone *zone = f->zone < mem->zones.n ? &mem->zones.v[f->zone] : NULL;
	struct mmx_free_findings *to = &sum->room->findings;
	uint64_t page = mmx_page_addr(&mem->vmemmap, f->pfn);

	switch (f->fault) {
	case MMX_FREE_UNLISTED:
		return mmx_free_find(to, f->fault, zone, page,
				     "PFN 0x%" PRIx64 ": it begins a free block of order %" PRId64
				     " by its struct page, and is on no list",
				     f->pfn, f->value);
	case MMX_FREE_OVERLAP:
		return mmx_free_find(
			to, f->fault, zone, page,
			"PFN 0x%" PRIx64
			": it begins a free block, and lies in the one that begins with PFN 0x%" PRIx64,
			f->pfn, f->other);
	case MMX_FREE_UNMERGED:
		return mmx_free_find(to, f->fault, zone, page,
				     "PFN 0x%" PRIx64 ": it and its buddy, PFN 0x%" PRIx64
				     ", are both free in order %" PRId64 " and have not merged",
				     f->pfn, f->other, f->value);
	default:
		return mmx_free_find(to, f->fault, zone, page,
				     "PFN 0x%" PRIx64
				     ": it lies in the free block that begins with PFN 0x%" PRIx64
				     ", and is in use: its reference count is %" PRId64,
				     f->pfn, f->other, f->value);
	}
}

static int add_findings(const struct sum *sum, const struct mmx_room_piece *piece)
{
	uint64_t *count = sum->room->findings.count, kept[MMX_FREE_FAULT_COUNT] = {0};

	for (unsigned int i = 0; i < piece->n_found; i++) {
		kept[piece->found[i].fault]++;
		if (tell(sum, &piece->found[i]))
			return -1;
	}
	for (unsigned int i = 0; i < MMX_FREE_FAULT_COUNT; i++)
		count[i] += piece->count[i] - kept[i];
	return 0;
}

static int add_piece(struct sum *sum, const struct mmx_room_piece *piece, uint64_t pfn)
{
	struct mmx_room *room = sum->room;

	room->coverage.found += piece->covered;
	if (piece->missing)
		mmx_cover_failf(&room->coverage, mmx_read_code(piece->why),
				"struct pages of %" PRIu64 " frames from PFN 0x%" PRIx64
				" on are %s",
				piece->missing, pfn, mmx_read_name(piece->why));
	add_zones(room, piece);
	if (add_findings(sum, piece))
		return -1;
	for (unsigned int i = 0; i < piece->n_owners; i++) {
		if (mmx_obstacles_add(&sum->index[MMX_ROOM_HUGE], &piece->owner[i]))
			return -1;
	}
	return add_to_gigantic(sum, piece, pfn >> MMX_GIGANTIC_ORDER);
}

/*
 * The walk.
 */

static void plan_free(struct mmx_room_plan *plan)
{
	free(plan->zone_of);
}

static int plan_zones(struct mmx_room_plan *plan, const struct mmx_zones *zones)
{
	plan->per_node = zones->per_node;
	for (size_t i = 0; i < zones->n; i++) {
		if (zones->v[i].node >= plan->nodes)
			plan->nodes = zones->v[i].node + 1;
	}
	plan->zone_of = malloc((plan->nodes * plan->per_node + 1) * sizeof(*plan->zone_of));
	if (!plan->zone_of)
		return -1;
	memset(plan->zone_of, 0xff, plan->nodes * plan->per_node * sizeof(*plan->zone_of));
	for (size_t i = 0; i < zones->n; i++)
		plan->zone_of[zones->v[i].node * plan->per_node + zones->v[i].index] = i;
	plan->zones = zones->n;
	return 0;
}

/* Everything that the threads ask for is found before they begin. */
static int make_plan(struct mmx_room_plan *plan, struct mmx_room *room, struct mmx_view *view,
		     bool owners)
{
	const struct mmx_pageblock_format *blocks = mmx_know_pageblock_format(view);

	*plan = (struct mmx_room_plan){
		.lists = mmx_know_free_lists(view),
		.rules = &room->rules,
		.sources = owners ? &room->sources : NULL,
		.merged = blocks->types ? blocks->order : LEAST_PAGEBLOCK,
	};
	if (plan->merged >= plan->lists->orders)
		plan->merged = plan->lists->orders - 1;
	mmx_classifier_find(&plan->classifier, view, owners);
	mmx_mobility_rules_find(&room->rules, view);
	if (owners)
		mmx_whose_sources_find(&room->sources, view, &room->rules);
	return plan_zones(plan, &mmx_mem(view->kernel)->zones);
}

/* Memory of devices may lie anywhere, and has no room. */
static uint64_t end_of_zones(const struct mmx_zones *zones)
{
	uint64_t end = 0;

	for (size_t i = 0; i < zones->n; i++) {
		uint64_t of = zones->v[i].start_pfn + zones->v[i].spanned;

		if (zones->v[i].present && of > end)
			end = of;
	}
	return end;
}

static int walk(struct sum *sum, struct mmx_view *view, struct mmx_room_plan *plan,
		const struct mmx_room_ask *ask, struct mmx_err *err)
{
	const struct mmx_sparse *sparse = &mmx_mem(view->kernel)->sparse;
	uint64_t end = end_of_zones(&mmx_mem(view->kernel)->zones), pfn;
	const struct mmx_page_pieces pieces = {
		.kernel = view->kernel,
		.jobs = view->kernel->jobs,
		.end = end < sparse->end ? end : sparse->end,
		.result_size =
			sizeof(struct mmx_room_piece) + plan->zones * sizeof(struct mmx_room_zone),
		.arg = plan,
		.work = mmx_room_piece,
	};
	struct mmx_page_team *team;
	struct mmx_progress progress;
	const void *piece;
	int ret;

	mmx_progress_begin(&progress, ask->progress, ask->arg, pieces.end);
	team = mmx_page_pieces_begin(&pieces, err);
	ret = team ? 1 : -1;
	while (ret > 0 && (ret = mmx_page_pieces_next(team, &pfn, &piece, err)) > 0) {
		if (add_piece(sum, piece, pfn))
			ret = mmx_fail_nomem(err);
		mmx_progress_at(&progress, pfn);
	}
	mmx_page_pieces_end(team);
	mmx_progress_end(&progress);
	if (!ret && end_gigantic(sum))
		ret = mmx_fail_nomem(err);
	return ret;
}

static void sum_free(struct sum *sum)
{
	for (unsigned int i = 0; i < MMX_ROOM_SIZES; i++)
		free(sum->index[i].slot);
	free(sum->now.index.slot);
	mmx_array_free(&sum->now.owners);
}

static int make_zones(struct mmx_room *room, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!mmx_array_add(&room->zones, (struct mmx_room_zone){0}))
			return -1;
	}
	return 0;
}

int mmx_room_find(struct mmx_room *room, struct mmx_view *view, const struct mmx_room_ask *ask,
		  struct mmx_err *err)
{
	struct sum sum = {.room = room, .kernel = view->kernel};
	struct mmx_room_plan plan;
	int ret = -1;

	*room = (struct mmx_room){0};
	for (unsigned int i = 0; i < MMX_ROOM_SIZES; i++)
		sum.index[i].list = &room->obstacles[i];
	sum.now.index.list = &sum.now.owners;
	if (make_plan(&plan, room, view, ask->owners) || make_zones(room, plan.zones) ||
	    mmx_room_check_counters(room, view))
		mmx_fail_nomem(err);
	else
		ret = walk(&sum, view, &plan, ask, err);
	for (unsigned int i = 0; i < MMX_ROOM_SIZES; i++)
		mmx_obstacles_rank(&room->obstacles[i]);
	plan_free(&plan);
	sum_free(&sum);
	return ret;
}

void mmx_room_free(struct mmx_room *room)
{
	mmx_array_free(&room->zones);
	for (unsigned int i = 0; i < MMX_ROOM_SIZES; i++)
		mmx_array_free(&room->obstacles[i]);
	mmx_array_free(&room->findings);
}
