// SPDX-License-Identifier: GPL-2.0-or-later
/* What memory could be had in one piece, and what stands in the way. */
#include "mm/mem.h"
#include "records/free_memory.h"
#include "records/records.h"

#define PAGE_BYTES(r) (1ULL << (r)->view->kernel->arch->page_shift)

/*
 * What is in a zone's frames, by what it takes to have them free.
 */

static const struct mmx_room_zone *room_of_zone(const struct mmx_rows *r,
						const struct mmx_free_zone *zone)
{
	const struct mmx_zones *zones = &mmx_mem(r->view->kernel)->zones;

	return &mmx_free_memory_of(r)->room->zones.v[zone->zone - zones->v];
}

static const void *next_content(struct mmx_rows *r)
{
	return r->nth ? NULL : room_of_zone(r, r->above->row);
}

static const struct mmx_field content_fields[] = {
	{"free", MMX_COUNT, "on its free lists and on those of CPUs, or to be accepted",
	 AT(struct mmx_room_zone, frames[MMX_MOBILITY_FREE])},
	{"movable", MMX_COUNT, "of users, page cache and drivers, and held by nobody else",
	 AT(struct mmx_room_zone, frames[MMX_MOBILITY_MOVABLE])},
	{"clean", MMX_COUNT,
	 "those of `movable` that are page cache and could be dropped as they are",
	 AT(struct mmx_room_zone, clean)},
	{"shrinkable", MMX_COUNT, "slabs of caches that give memory up",
	 AT(struct mmx_room_zone, frames[MMX_MOBILITY_SHRINKABLE])},
	{"huge", MMX_COUNT, "huge pages of hugetlb, smaller than 1 GiB",
	 AT(struct mmx_room_zone, frames[MMX_MOBILITY_HUGE])},
	{"stuck", MMX_COUNT, "all others: whoever has them must give them back",
	 AT(struct mmx_room_zone, frames[MMX_MOBILITY_STUCK])},
	{0},
};

const struct mmx_record mmx_record_free_content = {
	.name = "content",
	.doc = "the zone's frames by what it takes to have them free",
	.fields = content_fields,
	.next = next_content,
};

/*
 * Orders: those of the free lists, and 1 GiB.
 */

/* @suitable: blocks of it that free ones hold; @blocks: free ones of any order; by the kernel's counts */
struct order {
	unsigned int order;
	bool listed;
	enum mmx_read read;
	uint64_t nr_free;
	uint64_t free, blocks, suitable;
	uint64_t now, movable, shrinkable, compacted, reclaimed;
};

static const struct mmx_free_zone *zone_of(const struct mmx_rows *r)
{
	return r->above->row;
}

/* As the kernel has it for its own indexes: struct contig_page_info. */
static void count_kernel(struct order *o, const struct mmx_free_zone *zone, unsigned int orders)
{
	for (unsigned int i = 0; i < orders; i++) {
		if (zone->nr_free_read[i])
			o->read = zone->nr_free_read[i];
		o->free += zone->nr_free[i] << i;
		o->blocks += zone->nr_free[i];
		if (i >= o->order)
			o->suitable += zone->nr_free[i] << (i - o->order);
	}
	if (o->order < orders)
		o->nr_free = zone->nr_free[o->order];
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * A range is emptied into free frames elsewhere, so all that are free come to so many blocks at most,
 * however many ranges could be emptied.
 */
static void count_room(struct order *o, const struct mmx_room_zone *room)
{
	const struct mmx_room_ranges *ranges = o->listed ? &room->order[o->order] : &room->gigantic;
	uint64_t free = room->frames[MMX_MOBILITY_FREE];
	uint64_t more = free + room->clean + room->frames[MMX_MOBILITY_SHRINKABLE];

	o->movable = ranges->movable;
	o->shrinkable = ranges->shrinkable;
	o->compacted = least(ranges->movable, free >> o->order);
	o->reclaimed = least(ranges->shrinkable, more >> o->order);
	o->now = ranges->free;
}

static void count_now(struct order *o, const struct mmx_free_zone *zone,
		      const struct mmx_free_lists *lists)
{
	o->now = 0;
	for (unsigned int i = o->order; i < lists->orders; i++) {
		for (unsigned int type = 0; type < lists->types; type++)
			o->now += zone->blocks[i][type] << (i - o->order);
	}
}

static const void *next_order(struct mmx_rows *r)
{
	const struct mmx_free_lists *lists = mmx_free_memory_of(r)->lists;
	struct order *o = r->state;

	if (r->nth > lists->orders)
		return NULL;
	*o = (struct order){.order = r->nth, .listed = r->nth < lists->orders};
	if (!o->listed)
		o->order = MMX_GIGANTIC_ORDER;
	count_kernel(o, zone_of(r), lists->orders);
	count_room(o, room_of_zone(r, zone_of(r)));
	if (o->listed)
		count_now(o, zone_of(r), lists);
	return o;
}

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct order *o = r->row;

	v->word = PAGE_BYTES(r) << o->order;
}

/* Whether there is something of the kernel's about this order. */
static bool has_count(const struct order *o, struct mmx_value *v)
{
	if (!o->listed)
		mmx_value_null(v);
	return o->listed && !mmx_value_absent(v, o->read);
}

static void nr_free(struct mmx_rows *r, struct mmx_value *v)
{
	const struct order *o = r->row;

	if (has_count(o, v))
		v->word = o->nr_free;
}

