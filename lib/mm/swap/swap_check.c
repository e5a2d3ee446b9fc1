// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/mem.h"
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
	if (check_uses(c, uses, err)) {
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
