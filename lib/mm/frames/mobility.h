// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mobility: whether a frame is free, could be made free by moving what is in it, or by giving that up.
 * What is told is what the kernel may do with such a page, not that it would succeed: whoever adds it up
 * gets an upper bound.
 */
#ifndef MMX_MM_MOBILITY_H
#define MMX_MM_MOBILITY_H

#include "mm/frames/class.h"
#include "mm/frames/refcount.h"

/*
 * In ascending order of what it takes: of several frames the largest one is that of all.
 *
 *	FREE		on a free list of the zone or of a CPU, or memory that waits to be accepted
 *	MOVABLE		pages of users and caches that nobody holds otherwise, and drivers' movable ones
 *	SHRINKABLE	slabs of caches that give objects up when memory is short
 *	HUGE		a huge page of hugetlb that can be moved: compaction leaves it; alloc_contig_range() moves it
 *	STUCK		whoever has it must give it back
 *	HOLE		no memory, or none of a zone's
 */
#define MMX_MOBILITIES(MOBILITY)           \
	MOBILITY(FREE, "free")             \
	MOBILITY(MOVABLE, "movable")       \
	MOBILITY(SHRINKABLE, "shrinkable") \
	MOBILITY(HUGE, "huge")             \
	MOBILITY(STUCK, "stuck")           \
	MOBILITY(HOLE, "hole")

enum mmx_mobility {
#define MOBILITY(id, word) MMX_MOBILITY_##id,
	MMX_MOBILITIES(MOBILITY)
#undef MOBILITY
		MMX_MOBILITY_COUNT
};

#define MMX_REFUSING 2

/**
 * struct mmx_hindrance_rules - what telling what hinders needs of the kernel
 * @batches: pages that CPUs hold references to on the way to a list of the LRU
 * @inaccessible: the bit of a mapping's flags that says that its pages are never moved; since 6.7
 * @migratable, @freed: flags of huge pages
 * @refusing: functions that refuse to move a file's pages; 0 for those that the kernel lacks
 */
struct mmx_hindrance_rules {
	const struct mmx_lru_batches *batches;
	uint8_t unevictable, inaccessible, migratable, freed;
	uint64_t refusing[MMX_REFUSING];
};

void mmx_hindrance_rules_find(struct mmx_hindrance_rules *rules, struct mmx_view *view);

/**
 * struct mmx_mobility_rules - the same of mobility
 * @reclaim_account: the bit of a cache's flags that says that its slabs can be shrunk; 0 when not known
 * @slab_cache: offset in struct page; ~0 when not known
 */
struct mmx_mobility_rules {
	struct mmx_hindrance_rules hindrance;
	const struct mmx_slab_caches *caches;
	uint32_t reclaim_account;
	uint32_t slab_cache;
	uint8_t dirty;
};

void mmx_mobility_rules_find(struct mmx_mobility_rules *rules, struct mmx_view *view);

/**
 * enum mmx_hindrance - what keeps a page of users, a file or hugetlb from being moved
 * @MMX_HINDERS_UNTOLD: struct pages are missing that tell of its references
 * @MMX_HINDERS_PASSING: one reference of somebody who has it for a while: it is off the LRU, or may wait for it
 * @MMX_HINDERS_OFF: it is off the LRU, and nobody has taken it from there: secret memory never was on it
 * @MMX_HINDERS_REFERENCES: more than that
 * @MMX_HINDERS_REFUSAL: its file says so, or hugetlb's flags
 */
enum mmx_hindrance {
	MMX_HINDERS_NOTHING,
	MMX_HINDERS_UNTOLD,
	MMX_HINDERS_PASSING,
	MMX_HINDERS_OFF,
	MMX_HINDERS_REFERENCES,
	MMX_HINDERS_PINS,
	MMX_HINDERS_REFUSAL,
};

/**
 * struct mmx_hindered - @by: the first that holds; @references: how many there are that nothing explains, those
 * that batches of CPUs hold not among them: @batched
 */
struct mmx_hindered {
	enum mmx_hindrance by;
	struct mmx_refcount refs;
	int64_t batched, references;
};

/** mmx_hindered_find() - of a walk's current frame, whose class is one of users, files or hugetlb */
void mmx_hindered_find(struct mmx_hindered *h, const struct mmx_hindrance_rules *rules,
		       const struct mmx_page_walk *w, enum mmx_class class);

/** struct mmx_moves - a page's; @clean: it is page cache that can be dropped as it is */
struct mmx_moves {
	enum mmx_mobility mobility;
	bool clean;
};

/**
 * mmx_moves_of() - of a walk's current frame, which is of that class
 * Frames whose struct pages are not in the dump count as movable: they may be.
 */
struct mmx_moves mmx_moves_of(const struct mmx_mobility_rules *rules, const struct mmx_page_walk *w,
			      enum mmx_class class);

/**
 * mmx_has_movable_ops() - whether who has the current frame, which is of that class, offers functions that
 * move it: kernels without CONFIG_COMPACTION, or without CONFIG_BALLOON_COMPACTION, have none for some
 */
bool mmx_has_movable_ops(const struct mmx_page_walk *w, enum mmx_class class);

/** mmx_slab_cache_addr() - the cache that the current frame, a slab, says it is of; 0 when not known */
uint64_t mmx_slab_cache_addr(const struct mmx_mobility_rules *rules, const struct mmx_page_walk *w);

#endif
