// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Batches of the LRU: each CPU collects a handful of pages before it takes the lock of their lists: new ones
 * that are to be added, and those that are to go to another list, or that mlock() has locked or unlocked.
 * A batch holds a reference to each of its pages.
 *
 * A page that waits to be added is on no list and has no PG_lru. One that is to go elsewhere is still on its
 * list; from 6.11 to 6.16 it has no PG_lru either, since a page goes into one such batch only.
 */
#ifndef MMX_MM_LRU_BATCHES_H
#define MMX_MM_LRU_BATCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/* What a batch is for: BATCH(ID, "as the kernel calls it", "what is to be done with its pages"). */
#define MMX_LRU_BATCH_KINDS(BATCH)                                                          \
	BATCH(ADD, "lru_add", "to be added to a list")                                      \
	BATCH(DEACTIVATE_FILE, "lru_deactivate_file",                                       \
	      "to be reclaimed early: of a file that was dropped")                          \
	BATCH(DEACTIVATE, "lru_deactivate", "to be made inactive")                          \
	BATCH(LAZYFREE, "lru_lazyfree", "to be freed lazily, by MADV_FREE")                 \
	BATCH(ACTIVATE, "lru_activate", "to be made active")                                \
	BATCH(MOVE_TAIL, "lru_move_tail", "to go to the end that is reclaimed first")       \
	BATCH(MLOCK, "mlock", "to be made unevictable, since it was locked")                \
	BATCH(MLOCK_NEW, "mlock of new", "to be added as unevictable, since it was locked") \
	BATCH(MUNLOCK, "munlock", "to be made evictable, since it was unlocked")

enum mmx_lru_batch_kind {
#define BATCH(id, name, words) MMX_LRU_BATCH_##id,
	MMX_LRU_BATCH_KINDS(BATCH)
#undef BATCH
		MMX_LRU_BATCH_COUNT
};

const char *mmx_lru_batch_name(unsigned int kind);
const char *mmx_lru_batch_words(enum mmx_lru_batch_kind kind);

/** struct mmx_lru_batched - a page in a batch; @pfn: its folio's first frame */
struct mmx_lru_batched {
	uint64_t pfn;
	unsigned int cpu;
	enum mmx_lru_batch_kind kind;
};

/**
 * struct mmx_lru_batches - all of them, in ascending order of frames; a page can be in several
 * @clear_lru: this kernel takes PG_lru from pages that are on a list and go into a batch: so it is when no
 *	page in such a batch has it
 */
struct mmx_lru_batches {
	struct mmx_coverage coverage;
	bool clear_lru;
	MMX_ARRAY(struct mmx_lru_batched);
};

/** mmx_lru_batches_find() - read those of all CPUs: mmx_know_lru_batches() keeps them */
int mmx_lru_batches_find(struct mmx_lru_batches *b, struct mmx_view *view, struct mmx_err *err);
void mmx_lru_batches_free(struct mmx_lru_batches *b);

/** mmx_lru_batched() - the first of a page, by its folio's first frame; those behind it may be of it too */
const struct mmx_lru_batched *mmx_lru_batched(const struct mmx_lru_batches *b, uint64_t pfn);

/** mmx_lru_batch_moves() - whether a batch is of pages that are on a list and are to go elsewhere */
static inline bool mmx_lru_batch_moves(enum mmx_lru_batch_kind kind)
{
	return kind > MMX_LRU_BATCH_ADD && kind < MMX_LRU_BATCH_MLOCK;
}

/** mmx_lru_is_moving() - whether a folio is on its list though it has no PG_lru, by its first frame */
bool mmx_lru_is_moving(const struct mmx_lru_batches *b, uint64_t pfn);

#endif
