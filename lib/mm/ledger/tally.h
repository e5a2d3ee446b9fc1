// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tallies: how many frames are of each class, and how many are what the kernel has counters for.
 */
#ifndef MMX_MM_TALLY_H
#define MMX_MM_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "mm/frames/class.h"

struct mmx_block_caches;
struct mmx_lru_batches;
struct mmx_slab_caches;

enum mmx_counted_frames {
#define COUNTED(id, words) MMX_COUNTED_##id,
#include "mm/ledger/tally.def"
#undef COUNTED
	MMX_COUNTED_COUNT
};

/** mmx_counted_words() - "in the swap cache" */
const char *mmx_counted_words(enum mmx_counted_frames id);

/** struct mmx_tally - frames by class, and of those that are counted otherwise */
struct mmx_tally {
	uint64_t class[MMX_CLASS_COUNT];
	uint64_t counted[MMX_COUNTED_COUNT];
};

void mmx_tally_add(struct mmx_tally *sum, const struct mmx_tally *part);

/** mmx_tally_frames() - of all classes */
uint64_t mmx_tally_frames(const struct mmx_tally *tally);

/** MMX_TALLY_MAPPINGS - a power of two; as many mappings are remembered with whether their dirty pages count */
#define MMX_TALLY_MAPPINGS 64

/**
 * struct mmx_tally_rules - what counting needs beside the page itself; the same for all threads
 * @batches: pages that are on their list of the LRU, though their flag is off
 * @block_frames: of a pageblock; 0 where that is not known
 * @reclaimable: of each cache, whether the kernel counts its slabs as such
 */
struct mmx_tally_rules {
	const struct mmx_slab_caches *caches;
	const struct mmx_lru_batches *batches;
	const struct mmx_block_caches *block_caches;
	bool *reclaimable;
	uint64_t block_frames;
	uint8_t mlocked, dirty, unevictable;
};

int mmx_tally_rules_find(struct mmx_tally_rules *rules, struct mmx_view *view,
			 struct mmx_coverage *coverage, struct mmx_err *err);
void mmx_tally_rules_free(struct mmx_tally_rules *rules);

/**
 * struct mmx_tallier - what counting remembers from frame to frame; begins as zeros
 * @dirty_of: whether a mapping's dirty pages count: 1, 0, or -1 where that could not be told
 * @folio, @slab, @large: address of the first struct page of the folio, slab and folio of nobody known that
 *	the rest is of
 * @mapping: the last one; @of_block_device: whether it is one
 * @whole_mapped: each page of it counts as mapped
 * @by_page: pages of it can be mapped by themselves, and count so
 * @slab_counts_as: enum mmx_counted_frames
 * @large_is: enum mmx_is_kmalloc
 */
struct mmx_tallier {
	const struct mmx_tally_rules *rules;
	struct {
		uint64_t mapping;
		int counts;
	} dirty_of[MMX_TALLY_MAPPINGS];
	uint64_t folio, slab, large, mapping;
	bool of_block_device;
	bool whole_mapped, by_page;
	enum mmx_read read;
	uint8_t slab_counts_as, large_is;
};

/**
 * mmx_tally_frame() - count the current frame of a walk, whose struct page was read and is of that class
 * @n: that many frames, which are alike: those of the walk's step, or a part of them
 */
void mmx_tally_frame(struct mmx_tally *tally, struct mmx_tallier *t, struct mmx_page_walk *w,
		     enum mmx_class class, uint64_t n);

#endif
