// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "mm/owners/owned_frames.h"

bool mmx_owned_add(struct mmx_owned *o, uint32_t owner, uint64_t at, uint64_t pfn, uint64_t frames)
{
	struct mmx_owned_run *last = o->n ? &o->v[o->n - 1] : NULL;

	if (last && last->owner == owner && last->at + last->frames == at &&
	    last->pfn + last->frames == pfn) {
		last->frames += frames;
		return true;
	}
	return mmx_array_add(
		o, (struct mmx_owned_run){.pfn = pfn, .frames = frames, .at = at, .owner = owner});
}

static int by_pfn(const void *a, const void *b)
{
	const struct mmx_owned_run *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	return (x->owner > y->owner) - (x->owner < y->owner);
}

void mmx_owned_sort(struct mmx_owned *o)
{
	size_t kept = 0;
	uint64_t end = 0;

	mmx_array_sort(o, by_pfn);
	for (size_t i = 0; i < o->n; i++) {
		struct mmx_owned_run run = o->v[i];
		uint64_t claimed = run.pfn < end ? end - run.pfn : 0;

		if (claimed >= run.frames)
			continue;
		run.pfn += claimed;
		run.at += claimed;
		run.frames -= claimed;
		end = run.pfn + run.frames;
		o->v[kept++] = run;
	}
	o->n = kept;
}

const struct mmx_owned_run *mmx_owned_find(const struct mmx_owned *o, uint64_t pfn)
{
	size_t n = mmx_array_bound(o, run, run->pfn <= pfn);

	return n && pfn - o->v[n - 1].pfn < o->v[n - 1].frames ? &o->v[n - 1] : NULL;
}

void mmx_owned_free(struct mmx_owned *o)
{
	mmx_array_free(o);
}
