// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "mm/mem.h"
#include "mm/moments/class_map.h"

_Static_assert(MMX_CLASS_COUNT <= 256, "a class is a byte here");
_Static_assert(CLASS_NO_PAGE == 0, "a map begins as zeros");

int mmx_class_map_begin(struct mmx_class_map *map, struct mmx_view *view, struct mmx_err *err)
{
	uint64_t frames = 0;

	*map = (struct mmx_class_map){0};
	mmx_for_each_range (r, &mmx_mem(view->kernel)->sparse.pfn) {
		struct mmx_class_run run = {r->start, r->end, frames};

		if (!mmx_array_add(map, run))
			return mmx_fail_nomem(err);
		frames += r->end - r->start;
	}
	map->class = mmx_large_zeroed(frames ? frames : 1, 1);
	return map->class ? 0 : mmx_fail_nomem(err);
}

void mmx_class_map_free(struct mmx_class_map *map)
{
	free(map->class);
	map->class = NULL;
	mmx_array_free(map);
}

void mmx_class_map_set(struct mmx_class_map *map, uint64_t pfn, uint64_t n, enum mmx_class class)
{
	uint64_t end = pfn + n;

	for (size_t i = mmx_array_bound(map, run, run->end <= pfn); i < map->n; i++) {
		const struct mmx_class_run *run = &map->v[i];
		uint64_t first = pfn > run->pfn ? pfn : run->pfn,
			 stop = end < run->end ? end : run->end;

		if (first >= stop)
			break;
		memset(map->class + run->at + (first - run->pfn), (int)class, stop - first);
	}
}

enum mmx_class mmx_class_map_get(const struct mmx_class_map *map, uint64_t pfn)
{
	size_t i = mmx_array_bound(map, run, run->end <= pfn);
	const struct mmx_class_run *run = i < map->n ? &map->v[i] : NULL;

	return run && run->pfn <= pfn ? map->class[run->at + (pfn - run->pfn)] : CLASS_NO_PAGE;
}

/* Where two maps are walked side by side: a place in one of them. */
struct place {
	const struct mmx_class_map *map;
	size_t run;
};

/* The classes from @pfn on, NULL where there is no run; *end: as far as that holds. */
static const uint8_t *classes_at(struct place *p, uint64_t pfn, uint64_t *end)
{
	const struct mmx_class_run *run;

	while (p->run < p->map->n && p->map->v[p->run].end <= pfn)
		p->run++;
	run = p->run < p->map->n ? &p->map->v[p->run] : NULL;
	if (!run || run->pfn > pfn) {
		*end = run ? run->pfn : UINT64_MAX;
		return NULL;
	}
	*end = run->end;
	return p->map->class + run->at + (pfn - run->pfn);
}

void mmx_class_moves_count(struct mmx_class_moves *moves, const struct mmx_class_map *before,
			   const struct mmx_class_map *after)
{
	struct place from = {before, 0}, to = {after, 0};
	uint64_t pfn = 0;

	memset(moves, 0, sizeof(*moves));
	while (pfn < UINT64_MAX) {
		uint64_t end, end_to;
		const uint8_t *a = classes_at(&from, pfn, &end), *b = classes_at(&to, pfn, &end_to);

		if (end_to < end)
			end = end_to;
		for (uint64_t i = 0; (a || b) && i < end - pfn; i++)
			moves->frames[a ? a[i] : CLASS_NO_PAGE][b ? b[i] : CLASS_NO_PAGE]++;
		pfn = end;
	}
}
