// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "mm/zones/counters.h"
#include "mm/zones/room_piece.h"
#include "mm/zones/unaccepted.h"

static uint64_t unaccepted_of(struct mmx_view *view, const struct mmx_zone *zone)
{
	const struct mmx_owned *frames = &mmx_know_unaccepted(view)->frames;
	uint64_t n = 0;

	for (size_t i = 0; i < frames->n; i++) {
		if (&mmx_mem(view->kernel)->zones.v[frames->v[i].owner] == zone)
			n += frames->v[i].frames;
	}
	return n;
}

/*
 * NR_FREE_PAGES is what is on the lists, but for isolated blocks, and memory that waits to be accepted; with
 * what CPUs have not yet added to it. What lies on the lists of CPUs is not counted. Who holds the lock may
 * have taken blocks off the lists that are counted when it has all that it wants.
 */
static int check_counter(struct mmx_room *room, struct mmx_view *view,
			 const struct mmx_free_zone *zone)
{
	const struct mmx_zone *z = zone->zone;
	struct mmx_counter c = mmx_counter_of_zone(mmx_know_counters(view), z->node, z->index,
						   MMX_COUNTERS_ZONE, "NR_FREE_PAGES");
	uint64_t expected = zone->frames - zone->isolated + unaccepted_of(view, z);

	if (c.why || zone->lock || c.shared + c.pending == (int64_t)expected)
		return 0;
	return mmx_free_find(&room->findings, MMX_FREE_COUNTER, z, z->addr,
			     "the lists have %" PRIu64 " frames and NR_FREE_PAGES says %" PRId64
			     ", %" PRId64 " of it not yet added up",
			     expected, c.shared + c.pending, c.pending);
}

/* Where a list broke off, or something is not in the dump, a difference says nothing. */
int mmx_room_check_counters(struct mmx_room *room, struct mmx_view *view)
{
	const struct mmx_free_lists *lists = mmx_know_free_lists(view);

	if (!mmx_cover_whole(&lists->coverage) ||
	    !mmx_cover_whole(&mmx_know_unaccepted(view)->coverage))
		return 0;
	for (size_t i = 0; i < lists->n; i++) {
		if (check_counter(room, view, &lists->v[i]))
			return -1;
	}
	return 0;
}
