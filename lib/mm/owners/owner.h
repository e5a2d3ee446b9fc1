// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Owners: memory whose use nothing in its struct page tells, but a list of its owner's. Each kind of
 * owner is a struct mmx_owner_kind in the file of its subject and a line in owners.def. What its owners are
 * is knowledge (knowledge.def); here stands which frames they have, and what class that makes them.
 *
 * Frames are looked up in two maps of half a byte a frame, in chunks that are there only where somebody owns
 * something: memory may lie anywhere in physical space, and that of devices lies at its top.
 */
#ifndef MMX_MM_OWNER_H
#define MMX_MM_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "mm/frames/class.h"
#include "mm/knowledge.h"
#include "mm/owners/held.h"
#include "mm/owners/owned_frames.h"

struct mmx_view;

enum mmx_owner {
#define OWNER(name) MMX_OWNER_##name,
#include "mm/owners/owners.def"
#undef OWNER
	MMX_OWNERS
};

/** struct mmx_owner_run - frames [pfn, pfn + frames) that a kind's owners have; none of them when 0 */
struct mmx_owner_run {
	uint64_t pfn, frames;
};

/**
 * struct mmx_owner_kind - a kind of owner
 * @name: whose lists these are, in words
 * @class: of its frames
 * @why: the test that makes them so, in words
 * @last: asked when nothing else tells whose a frame is
 * @known: what it rests on; MMX_KNOWN_COUNT: on nothing but what opening found
 * @run: its nth run of frames; false behind the last one
 * @held: who holds them, of a kind that has nothing more to tell; or NULL
 */
struct mmx_owner_kind {
	const char *name;
	enum mmx_class class;
	const char *why;
	bool last;
	enum mmx_known known;
	bool (*run)(struct mmx_view *view, size_t nth, struct mmx_owner_run *run);
	const struct mmx_holdings *(*held)(struct mmx_view *view);
};

extern const struct mmx_owner_kind *const mmx_owner_kinds[MMX_OWNERS];

#define OWNER(name) extern const struct mmx_owner_kind mmx_owner_##name;
#include "mm/owners/owners.def"
#undef OWNER

/** mmx_owner_coverage() - how much is known of what a kind of owner has */
const struct mmx_coverage *mmx_owner_coverage(struct mmx_view *view, enum mmx_owner owner);

/** mmx_owners_find() - find all owners that are asked first, or all, side by side; what is known of each is asked for */
void mmx_owners_find(struct mmx_view *view, bool last);

/* Frames of a chunk: 1 GiB of memory. */
#define MMX_OWNER_CHUNK_SHIFT 18

/* Kinds that a map can tell from one another: half a byte has one value more, for frames that nobody has. */
#define MMX_OWNER_MAP_KINDS 15u

/**
 * struct mmx_owner_map - the kind of owner that each frame has
 * @chunk: two frames a byte, the lower one in the lower half; NULL where nobody owns anything
 * @kinds: the enum mmx_owner that each value stands for, 0 for nobody, @n of them beside that
 * @nomem: some chunk could not be had
 */
struct mmx_owner_map {
	uint8_t **chunk;
	uint64_t frames;
	uint8_t kinds[MMX_OWNER_MAP_KINDS + 1];
	unsigned int n;
	bool nomem;
};

/* Of those that are asked first, and of those that are asked last. */
struct mmx_first_owners {
	struct mmx_coverage coverage;
	struct mmx_owner_map map;
};

struct mmx_last_owners {
	struct mmx_coverage coverage;
	struct mmx_owner_map map;
};

/** mmx_first_owners_find() - what all of them have: mmx_know_first_owners() keeps it */
int mmx_first_owners_find(struct mmx_first_owners *o, struct mmx_view *view, struct mmx_err *err);
void mmx_first_owners_free(struct mmx_first_owners *o);

/** mmx_last_owners_find() - the same: mmx_know_last_owners() keeps it */
int mmx_last_owners_find(struct mmx_last_owners *o, struct mmx_view *view, struct mmx_err *err);
void mmx_last_owners_free(struct mmx_last_owners *o);

/** mmx_owner_of() - the kind of owner that a frame has; MMX_OWNERS for none, and without a map */
static inline enum mmx_owner mmx_owner_of(const struct mmx_owner_map *map, uint64_t pfn)
{
	const uint8_t *chunk =
		map && pfn < map->frames ? map->chunk[pfn >> MMX_OWNER_CHUNK_SHIFT] : NULL;
	uint64_t at = pfn & ((1u << MMX_OWNER_CHUNK_SHIFT) - 1);

	return chunk ? (enum mmx_owner)map->kinds[chunk[at / 2] >> at % 2 * 4 & 15] : MMX_OWNERS;
}

/** mmx_owned_run() - the nth run of a table of runs, for struct mmx_owner_kind */
static inline bool mmx_owned_run(const struct mmx_owned *o, size_t nth, struct mmx_owner_run *run)
{
	if (nth >= o->n)
		return false;
	*run = (struct mmx_owner_run){o->v[nth].pfn, o->v[nth].frames};
	return true;
}

/* held() and runs(), for the struct mmx_owner_kind of something that is MMX_HOLDINGS. */
#define MMX_HOLDINGS_OF(name)                                                          \
	static const struct mmx_holdings *held(struct mmx_view *view)                  \
	{                                                                              \
		return &mmx_know_##name(view)->held;                                   \
	}                                                                              \
                                                                                       \
	static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run) \
	{                                                                              \
		return mmx_owned_run(&held(view)->frames, nth, run);                   \
	}

#endif
