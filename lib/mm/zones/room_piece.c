// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/zones/room_piece.h"

#define HUGE_FRAMES (1u << 9) /* of a range of 2 MiB */

/* Owners in such a range that are told apart. */
#define RANGE_OWNERS 128

struct range_owner {
	struct mmx_whose who;
	bool shrinkable;
	uint32_t frames;
};

/* A range of 2 MiB: the zone that all of it is in, frames that are free or movable, and who has others. */
struct range {
	uint16_t zone;
	uint32_t clear;
	unsigned int n;
	struct range_owner owner[RANGE_OWNERS];
};

/* What is known of a frame; @all: and of all others of its folio. */
struct frame {
	uint64_t folio;
	bool all;
	struct mmx_verdict verdict;
	struct mmx_moves moves;
};

struct work {
	const struct mmx_room_plan *plan;
	struct mmx_room_piece *piece;
	struct mmx_room_check check;
	struct range range;
	unsigned int at; /* in the window */
	bool mixed;      /* not all of it is alike */
	uint8_t mobility[MMX_ROOM_WINDOW];
	uint16_t zone[MMX_ROOM_WINDOW];
};

/*
 * Owners.
 */

static const struct mmx_whose others = {.class = MMX_CLASS_COUNT};

static struct range_owner *owner_in_range(struct range *range, const struct mmx_whose *who)
{
	/* One frame's owner is most often the last one's. */
	for (unsigned int i = range->n; i-- > 0;) {
		if (mmx_whose_same(&range->owner[i].who, who))
			return &range->owner[i];
	}
	if (range->n == RANGE_OWNERS)
		return &range->owner[RANGE_OWNERS - 1];
	range->owner[range->n] =
		(struct range_owner){.who = range->n == RANGE_OWNERS - 1 ? others : *who};
	return &range->owner[range->n++];
}

static struct mmx_obstacle *owner_in_piece(struct mmx_room_piece *piece,
					   const struct mmx_whose *who)
{
	for (unsigned int i = 0; i < piece->n_owners; i++) {
		if (mmx_whose_same(&piece->owner[i].who, who))
			return &piece->owner[i];
	}
	if (piece->n_owners == MMX_ROOM_PIECE_OWNERS)
		return &piece->owner[MMX_ROOM_PIECE_OWNERS - 1];
	piece->owner[piece->n_owners] = (struct mmx_obstacle){
		.who = piece->n_owners == MMX_ROOM_PIECE_OWNERS - 1 ? others : *who};
	return &piece->owner[piece->n_owners++];
}

/* Nobody is in the way where there is nothing beside what is in the way. */
static void end_range(struct work *work)
{
	struct range *range = &work->range;

	for (unsigned int i = 0; i < range->n && range->zone != MMX_ROOM_NO_ZONE; i++) {
		struct mmx_obstacle *o = owner_in_piece(work->piece, &range->owner[i].who);

		o->shrinkable |= range->owner[i].shrinkable;
		o->frames += range->owner[i].frames;
		if (!range->clear)
			continue;
		o->ranges++;
		o->alone += range->n == 1;
		o->denied += range->clear / range->n;
	}
	range->n = 0;
	range->clear = 0;
}

/*
 * Ranges of every order.
 */

static void count_ranges(struct mmx_room_ranges *ranges, enum mmx_mobility mobility, unsigned int n)
{
	ranges->free += mobility == MMX_MOBILITY_FREE ? n : 0;
	ranges->movable += mobility <= MMX_MOBILITY_MOVABLE ? n : 0;
	ranges->shrinkable += mobility <= MMX_MOBILITY_SHRINKABLE ? n : 0;
}

