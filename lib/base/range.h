// SPDX-License-Identifier: GPL-2.0-or-later
/* Sorted sets of half-open address ranges: what is present, what is memory, what is a hole. */
#ifndef MMX_BASE_RANGE_H
#define MMX_BASE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"

struct mmx_range {
	uint64_t start;
	uint64_t end; /* the first address behind the range */
};

/** struct mmx_ranges - ranges in ascending order that neither overlap nor touch */
struct mmx_ranges {
	MMX_ARRAY(struct mmx_range);
};

/** mmx_ranges_add() - add a range, in any order; false without memory. Finish with _normalise. */
bool mmx_ranges_add(struct mmx_ranges *r, uint64_t start, uint64_t end);

/** mmx_ranges_normalise() - sort, and merge what overlaps or touches */
void mmx_ranges_normalise(struct mmx_ranges *r);

/** mmx_ranges_find() - the range that holds @addr, or else the first one above it, or NULL */
const struct mmx_range *mmx_ranges_find(const struct mmx_ranges *r, uint64_t addr);

/** mmx_ranges_has() - whether all of [start, start + len) is inside one range */
bool mmx_ranges_has(const struct mmx_ranges *r, uint64_t start, uint64_t len);

/** mmx_ranges_total() - the sum of all lengths */
uint64_t mmx_ranges_total(const struct mmx_ranges *r);

void mmx_ranges_free(struct mmx_ranges *r);

/* An empty set has no array to point into. */
#define mmx_for_each_range(pos, set) \
	for (const struct mmx_range *pos = (set)->v; pos && pos < (set)->v + (set)->n; pos++)

#endif
