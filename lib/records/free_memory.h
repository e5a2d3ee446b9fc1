// SPDX-License-Identifier: GPL-2.0-or-later
/* Of the records of free memory: what a document that has them is about. */
#ifndef MMX_RECORDS_FREE_MEMORY_H
#define MMX_RECORDS_FREE_MEMORY_H

#include "mm/zones/room.h"
#include "records/record.h"

/**
 * struct mmx_free_memory - the argument of such a document
 * @owners: what stands in the way is asked for; @top: how many of those
 */
struct mmx_free_memory {
	const struct mmx_free_lists *lists;
	const struct mmx_room *room;
	bool owners;
	uint64_t top;
};

/** mmx_free_memory_of() - the argument of the document that a row is of */
static inline const struct mmx_free_memory *mmx_free_memory_of(const struct mmx_rows *r)
{
	return r->arg;
}

#endif