/* Two ranges become one: in one zone if both are in it, and as hard to clear as the harder one. */
static void join(struct work *work, unsigned int i)
{
	uint16_t zone = work->zone[2 * i];

	work->zone[i] = zone == work->zone[2 * i + 1] ? zone : MMX_ROOM_NO_ZONE;
	work->mobility[i] = work->mobility[2 * i] > work->mobility[2 * i + 1]
				    ? work->mobility[2 * i]
				    : work->mobility[2 * i + 1];
}

/* Most of free memory lies in windows that have nothing else. */
static void count_alike(struct work *work)
{
	struct mmx_room_zone *zones = work->piece->zones;

	for (unsigned int order = 0; order < MMX_BLOCK_ORDERS; order++) {
		if (work->zone[0] != MMX_ROOM_NO_ZONE)
			count_ranges(&zones[work->zone[0]].order[order], work->mobility[0],
				     MMX_ROOM_WINDOW >> order);
	}
}

static void count_mixed(struct work *work)
{
	struct mmx_room_zone *zones = work->piece->zones;

	for (unsigned int order = 0; order < MMX_BLOCK_ORDERS; order++) {
		unsigned int n = MMX_ROOM_WINDOW >> order;

		for (unsigned int i = 0; i < n; i++) {
			if (work->zone[i] != MMX_ROOM_NO_ZONE)
				count_ranges(&zones[work->zone[i]].order[order], work->mobility[i],
					     1);
		}
		for (unsigned int i = 0; i < n / 2; i++)
			join(work, i);
	}
}

static void end_window(struct work *work)
{
	struct mmx_room_piece *piece = work->piece;

	if (work->mixed)
		count_mixed(work);
	else
		count_alike(work);
	if (!piece->windows++)
		piece->zone = work->zone[0];
	else if (piece->zone != work->zone[0])
		piece->zone = MMX_ROOM_NO_ZONE;
	work->at = 0;
	work->mixed = false;
}

static void note_owner(struct range *range, const struct mmx_whose *who, enum mmx_mobility mobility,
		       unsigned int frames)
{
	struct range_owner *owner = owner_in_range(range, who);

	owner->frames += frames;
	owner->shrinkable |= mobility == MMX_MOBILITY_SHRINKABLE;
}

/* The next frames, of one range of 2 MiB; @who has them, or is NULL when nobody asks. */
static void put_in_range(struct work *work, uint16_t zone, enum mmx_mobility mobility,
			 unsigned int frames, const struct mmx_whose *who)
{
	struct range *range = &work->range;

	work->mixed |= work->at && (zone != work->zone[0] || mobility != work->mobility[0]);
	if (work->at % HUGE_FRAMES == 0)
		range->zone = zone;
	else if (range->zone != zone)
		range->zone = MMX_ROOM_NO_ZONE;
	if (mobility <= MMX_MOBILITY_MOVABLE)
		range->clear += frames;
	if (who)
		note_owner(range, who, mobility, frames);
	memset(&work->mobility[work->at], mobility, frames);
	for (unsigned int i = 0; i < frames; i++)
		work->zone[work->at + i] = zone;
	work->at += frames;
	if (work->at % HUGE_FRAMES == 0)
		end_range(work);
	if (work->at == MMX_ROOM_WINDOW)
		end_window(work);
}

/* The next frames, in a zone or in none. */
static void put(struct work *work, uint16_t zone, enum mmx_mobility mobility, uint64_t frames,
		const struct mmx_whose *who)
{
	struct mmx_room_piece *piece = work->piece;

	if (mobility == MMX_MOBILITY_HOLE)
		zone = MMX_ROOM_NO_ZONE;
	if (zone == MMX_ROOM_NO_ZONE)
		mobility = MMX_MOBILITY_HOLE;
	else
		piece->zones[zone].frames[mobility] += frames;
	piece->seen |= 1u << mobility;
	if (mobility <= MMX_MOBILITY_MOVABLE)
		piece->clear += frames;
	while (frames) {
		uint64_t left = HUGE_FRAMES - work->at % HUGE_FRAMES;
		uint64_t n = frames < left ? frames : left;

		put_in_range(work, zone, mobility, n, who);
		frames -= n;
	}
}

