// SPDX-License-Identifier: GPL-2.0-or-later
/* Obstacles: the owners of frames that cannot be moved, by what of the memory around these they deny. */
#ifndef MMX_MM_OBSTACLES_H
#define MMX_MM_OBSTACLES_H

#include "base/array.h"
#include "mm/owners/whose.h"

/**
 * struct mmx_obstacle - an owner of frames that cannot be moved
 * @frames: of those ranges that lie wholly in a zone
 * @shrinkable: they can be given up
 * @ranges: that it stands in, where there is something free or movable beside it
 * @alone: of those, where nobody else does
 * @denied: free or movable frames in those ranges; where several owners stand in one, divided by them
 */
struct mmx_obstacle {
	struct mmx_whose who;
	bool shrinkable;
	uint64_t frames, ranges, alone, denied;
};

/** struct mmx_obstacles - in the order of what they deny, the most first */
struct mmx_obstacles {
	MMX_ARRAY(struct mmx_obstacle);
};

/** struct mmx_obstacle_index - a list that is added to, by owner; @list is the caller's */
struct mmx_obstacle_index {
	struct mmx_obstacles *list;
	/* Private. */
	uint32_t *slot; /* a place in the list and one more; 0: none */
	size_t slots;   /* a power of two, or 0 */
};

/** mmx_obstacles_add() - to what the list has of that owner; -1 without memory */
int mmx_obstacles_add(struct mmx_obstacle_index *index, const struct mmx_obstacle *more);

/** mmx_obstacles_rank() - put them in order, without those that deny nothing */
void mmx_obstacles_rank(struct mmx_obstacles *list);

#endif
