// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/member.h"
#include "mm/frames/mobility.h"
#include "mm/lru/lru_batches.h"
#include "mm/owners/slab_caches.h"

/* Of a huge page that has no larger one around it to be moved out of. */
#define GIGANTIC_ORDER 18

static const char *const refusing[MMX_REFUSING] = {"secretmem_migrate_folio",
						   "kvm_gmem_migrate_folio"};

static uint8_t flag(const struct mmx_layout *l, enum mmx_layout_enumerator id)
{
	return mmx_has_enum(l, id) ? mmx_enum(l, id) : MMX_NO_BIT;
}

void mmx_hindrance_rules_find(struct mmx_hindrance_rules *rules, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;

	*rules = (struct mmx_hindrance_rules){
		.batches = mmx_know_lru_batches(view),
		.unevictable = flag(l, E_PG_unevictable),
		.inaccessible =
			mmx_has(l, M_address_space_flags) ? flag(l, E_AS_INACCESSIBLE) : MMX_NO_BIT,
		.migratable = flag(l, E_HPG_migratable),
		.freed = flag(l, E_HPG_freed),
	};
	for (unsigned int i = 0; i < MMX_REFUSING; i++)
		mmx_symbol_addr(&view->kernel->symbols, refusing[i], &rules->refusing[i]);
}

void mmx_mobility_rules_find(struct mmx_mobility_rules *rules, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;

	*rules = (struct mmx_mobility_rules){
		.caches = mmx_know_slab_caches(view),
		.slab_cache = mmx_has(l, M_slab_slab_cache) ? mmx_off(l, M_slab_slab_cache) : ~0u,
		.dirty = flag(l, E_PG_dirty),
	};
	mmx_hindrance_rules_find(&rules->hindrance, view);
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

/* Functions of a file's that are there to refuse: of secret memory, and of the private memory of guests. */
static bool is_refusing(const struct mmx_hindrance_rules *rules, uint64_t function)
{
	for (unsigned int i = 0; i < MMX_REFUSING; i++) {
		if (function && rules->refusing[i] == function)
			return true;
	}
	return false;
}

/*
 * Secret memory, and that of confidential guests, which even the kernel cannot read: all of it is unevictable,
 * so no other page's mapping is looked at.
 */
static bool refuses(const struct mmx_hindrance_rules *rules, const struct mmx_page_walk *w)
{
	uint64_t mapping = mmx_word(w->folio.bytes, mmx_walk_format(w)->mapping), flags, ops, move;

	if (!mapping || mapping & 3 || !mmx_bit(w->folio.flags, rules->unevictable))
		return false;
	if (rules->inaccessible != MMX_NO_BIT &&
	    !mmx_kread_member(w->view, mapping, M_address_space_flags, &flags) &&
	    mmx_bit(flags, rules->inaccessible))
		return true;
	return !mmx_kread_member(w->view, mapping, M_address_space_a_ops, &ops) &&
	       !mmx_kread_member(w->view, ops, M_address_space_operations_migrate_folio, &move) &&
	       is_refusing(rules, move);
}

/* Flags of a huge page lie in its private word; a kernel without that one moves what it can. */
static bool hugetlb_refuses(const struct mmx_hindrance_rules *rules, const struct mmx_page_walk *w)
{
	uint64_t flags = mmx_word(w->folio.bytes, mmx_walk_format(w)->private);

	return rules->migratable != MMX_NO_BIT && !mmx_bit(flags, rules->migratable) &&
	       !(rules->freed != MMX_NO_BIT && mmx_bit(flags, rules->freed));
}

static enum mmx_hindrance by_references(const struct mmx_hindrance_rules *rules,
					const struct mmx_page_walk *w, const struct mmx_hindered *h)
{
	bool on_lru = mmx_bit(w->folio.flags, mmx_walk_format(w)->lru);

	if (h->refs.read || h->refs.mapped)
		return MMX_HINDERS_UNTOLD;
	if (h->refs.pins)
		return MMX_HINDERS_PINS;
	if (!on_lru && !h->refs.remainder)
		return MMX_HINDERS_OFF;
	if (h->references == 1 && (!on_lru || !mmx_cover_whole(&rules->batches->coverage)))
		return MMX_HINDERS_PASSING;
	return h->references > 0 ? MMX_HINDERS_REFERENCES : MMX_HINDERS_NOTHING;
}

/* The LRU has no huge pages of hugetlb, and nobody takes them in passing. */
static enum mmx_hindrance of_hugetlb(const struct mmx_hindrance_rules *rules,
				     const struct mmx_page_walk *w, const struct mmx_hindered *h)
{
	if (hugetlb_refuses(rules, w))
		return MMX_HINDERS_REFUSAL;
	if (h->refs.read || h->refs.mapped)
		return MMX_HINDERS_UNTOLD;
	if (h->refs.pins)
		return MMX_HINDERS_PINS;
	return h->refs.remainder > 0 ? MMX_HINDERS_REFERENCES : MMX_HINDERS_NOTHING;
}

/*
 * A page that somebody holds beyond its users and caches cannot be moved until they let go of it. Whoever takes one
 * off its list of the LRU for a while, to reclaim or move it, has one reference.
 */
void mmx_hindered_find(struct mmx_hindered *h, const struct mmx_hindrance_rules *rules,
		       const struct mmx_page_walk *w, enum mmx_class class)
{
	mmx_refcount_of(&h->refs, w, class);
	h->batched = 0;
	h->references = h->refs.remainder;
	if (class == CLASS_HUGETLB) {
		h->by = of_hugetlb(rules, w, h);
		return;
	}
	if (h->refs.remainder > 0) {
		h->batched = references_of_batches(rules->batches, w->folio.head);
		h->references -= h->batched;
	}
	h->by = by_references(rules, w, h);
	if ((h->by == MMX_HINDERS_NOTHING || h->by == MMX_HINDERS_PASSING ||
	     h->by == MMX_HINDERS_OFF) &&
	    (class == CLASS_FILE || class == CLASS_SHMEM) && refuses(rules, w))
		h->by = MMX_HINDERS_REFUSAL;
}

static bool is_stuck(const struct mmx_mobility_rules *rules, const struct mmx_page_walk *w,
		     enum mmx_class class)
{
	struct mmx_hindered h;

	mmx_hindered_find(&h, &rules->hindrance, w, class);
	return h.by >= MMX_HINDERS_OFF;
}

static struct mmx_moves of_users(const struct mmx_mobility_rules *rules,
				 const struct mmx_page_walk *w, enum mmx_class class)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t flags = w->folio.flags;

	if (is_stuck(rules, w, class))
		return (struct mmx_moves){MMX_MOBILITY_STUCK, false};
	return (struct mmx_moves){
		.mobility = MMX_MOBILITY_MOVABLE,
		.clean = class == CLASS_FILE && mmx_bit(flags, f->lru) &&
			 !mmx_bit(flags, f->writeback) && !mmx_bit(flags, rules->dirty) &&
			 !mmx_bit(flags, rules->hindrance.unevictable),
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
		if (w->folio.order < GIGANTIC_ORDER && !is_stuck(rules, w, class))
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