/*
 * Frames.
 */

static uint16_t zone_of(const struct work *work, const struct mmx_page_walk *w)
{
	const struct mmx_flags *f = &mmx_mem(w->view->kernel)->flags;
	uint64_t flags = mmx_word(w->bytes, mmx_walk_format(w)->flags);
	unsigned int node = mmx_flag_field(f, FIELD_NODE, flags);
	unsigned int index = mmx_flag_field(f, FIELD_ZONE, flags);

	if (node >= work->plan->nodes || index >= work->plan->per_node)
		return MMX_ROOM_NO_ZONE;
	return work->plan->zone_of[node * work->plan->per_node + index];
}

/* Frames that have no struct page to be read: whether they are none, or are not in the dump. */
static void put_unread(struct work *work, const struct mmx_page_walk *w)
{
	if (w->read != MMX_READ_ABSENT) {
		if (!work->piece->missing)
			work->piece->why = w->read;
		work->piece->missing += w->frames;
	}
	put(work, MMX_ROOM_NO_ZONE, MMX_MOBILITY_HOLE, w->frames, NULL);
}

static bool is_in_the_way(enum mmx_mobility mobility)
{
	return mobility == MMX_MOBILITY_SHRINKABLE || mobility == MMX_MOBILITY_STUCK;
}

/* Of a poisoned folio the pages are not alike. */
static bool is_poisoned(const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);

	return mmx_bit(w->folio.flags | mmx_word(w->bytes, f->flags), f->hwpoison);
}

static void put_page(struct work *work, const struct mmx_page_walk *w, struct frame *last)
{
	const struct mmx_room_plan *plan = work->plan;
	uint16_t zone = zone_of(work, w);
	struct mmx_whose who;

	work->piece->covered += w->frames;
	if (!last->all || last->folio != w->folio.head || is_poisoned(w)) {
		last->verdict = mmx_classify(&plan->classifier, w);
		last->moves = mmx_moves_of(plan->rules, w, last->verdict.class);
		last->folio = w->folio.head;
		last->all = w->folio.large && !w->folio.read && !is_poisoned(w);
	}
	mmx_room_check_page(&work->check, w, zone);
	if (zone != MMX_ROOM_NO_ZONE)
		work->piece->zones[zone].clean += last->moves.clean ? w->frames : 0;
	if (plan->sources && is_in_the_way(last->moves.mobility)) {
		who = mmx_whose_page(plan->sources, w, last->verdict.class);
		put(work, zone, last->moves.mobility, w->frames, &who);
	} else {
		put(work, zone, last->moves.mobility, w->frames, NULL);
	}
}

int mmx_room_piece(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err)
{
	const struct mmx_room_plan *plan = arg;
	const struct mmx_sparse *sparse = &mmx_mem(w->view->kernel)->sparse;
	struct mmx_room_piece *piece = result;
	struct work work = {.plan = plan, .piece = piece, .check = {.plan = plan, .piece = piece}};
	struct frame last = {0};

	(void)err;
	memset(piece, 0, sizeof(*piece) + plan->zones * sizeof(*piece->zones));
	piece->zone = MMX_ROOM_NO_ZONE;
	w->runs = MMX_RUNS_OF_CLASS;
	while (mmx_page_walk_next(w)) {
		if (w->read)
			put_unread(&work, w);
		else if (sparse->unseen.n && mmx_ranges_has(&sparse->unseen, w->pfn, 1))
			put(&work, MMX_ROOM_NO_ZONE, MMX_MOBILITY_HOLE, w->frames, NULL);
		else
			put_page(&work, w, &last);
	}
	if (work.at)
		put(&work, MMX_ROOM_NO_ZONE, MMX_MOBILITY_HOLE, MMX_ROOM_WINDOW - work.at, NULL);
	return 0;
}