/* In thousandths, as all fractions of the kernel's here. */
static void unusable(struct mmx_rows *r, struct mmx_value *v)
{
	const struct order *o = r->row;

	if (has_count(o, v))
		v->count = o->free ? (o->free - (o->suitable << o->order)) * 1000 / o->free : 1000;
}

static void fragmentation(struct mmx_rows *r, struct mmx_value *v)
{
	const struct order *o = r->row;

	if (!has_count(o, v))
		return;
	if (!o->blocks)
		v->count = 0;
	else if (o->suitable)
		v->count = -1000;
	else
		v->count = 1000 - (int64_t)((1000 + (o->free * 1000 >> o->order)) / o->blocks);
}

static const struct mmx_field order_fields[] = {
	{"order", MMX_COUNT, "of the blocks; that of 1 GiB has no lists", .width = 5,
	 AT(struct order, order)},
	{"bytes", MMX_BYTES, "in such a block", .width = 6, .get = bytes},
	{"nr_free", MMX_COUNT, "the kernel's count of blocks of this very order",
	 .title = "NR FREE", .width = 8, .may = MMX_OR_NULL | MMX_OR_ABSENT, .get = nr_free},
	{"unusable", MMX_NUMBER,
	 "the kernel's unusable-free index, in thousandths: of free memory, what is in smaller blocks",
	 .width = 8, .may = MMX_OR_NULL | MMX_OR_ABSENT, .get = unusable},
	{"fragmentation", MMX_NUMBER,
	 "the kernel's fragmentation index, in thousandths: why an allocation would fail, towards 0 for "
	 "lack of memory, towards 1000 for fragmentation; -1000: it would not",
	 .title = "FRAGINDEX", .width = 9, .may = MMX_OR_NULL | MMX_OR_ABSENT,
	 .get = fragmentation},
	{"now", MMX_COUNT, "blocks that free ones hold", .width = 9, AT(struct order, now)},
	{"movable", MMX_COUNT, "ranges of that size that hold nothing but free and movable frames",
	 .width = 9, AT(struct order, movable)},
	{"shrinkable", MMX_COUNT, "those that hold nothing else but what can be given up, too",
	 .width = 10, AT(struct order, shrinkable)},
	{"compacted", MMX_COUNT,
	 "that there could be when everything movable was moved as well as can be; at most",
	 .width = 9, AT(struct order, compacted)},
	{"reclaimed", MMX_COUNT,
	 "that there could be when clean page cache and shrinkable slabs were given up before; at most",
	 .width = 9, AT(struct order, reclaimed)},
	{0},
};

const struct mmx_record mmx_record_free_orders = {
	.name = "order",
	.doc = "what could be had of blocks of one order",
	.fields = order_fields,
	.state_size = sizeof(struct order),
	.next = next_order,
};

/*
 * Obstacles.
 */

static const struct mmx_obstacle *next_of(const struct mmx_rows *r, enum mmx_room_size size)
{
	const struct mmx_free_memory *memory = mmx_free_memory_of(r);
	const struct mmx_obstacles *list = &memory->room->obstacles[size];

	return memory->owners && r->nth < list->n && r->nth < memory->top ? &list->v[r->nth] : NULL;
}

static const void *next_huge(struct mmx_rows *r)
{
	return next_of(r, MMX_ROOM_HUGE);
}

static const void *next_gigantic(struct mmx_rows *r)
{
	return next_of(r, MMX_ROOM_GIGANTIC);
}

static const char *class_name(unsigned int class)
{
	return class < MMX_CLASS_COUNT ? mmx_class_name(class) : "others";
}

static void denied(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_obstacle *o = r->row;

	v->word = o->denied * PAGE_BYTES(r);
}

static void who(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_obstacle *o = r->row;

	mmx_whose_name(&o->who, &mmx_free_memory_of(r)->room->sources, r->view, v->scratch->text,
		       sizeof(v->scratch->text));
	v->text = v->scratch->text;
}

static const struct mmx_field obstacle_fields[] = {
	{"denied", MMX_BYTES,
	 "free or movable memory of those ranges, divided by the owners in each", .width = 8,
	 .get = denied},
	{"ranges", MMX_COUNT, "that it stands in", .width = 7, AT(struct mmx_obstacle, ranges)},
	{"alone", MMX_COUNT, "those of them in which nobody else does", .width = 7,
	 AT(struct mmx_obstacle, alone)},
	{"frames", MMX_COUNT,
	 "that it has, in these and in ranges without anything free or movable", .width = 8,
	 AT(struct mmx_obstacle, frames)},
	{"shrinkable", MMX_BOOL, "it gives memory up when that is short", .title = "SHRINKS",
	 .width = 7, AT(struct mmx_obstacle, shrinkable)},
	{"class", MMX_WORD, "of its frames", .width = 13, WORDS(MMX_CLASS_COUNT + 1, class_name),
	 AT(struct mmx_obstacle, who.class)},
	{"who", MMX_TEXT, "the owner", .get = who},
	{0},
};

const struct mmx_record mmx_record_huge_obstacles = {
	.name = "obstacle",
	.doc = "an owner of frames that cannot be moved, in ranges of 2 MiB",
	.fields = obstacle_fields,
	.next = next_huge,
};

const struct mmx_record mmx_record_gigantic_obstacles = {
	.name = "gigantic_obstacle",
	.doc = "an owner of frames that cannot be moved, in ranges of 1 GiB",
	.fields = obstacle_fields,
	.next = next_gigantic,
};
