// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/member.h"
#include "mm/frames/mobility.h"
#include "mm/frames/refcount.h"
#include "mm/lru/lru_batches.h"
#include "mm/owners/slab_caches.h"

/* Of a huge page that has no larger one around it to be moved out of. */
#define GIGANTIC_ORDER 18

static uint8_t flag(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	return mmx_has_enum(l, id) ? mmx_enum(l, id) : MMX_NO_BIT;
}

void mmx_mobility_rules_find(struct mmx_mobility_rules *rules, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;

	*rules = (struct mmx_mobility_rules){
		.caches = mmx_know_slab_caches(view),
		.batches = mmx_know_lru_batches(view),
		.slab_cache = mmx_has(l, M_slab_slab_cache) ? mmx_off(l, M_slab_slab_cache) : ~0u,
		.dirty = flag(l, E_PG_dirty),
		.unevictable = flag(l, E_PG_unevictable),
		.inaccessible =
			mmx_has(l, M_address_space_flags) ? flag(l, E_AS_INACCESSIBLE) : MMX_NO_BIT,
	};
	if (rules->caches->flags.known)
		rules->reclaim_account = rules->caches->flags.mask[MMX_SLAB_RECLAIM_ACCOUNT];
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

/* Batches are drained before pages are moved. A page can be several times in one. */
static int64_t references_of_batches(const struct mmx_lru_batches *batches, uint64_t pfn)
{
	const struct mmx_lru_batched *at = mmx_lru_batched(batches, pfn);
	int64_t n = 0;

	for (; at && at < batches->v + batches->n && at->pfn == pfn; at++)
		n++;
	return n;
}

/*
 * A page that somebody holds beyond its users and caches cannot be moved until they let go of it. Whoever
 * takes one off its list of the LRU for a while, to reclaim or move it, has one reference; what is on none and
 * nobody has taken cannot be taken: secret memory.
 */
static bool is_held(const struct mmx_mobility_rules *rules, const struct mmx_page_walk *w,
		    enum mmx_class class)
{
	bool on_lru = mmx_bit(w->folio.flags, mmx_walk_format(w)->lru);
	bool may_pass = !on_lru || !mmx_cover_whole(&rules->batches->coverage);
	struct mmx_refcount refs;

	mmx_refcount_of(&refs, w, class);
	if (refs.read || refs.mapped)
		return false;
	if (!refs.remainder && !on_lru)
		return true;
	if (refs.remainder > 0)
		refs.remainder -= references_of_batches(rules->batches, w->folio.head);
	return refs.pins || refs.remainder > may_pass;
}

/*
 * Memory of confidential guests, which even the kernel cannot read: all of it is unevictable, so no
 * other page's mapping is looked at.
 */
static bool is_inaccessible(const struct mmx_mobility_rules *rules, const struct mmx_page_walk *w)
{
	uint64_t mapping = mmx_word(w->folio.bytes, mmx_walk_format(w)->mapping), flags;

	return rules->inaccessible != MMX_NO_BIT && mapping && !(mapping & 3) &&
	       mmx_bit(w->folio.flags, rules->unevictable) &&
	       !mmx_kread_member(w->view, mapping, M_address_space_flags, &flags) &&
	       mmx_bit(flags, rules->inaccessible);
}

static struct mmx_moves of_users(const struct mmx_mobility_rules *rules,
				 const struct mmx_page_walk *w, enum mmx_class class)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t flags = w->folio.flags;

	if (is_held(rules, w, class) || is_inaccessible(rules, w))
		return (struct mmx_moves){MMX_MOBILITY_STUCK, false};
	return (struct mmx_moves){
		.mobility = MMX_MOBILITY_MOVABLE,
		.clean = class == CLASS_FILE && mmx_bit(flags, f->lru) &&
			 !mmx_bit(flags, f->writeback) && !mmx_bit(flags, rules->dirty) &&
			 !mmx_bit(flags, rules->unevictable),
	};
}

/* A bit of the mapping word up to 6.16, and then a flag of pages with certain types. */
bool mmx_has_movable_ops(const struct mmx_page_walk *w, enum mmx_class class)
{
	const struct mmx_layout *l = &w->view->kernel->layout;

	if (class != CLASS_MOVABLE && class != CLASS_BALLOON && class != CLASS_ZSMALLOC)
		return false;
	if (w->folio.read)
		return false;
	if (mmx_has_enum(l, E_PG_movable_ops))
		return mmx_bit(w->folio.flags, flag(l, E_PG_movable_ops));
	return (mmx_word(w->folio.bytes, mmx_walk_format(w)->mapping) & 3) == 2;
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
	case CLASS_MOVABLE:
	case CLASS_ZSMALLOC:
	case CLASS_BALLOON:
		if (mmx_has_movable_ops(w, class))
			moves.mobility = MMX_MOBILITY_MOVABLE;
		break;
	case CLASS_MISSING:
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
