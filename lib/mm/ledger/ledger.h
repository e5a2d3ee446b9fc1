// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ledger: every frame that has a struct page, in exactly one class, by one pass over all of them in pieces
 * over threads. Nothing is kept of single frames; what it takes does not grow with memory, but for the maps
 * of owners (owners/owner.h).
 */
#ifndef MMX_MM_LEDGER_H
#define MMX_MM_LEDGER_H

#include "base/coverage.h"
#include "base/progress.h"
#include "mm/frames/pageblock.h"
#include "mm/ledger/heat.h"
#include "mm/ledger/keyed.h"
#include "mm/ledger/tally.h"
#include "mm/moments/class_map.h"

/* What a pageblock is for: one of the kernel's migrate types, or these. */
#define MMX_BLOCK_ISOLATED MMX_MIGRATE_TYPES /* nothing is allocated from it for now */
#define MMX_BLOCK_UNKNOWN  (MMX_MIGRATE_TYPES + 1u)
#define MMX_BLOCK_TYPES    (MMX_MIGRATE_TYPES + 2u)

/**
 * struct mmx_ledger_cell - frames of one zone in pageblocks of one type
 * @zone: its place in mmx_mem(kernel)->zones; their number for frames whose zone is not known
 */
struct mmx_ledger_cell {
	uint32_t zone, block;
	struct mmx_tally tally;
};

/** enum mmx_owned_by - by what owners' pages can be summed, beside */
enum mmx_owned_by {
	MMX_BY_FILE,  /* address_space */
	MMX_BY_CACHE, /* kmem_cache */
	MMX_BY_MEMCG, /* memcg_data, without the bits at its end */
	MMX_BY_POOL,  /* page_pool */
	MMX_BY_SITE, /* the stack that allocated it, as page_owner has it, and the class: mmx_site_key() */
	MMX_BY_HOLDER, /* the structure of the kernel that holds it: mmx_holder_key() */
	MMX_OWNED_BYS
};

/* A stack is named by 32 bits. */
static inline uint64_t mmx_site_key(uint32_t stack, enum mmx_class class)
{
	return (uint64_t) class << 32 | stack;
}

static inline uint32_t mmx_site_stack(uint64_t key)
{
	return (uint32_t)key;
}

static inline enum mmx_class mmx_site_class(uint64_t key)
{
	return (enum mmx_class)(key >> 32);
}

/* The sums that a memory cgroup has. */
enum mmx_memcg_sum {
	MMX_MEMCG_ANON,
	MMX_MEMCG_FILE,
	MMX_MEMCG_SHMEM,
	MMX_MEMCG_TABLES,
	MMX_MEMCG_STACKS,
	MMX_MEMCG_OTHER,
	MMX_MEMCG_SUMS
};

/**
 * struct mmx_ledger - all that was counted
 * @coverage: what was missing for it, owners included; the frames whose struct page is not in the dump are
 *	in class "missing" as well
 * @total: of all cells
 * @holes: frames below the last one that have no struct page: in no class
 * @by: pages by owner, as far as asked for
 * @fresh: the same of those that were free at the earlier moment that was asked with
 */
struct mmx_ledger {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_ledger_cell);
	struct mmx_tally total;
	uint64_t holes;
	struct mmx_keyed by[MMX_OWNED_BYS];
	struct mmx_keyed fresh[MMX_OWNED_BYS];
};

/**
 * struct mmx_ledger_ask - what is to be counted
 * @by: bits of enum mmx_owned_by
 * @heat: where to count place by place as well; or NULL
 * @map: where to note the class of each frame; or NULL
 * @was: of an earlier moment: frames that were free then are summed by owner once more, by themselves; or NULL
 * @progress, @progress_arg: as of struct mmx_progress
 */
struct mmx_ledger_ask {
	unsigned int by;
	struct mmx_heat *heat;
	struct mmx_class_map *map;
	const struct mmx_class_map *was;
	void (*progress)(void *arg, int percent);
	void *progress_arg;
};

/** mmx_ledger_find() - count; -1 without memory, and when stopped */
int mmx_ledger_find(struct mmx_ledger *ledger, struct mmx_view *view,
		    const struct mmx_ledger_ask *ask, struct mmx_err *err);
void mmx_ledger_free(struct mmx_ledger *ledger);

/** mmx_ledger_class() - frames of a class in all cells of a zone, or of a type of pageblock; ~0 for any */
uint64_t mmx_ledger_class(const struct mmx_ledger *ledger, uint32_t zone, uint32_t block,
			  enum mmx_class class);

#endif
