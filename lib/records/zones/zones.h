// SPDX-License-Identifier: GPL-2.0-or-later
/* What the records of zones share; each of the files beside this is one that zonex shows. */
#ifndef MMX_RECORDS_ZONES_ZONES_H
#define MMX_RECORDS_ZONES_ZONES_H

#include <stdbool.h>
#include <stddef.h>

#include "mm/zones/zone_states.h"
#include "records/record.h"
#include "records/zonex.h"

/** mmx_zones_of() - the zones of the dump */
const struct mmx_zone_states *mmx_zones_of(const struct mmx_rows *r);

/** mmx_zone_row() - the zone of a record whose row is one */
static inline const struct mmx_zone_state *mmx_zone_row(const struct mmx_rows *r)
{
	return r->row;
}

/** mmx_zone_rows_open() - open(): the coverage of the zones */
int mmx_zone_rows_open(struct mmx_rows *r, struct mmx_err *err);

/** mmx_zone_rows_populated() - next(): zones that have frames; the state is a size_t */
const void *mmx_zone_rows_populated(struct mmx_rows *r);

/**
 * mmx_zones_next() - a zone that spans something, NULL behind the last
 * @at: where to go on
 * @populated: one that has frames
 */
const struct mmx_zone_state *mmx_zones_next(const struct mmx_zone_states *states, size_t *at,
					    bool populated);

#endif
