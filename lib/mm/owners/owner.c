// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "mm/mem.h"
#include "mm/owners/owner.h"

const struct mmx_owner_kind *const mmx_owner_kinds[] = {
#define OWNER(name) [MMX_OWNER_##name] = &mmx_owner_##name,
#include "mm/owners/owners.def"
#undef OWNER
};

const struct mmx_coverage *mmx_owner_coverage(struct mmx_view *view, enum mmx_owner owner)
{
	static const struct mmx_coverage whole;
	enum mmx_known known = mmx_owner_kinds[owner]->known;

	return known < MMX_KNOWN_COUNT ? mmx_known_coverage(view, known) : &whole;
}

void mmx_owners_find(struct mmx_view *view, bool last)
{
	uint64_t known = 0;

	for (unsigned int i = 0; i < MMX_OWNERS; i++) {
		const struct mmx_owner_kind *kind = mmx_owner_kinds[i];

		if (kind->known < MMX_KNOWN_COUNT && (last || !kind->last))
			known |= MMX_KNOWN_BIT(kind->known);
	}
	mmx_know_together(view, known);
}

static uint64_t chunks(const struct mmx_owner_map *map)
{
	return (map->frames >> MMX_OWNER_CHUNK_SHIFT) + 1;
}

/* NULL without memory, which is remembered. */
static uint8_t *chunk_of(struct mmx_owner_map *map, uint64_t pfn)
{
	uint8_t **chunk = &map->chunk[pfn >> MMX_OWNER_CHUNK_SHIFT];

	if (!*chunk)
		*chunk = calloc(1, (1u << MMX_OWNER_CHUNK_SHIFT) / 2);
	map->nomem |= !*chunk;
	return *chunk;
}

/* The first owner of a frame keeps it. */
static void mark_frames(struct mmx_owner_map *map, uint64_t pfn, uint64_t end, unsigned int value)
{
	for (; pfn < end; pfn++) {
		uint64_t at = pfn & ((1u << MMX_OWNER_CHUNK_SHIFT) - 1);
		uint8_t *chunk = chunk_of(map, pfn);

		if (!chunk)
			return;
		if (!(chunk[at / 2] >> at % 2 * 4 & 15))
			chunk[at / 2] |= value << at % 2 * 4;
	}
}

/* Of a run, those frames that have a struct page: of others nobody asks, and there may be any number. */
static void mark(struct mmx_owner_map *map, const struct mmx_ranges *pages,
		 const struct mmx_owner_run *run, unsigned int value)
{
	uint64_t end = run->frames < map->frames ? run->pfn + run->frames : map->frames;
	const struct mmx_range *in = mmx_ranges_find(pages, run->pfn);

	for (; in && in < pages->v + pages->n && in->start < end; in++)
		mark_frames(map, run->pfn > in->start ? run->pfn : in->start,
			    end < in->end ? end : in->end, value);
}

static int fill(struct mmx_owner_map *map, struct mmx_coverage *coverage, bool last,
		struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_ranges *pfn = &mmx_mem(view->kernel)->sparse.pfn;
	struct mmx_owner_run run;

	map->kinds[0] = MMX_OWNERS;
	map->frames = pfn->n ? pfn->v[pfn->n - 1].end : 0;
	map->chunk = calloc(chunks(map), sizeof(*map->chunk));
	if (!map->chunk) {
		map->frames = 0;
		return mmx_fail_nomem(err);
	}
	for (unsigned int i = 0; i < MMX_OWNERS; i++) {
		if (mmx_owner_kinds[i]->last != last)
			continue;
		if (map->n == MMX_OWNER_MAP_KINDS)
			return mmx_fail(err, MMX_EMISSING, "a map has no room for %s",
					mmx_owner_kinds[i]->name);
		map->kinds[++map->n] = i;
		mmx_cover_inherit(coverage, mmx_owner_coverage(view, i));
		for (size_t nth = 0; mmx_owner_kinds[i]->run(view, nth, &run); nth++)
			mark(map, pfn, &run, map->n);
	}
	return map->nomem ? mmx_fail_nomem(err) : 0;
}

static void release(struct mmx_owner_map *map)
{
	for (uint64_t i = 0; map->chunk && i < chunks(map); i++)
		free(map->chunk[i]);
	free(map->chunk);
}

int mmx_first_owners_find(struct mmx_first_owners *o, struct mmx_view *view, struct mmx_err *err)
{
	return fill(&o->map, &o->coverage, false, view, err);
}

void mmx_first_owners_free(struct mmx_first_owners *o)
{
	release(&o->map);
}

int mmx_last_owners_find(struct mmx_last_owners *o, struct mmx_view *view, struct mmx_err *err)
{
	return fill(&o->map, &o->coverage, true, view, err);
}

void mmx_last_owners_free(struct mmx_last_owners *o)
{
	release(&o->map);
}
