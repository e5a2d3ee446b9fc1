// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/frames/page_walk.h"
#include "mm/mem.h"
#include "mm/processes/mm.h"
#include "mm/swap/swap_check.h"

#define FIRST_DIGITS 62   /* that a byte of the map counts up to */
#define WORD_COUNTS  14   /* and a word of a table */
#define UNREAD_RUNS  1024 /* one after the other, after which the rest of an area is given up */

const char *mmx_swap_finding_name(unsigned int kind)
{
	static const char *const names[] = {
#define FINDING(id, word) [MMX_SWAP_FOUND_##id] = word,
		MMX_SWAP_FINDINGS(FINDING)
#undef FINDING
	};

	return kind < MMX_SWAP_FINDING_COUNT ? names[kind] : NULL;
}

const char *mmx_swap_transit_words(enum mmx_swap_transit transit)
{
	static const char *const words[] = {
#define TRANSIT(id, text) [MMX_SWAP_TRANSIT_##id] = text,
		MMX_SWAP_TRANSITS(TRANSIT)
#undef TRANSIT
	};

	return words[transit];
}

uint64_t mmx_swap_address(struct mmx_view *view, const struct mmx_swap_area *area, uint64_t offset)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t at, slots = mmx_swap_cluster_slots(l);

	if (mmx_has(l, M_swap_info_struct_swap_map))
		return mmx_kread_member(view, area->addr, M_swap_info_struct_swap_map, &at)
			       ? 0
			       : at + offset;
	if (!slots || !mmx_has(l, M_swap_cluster_info_table) ||
	    mmx_kread_member(view, area->addr, M_swap_info_struct_cluster_info, &at) ||
	    mmx_kread_member(view, at + offset / slots * mmx_size(l, S_swap_cluster_info),
			     M_swap_cluster_info_table, &at) ||
	    !at)
		return 0;
	return at + offset % slots * 8;
}

static int add(struct mmx_swap_check *c, struct mmx_swap_finding f, struct mmx_err *err)
{
	if (c->n >= MMX_SWAP_FINDINGS_KEPT) {
		c->more++;
		return 0;
	}
	return mmx_array_add(c, f) ? 0 : mmx_fail_nomem(err);
}

static int find_slot(struct mmx_swap_check *c, struct mmx_view *view,
		     const struct mmx_swap_area *area, uint64_t offset,
		     enum mmx_swap_finding_kind kind, uint64_t kernel, uint64_t found,
		     struct mmx_err *err)
{
	return add(c,
		   (struct mmx_swap_finding){
			   .kind = kind,
			   .type = area->type,
			   .offset = offset,
			   .address = mmx_swap_address(view, area, offset),
			   .kernel = kernel,
			   .found = found,
		   },
		   err);
}

/*
 * Where page tables or page caches could not be walked, a count may well be larger than what was found: that
 * is no finding. One that is smaller is.
 */
static int compare(struct mmx_swap_check *c, struct mmx_view *view,
		   const struct mmx_swap_area *area, uint64_t offset,
		   const struct mmx_swap_slot *slot, struct mmx_swap_use use, struct mmx_err *err)
{
	uint64_t found = (uint64_t)use.entries + use.shmem;

	if (slot->bad)
		return found ? find_slot(c, view, area, offset, MMX_SWAP_FOUND_BAD, 0, found, err)
			     : 0;
	if (slot->more)
		return find_slot(c, view, area, offset, MMX_SWAP_FOUND_MORE, slot->count, found,
				 err);
	if (slot->count == found)
		return slot->shmem && use.entries ? find_slot(c, view, area, offset,
							      MMX_SWAP_FOUND_OWNER, 1, found, err)
						  : 0;
	if (found < slot->count && !mmx_cover_whole(&mmx_know_swap_uses(view)->coverage)) {
		c->short_of++;
		return 0;
	}
	return find_slot(c, view, area, offset, MMX_SWAP_FOUND_COUNT, slot->count, found, err);
}

