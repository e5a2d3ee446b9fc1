// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "base/range.h"

bool mmx_ranges_add(struct mmx_ranges *r, uint64_t start, uint64_t end)
{
	struct mmx_range *last = r->n ? &r->v[r->n - 1] : NULL;

	if (start >= end)
		return true;
	if (last && last->end == start) {
		last->end = end;
		return true;
	}
	return mmx_array_add(r, (struct mmx_range){start, end});
}

void mmx_ranges_normalise(struct mmx_ranges *r)
{
	size_t used = 0;

	if (!r->n)
		return;
	mmx_array_sort_by(r, start);
	for (size_t i = 1; i < r->n; i++) {
		if (r->v[i].start > r->v[used].end)
			r->v[++used] = r->v[i];
		else if (r->v[i].end > r->v[used].end)
			r->v[used].end = r->v[i].end;
	}
	r->n = used + 1;
}

const struct mmx_range *mmx_ranges_find(const struct mmx_ranges *r, uint64_t addr)
{
	size_t i = mmx_array_bound(r, range, range->end <= addr);

	return i < r->n ? &r->v[i] : NULL;
}

bool mmx_ranges_has(const struct mmx_ranges *r, uint64_t start, uint64_t len)
{
	const struct mmx_range *in = mmx_ranges_find(r, start);

	return in && in->start <= start && len <= in->end - start;
}

uint64_t mmx_ranges_total(const struct mmx_ranges *r)
{
	uint64_t sum = 0;

	mmx_for_each_range (one, r)
		sum += one->end - one->start;
	return sum;
}

void mmx_ranges_free(struct mmx_ranges *r)
{
	mmx_array_free(r);
}
