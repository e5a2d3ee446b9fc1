// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Room: how much memory could be had in one piece, and what stands in the way, by one walk over all struct
 * pages; and what these say of free blocks beyond what the free lists do.
 *
 * Ranges of 1 << order frames that begin where a block of that order can, and lie wholly in one zone, are
 * counted by what is in them. None of that says that moving or giving up would succeed, so sums are upper
 * bounds.
 */
#ifndef MMX_MM_ROOM_H
#define MMX_MM_ROOM_H

#include "mm/zones/free_lists.h"
#include "mm/zones/obstacles.h"

/** MMX_GIGANTIC_ORDER - of 1 GiB: no free list has it, alloc_contig_range() makes it */
#define MMX_GIGANTIC_ORDER 18u

/**
 * struct mmx_room_ranges - ranges of one order in a zone
 * @free: nothing is in them
 * @movable: what is in them can be moved, or there is nothing
 * @shrinkable: that, or it can be given up
 */
struct mmx_room_ranges {
	uint64_t free, movable, shrinkable;
};

/**
 * struct mmx_room_zone - of a zone
 * @frames: by mobility
 * @clean: frames of page cache that can be dropped as it is; they are movable ones
 * @order, @gigantic: ranges by order, and of MMX_GIGANTIC_ORDER
 */
struct mmx_room_zone {
	uint64_t frames[MMX_MOBILITY_COUNT];
	uint64_t clean;
	struct mmx_room_ranges order[MMX_BLOCK_ORDERS], gigantic;
};

/** enum mmx_room_size - sizes of ranges that obstacles are told for: 2 MiB and 1 GiB */
enum mmx_room_size { MMX_ROOM_HUGE, MMX_ROOM_GIGANTIC, MMX_ROOM_SIZES };

/**
 * struct mmx_room - all of it
 * @coverage: found is frames whose struct pages were read
 * @zones: by their places in mmx_mem(kernel)->zones
 * @findings: in struct pages, and of the counters
 */
struct mmx_room {
	struct mmx_coverage coverage;
	struct {
		MMX_ARRAY(struct mmx_room_zone);
	} zones;
	struct mmx_obstacles obstacles[MMX_ROOM_SIZES];
	struct mmx_free_findings findings;
	struct mmx_mobility_rules rules;
	struct mmx_whose_sources sources; /* when owners were asked for */
};

/**
 * struct mmx_room_ask - what is asked
 * @owners: who stands in the way; finding all owners takes longer the first time
 * @progress, @arg: as in struct mmx_messages
 */
struct mmx_room_ask {
	bool owners;
	void (*progress)(void *arg, int percent);
	void *arg;
};

/** mmx_room_find() - walk all struct pages, in as many threads as the kernel may have */
int mmx_room_find(struct mmx_room *room, struct mmx_view *view, const struct mmx_room_ask *ask,
		  struct mmx_err *err);
void mmx_room_free(struct mmx_room *room);

#endif