static void sum_slot(struct mmx_swap_sum *sum, const struct mmx_layout *l,
		     const struct mmx_swap_slot *slot, struct mmx_swap_use use)
{
	bool used = !slot->bad && (slot->count || slot->more || slot->has_cache || slot->cached);

	sum->used += used;
	sum->bad += slot->bad;
	sum->cached += used && !slot->count && !slot->more;
	sum->counts += slot->count;
	sum->zero += used && slot->zero;
	sum->continued += slot->count >
			  (mmx_has(l, M_swap_info_struct_swap_map) ? FIRST_DIGITS : WORD_COUNTS);
	sum->entries += use.entries;
	sum->shmem += use.shmem;
}

static int check_area(struct mmx_swap_check *c, struct mmx_view *view,
		      const struct mmx_swap_area *area, struct mmx_err *err)
{
	const struct mmx_swap_uses *uses = mmx_know_swap_uses(view);
	struct mmx_swap_slot slots[MMX_SWAP_SLOTS_MAX];
	struct mmx_swap_sum sum = {.type = area->type};
	unsigned int unread = 0;
	size_t n;

	for (uint64_t first = 0; first < area->max && unread < UNREAD_RUNS; first += n) {
		n = MMX_SWAP_SLOTS_MAX;
		if (mmx_swap_slots(slots, &n, view, area, first, err)) {
			mmx_cover_fail(&c->coverage, err);
			sum.unread += n;
			unread++;
			if (mmx_stopped(view->kernel->image))
				return mmx_fail(err, MMX_EIO, "stopped");
			continue;
		}
		unread = 0;
		for (size_t i = 0; i < n; i++) {
			struct mmx_swap_use use = mmx_swap_use(uses, area->type, first + i);

			sum_slot(&sum, &view->kernel->layout, &slots[i], use);
			if (compare(c, view, area, first + i, &slots[i], use, err))
				return -1;
		}
	}
	if (!sum.unread && sum.used != area->in_use &&
	    add(c,
		(struct mmx_swap_finding){.kind = MMX_SWAP_FOUND_IN_USE,
					  .type = area->type,
					  .address = area->addr,
					  .kernel = area->in_use,
					  .found = sum.used},
		err))
		return -1;
	return mmx_array_add(&c->sum, sum) ? 0 : mmx_fail_nomem(err);
}

static int check_uses(struct mmx_swap_check *c, const struct mmx_swap_uses *uses,
		      struct mmx_err *err)
{
	for (size_t i = 0; i < uses->strays.n; i++) {
		const struct mmx_swap_owner *o = &uses->strays.v[i];

		if (add(c,
			(struct mmx_swap_finding){.kind = MMX_SWAP_FOUND_STRAY,
						  .type = o->type,
						  .offset = o->offset,
						  .address = o->mapping ? o->mapping : o->mm,
						  .found = 1},
			err))
			return -1;
	}
	c->more += uses->n_strays - uses->strays.n;
	for (size_t i = 0; i < uses->n; i++) {
		const struct mmx_swapped *s = &uses->v[i];

		if (s->mapping && s->said != s->pages &&
		    add(c,
			(struct mmx_swap_finding){.kind = MMX_SWAP_FOUND_INODE,
						  .address = s->mapping,
						  .kernel = s->said,
						  .found = s->pages},
			err))
			return -1;
	}
	return 0;
}

/*
 * What may be under way. One entry at a time: where more are missing it is none of that.
 */

static bool may_be(const struct mmx_swap_finding *f)
{
	return f->kind == MMX_SWAP_FOUND_COUNT &&
	       (f->kernel + 1 == f->found || f->found + 1 == f->kernel);
}

