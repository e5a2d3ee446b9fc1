// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/frames/mobility.h"
#include "mm/frames/refcount.h"
#include "mm/owners/slab_caches.h"

/* SLAB_RECLAIM_ACCOUNT, a macro before 6.9, which made the bits of caches' flags an enum. */
#define RECLAIM_ACCOUNT_BIT 17

/* Of a huge page that has no larger one around it to be moved out of. */
#define GIGANTIC_ORDER 18

/*
 * References that a page may have for a moment without being held: one, of a CPU's batch of pages on their
 * way to a list of the LRU. Those batches are drained before pages are moved.
 */
#define PASSING_REFERENCES 1

static uint8_t flag(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	return mmx_has_enum(l, id) ? mmx_enum(l, id) : MMX_NO_BIT;
}

/*
 * Directory entries can be given up on every kernel: the bit that their cache does not have is another. A
 * kernel that has no such bit (SLUB_TINY) lacks the enumerator.
 */
static uint32_t reclaim_account(const struct mmx_layout *l, const struct mmx_slab_caches *caches)
{
	uint64_t bit = RECLAIM_ACCOUNT_BIT;

	if (mmx_has_enum(l, E__SLAB_RECLAIM_ACCOUNT))
		bit = mmx_enum(l, E__SLAB_RECLAIM_ACCOUNT);
	else if (mmx_has_enum(l, E__SLAB_PANIC))
		return 0;
	for (size_t i = 0; i < caches->n && bit < 32; i++) {
		if (!strcmp(caches->v[i].name, "dentry"))
			return caches->v[i].flags & 1u << bit;
	}
	return 0;
}

void mmx_mobility_rules_find(struct mmx_mobility_rules *rules, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;

	*rules = (struct mmx_mobility_rules){
		.caches = mmx_know_slab_caches(view),
		.slab_cache = mmx_has(l, M_slab_slab_cache) ? mmx_off(l, M_slab_slab_cache) : ~0u,
		.dirty = flag(l, E_PG_dirty),
		.unevictable = flag(l, E_PG_unevictable),
	};
	rules->reclaim_account = reclaim_account(l, rules->caches);
}

uint64_t mmx_slab_cache_addr(const struct mmx_mobility_rules *rules, const struct mmx_page_walk *w)
{
	uint32_t size = mmx_walk_format(w)->size;

	return size >= 8 && rules->slab_cache <= size - 8
		       ? mmx_word(w->folio.bytes, rules->slab_cache)
		       : 0;
}

static enum mmx_mobility of_slab(const struct mmx_mobility_rules *rules,
				 const struct mmx_page_walk *w)
{
	const struct mmx_slab_cache *cache =
		mmx_slab_cache_at(rules->caches, mmx_slab_cache_addr(rules, w));

	return cache && cache->flags & rules->reclaim_account ? MMX_MOBILITY_SHRINKABLE
							      : MMX_MOBILITY_STUCK;
}

/* A page that somebody holds beyond its users and caches cannot be moved until they let go of it. */
static bool is_held(const struct mmx_page_walk *w, enum mmx_class class)
{
	struct mmx_refcount refs;

	mmx_refcount_of(&refs, w, class);
	return !refs.read && !refs.mapped && (refs.pins || refs.remainder > PASSING_REFERENCES);
}

static struct mmx_moves of_users(const struct mmx_mobility_rules *rules,
				 const struct mmx_page_walk *w, enum mmx_class class)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t flags = w->folio.flags;

	if (is_held(w, class))
		return (struct mmx_moves){MMX_MOBILITY_STUCK, false};
	return (struct mmx_moves){
		.mobility = MMX_MOBILITY_MOVABLE,
		.clean = class == CLASS_FILE && mmx_bit(flags, f->lru) &&
			 !mmx_bit(flags, f->writeback) && !mmx_bit(flags, rules->dirty) &&
			 !mmx_bit(flags, rules->unevictable),
	};
}

struct mmx_moves mmx_moves_of(const struct mmx_mobility_rules *rules, const struct mmx_page_walk *w,
			      enum mmx_class class)
{
	struct mmx_moves moves = {MMX_MOBILITY_STUCK, false};

	switch (class) {
	case CLASS_FREE:
	case CLASS_FREE_PCP:
	case CLASS_UNACCEPTED:
		moves.mobility = MMX_MOBILITY_FREE;
		break;
	case CLASS_ANON:
	case CLASS_KSM:
	case CLASS_FILE:
	case CLASS_SHMEM:
	case CLASS_SWAP_CACHE:
		return of_users(rules, w, class);
	case CLASS_MISSING:
	case CLASS_MOVABLE:
	case CLASS_ZSMALLOC:
	case CLASS_BALLOON:
	/* A guard page is one of a block whose other half is in use, and goes with that. */
	case CLASS_GUARD:
		moves.mobility = MMX_MOBILITY_MOVABLE;
		break;
	case CLASS_HUGETLB:
		if (w->folio.order < GIGANTIC_ORDER)
			moves.mobility = MMX_MOBILITY_HUGE;
		break;
	case CLASS_SLAB:
		moves.mobility = of_slab(rules, w);
		break;
	case CLASS_NO_PAGE:
	case CLASS_DEVICE:
		moves.mobility = MMX_MOBILITY_HOLE;
		break;
	default:
		break;
	}
	return moves;
}