/* Who moves a page of swap has its folio in the cache, and locked. */
static bool folio_is_locked(struct mmx_view *view, const struct mmx_swap_finding *f)
{
	const struct mmx_page_format *format = &mmx_mem(view->kernel)->page_format;
	struct mmx_swap_slot slot;
	struct mmx_page_walk w;
	struct mmx_err err;
	bool locked;

	if (mmx_swap_slot(&slot, view, mmx_know_swaps(view), f->type, f->offset, &err) ||
	    !slot.cached || mmx_page_walk_begin(&w, view, 0, 0, &err))
		return false;
	locked = mmx_page_walk_look(&w, slot.pfn) && !w.read && !w.folio.read &&
		 mmx_bit(mmx_word(w.folio.bytes, format->flags),
			 mmx_enum(&view->kernel->layout, E_PG_locked));
	mmx_page_walk_end(&w);
	return locked;
}

static enum mmx_swap_transit transit_of_owner(struct mmx_view *view, uint64_t mm)
{
	uint64_t users;

	if (!mmx_kread_member(view, mm, M_mm_struct_mm_users, &users) && !users)
		return MMX_SWAP_TRANSIT_EXIT;
	return mmx_mm_is_locked(view, mm) ? MMX_SWAP_TRANSIT_MM : MMX_SWAP_TRANSIT_NONE;
}

static uint64_t key_of(const struct mmx_swap_finding *f)
{
	return mmx_swap_key(f->type, f->offset);
}

/* Findings of pages stand in their order, as owners do. */
static int ask_owners(struct mmx_swap_check *c, struct mmx_view *view, const uint64_t *keys,
		      size_t n, struct mmx_err *err)
{
	struct mmx_swap_owners owners = {0};

	if (mmx_swap_owners_find(&owners, view, keys, n, err)) {
		mmx_array_free(&owners);
		return -1;
	}
	for (size_t i = 0; i < c->n; i++) {
		struct mmx_swap_finding *f = &c->v[i];

		if (f->transit || !may_be(f))
			continue;
		for (size_t o = mmx_array_bound(&owners, e, e->key < key_of(f));
		     !f->transit && o < owners.n && owners.v[o].key == key_of(f); o++) {
			if (owners.v[o].mm)
				f->transit = transit_of_owner(view, owners.v[o].mm);
		}
	}
	mmx_array_free(&owners);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int find_transits(struct mmx_swap_check *c, struct mmx_view *view, struct mmx_err *err)
{
	struct {
		MMX_ARRAY(uint64_t);
	} keys = {0};
	int ret = 0;

	for (size_t i = 0; !ret && i < c->n; i++) {
		if (!may_be(&c->v[i]))
			continue;
		if (folio_is_locked(view, &c->v[i]))
			c->v[i].transit = MMX_SWAP_TRANSIT_FOLIO;
		else if (!mmx_array_add(&keys, key_of(&c->v[i])))
			ret = mmx_fail_nomem(err);
	}
	mmx_array_sort(&keys, by_number);
	if (!ret && keys.n)
		ret = ask_owners(c, view, keys.v, keys.n, err);
	mmx_array_free(&keys);
	c->sure = c->more;
	for (size_t i = 0; i < c->n; i++)
		c->sure += !c->v[i].transit;
	return ret;
}

int mmx_swap_check_find(struct mmx_swap_check *c, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_swaps *swaps = mmx_know_swaps(view);
	const struct mmx_swap_uses *uses = mmx_know_swap_uses(view);

	for (size_t i = 0; i < swaps->n; i++) {
		if (check_area(c, view, &swaps->v[i], err)) {
			mmx_swap_check_free(c);
			return -1;
		}
	}
	if (check_uses(c, uses, err) || find_transits(c, view, err)) {
		mmx_swap_check_free(c);
		return -1;
	}
	c->coverage.found = c->sum.n;
	return 0;
}

void mmx_swap_check_free(struct mmx_swap_check *c)
{
	mmx_array_free(&c->sum);
	mmx_array_free(c);
}
