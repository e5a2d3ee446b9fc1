// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/zones/room_piece.h"

static void found(struct mmx_room_check *c, enum mmx_free_fault fault,
		  const struct mmx_room_found *f)
{
	struct mmx_room_piece *piece = c->piece;

	piece->count[fault]++;
	if (piece->n_found == MMX_ROOM_PIECE_FINDINGS)
		return;
	piece->found[piece->n_found] = *f;
	piece->found[piece->n_found++].fault = fault;
}

static bool listed(const struct mmx_room_check *c, const struct mmx_page_walk *w, uint64_t pfn)
{
	return mmx_page_heads_has(&c->plan->lists->heads, w->view->kernel, pfn);
}

/* Node and zone stand in the flags, above the bits that pages have for themselves. */
static bool same_zone(const struct mmx_page_walk *w, const unsigned char *a, const unsigned char *b)
{
	const struct mmx_flags *flags = &mmx_mem(w->view->kernel)->flags;
	uint32_t at = mmx_walk_format(w)->flags;
	uint64_t one = mmx_word(a, at), other = mmx_word(b, at);

	return mmx_flag_field(flags, FIELD_NODE, one) == mmx_flag_field(flags, FIELD_NODE, other) &&
	       mmx_flag_field(flags, FIELD_ZONE, one) == mmx_flag_field(flags, FIELD_ZONE, other);
}

/*
 * Two halves of a larger block that are both free merge when the second one is freed. Blocks as large as
 * pageblocks do not where the types of those forbid it, and stay apart when these change later: so from there
 * on nothing is said.
 */
static void check_merged(struct mmx_room_check *c, const struct mmx_page_walk *w, uint64_t order,
			 uint16_t zone)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	uint64_t other = w->pfn ^ 1ULL << order;
	unsigned char page[MMX_STRUCT_PAGE_MAX];

	if (order >= c->plan->merged || other < w->pfn || mmx_walk_peek(w, other, page) ||
	    mmx_page_type_of(&f->types, mmx_int(page, f->mapcount)) != MMX_PAGE_BUDDY ||
	    mmx_word(page, f->private) != order || !same_zone(w, w->bytes, page) ||
	    !listed(c, w, other))
		return;
	found(c, MMX_FREE_UNMERGED,
	      &(struct mmx_room_found){
		      .pfn = w->pfn, .other = other, .value = (int64_t)order, .zone = zone});
}

static void check_head(struct mmx_room_check *c, const struct mmx_page_walk *w, uint16_t zone)
{
	uint64_t order = mmx_word(w->bytes, mmx_walk_format(w)->private);
	bool on_list = listed(c, w, w->pfn);

	if (w->pfn < c->end)
		found(c, MMX_FREE_OVERLAP,
		      &(struct mmx_room_found){.pfn = w->pfn, .other = c->head, .zone = zone});
	if (!on_list && !c->plan->lists->coverage.absent)
		found(c, MMX_FREE_UNLISTED,
		      &(struct mmx_room_found){
			      .pfn = w->pfn, .value = (int64_t)order, .zone = zone});
	if (order >= MMX_BLOCK_ORDERS || w->pfn & ((1ULL << order) - 1))
		return;
	if (on_list)
		check_merged(c, w, order, zone);
	c->head = w->pfn;
	c->end = w->pfn + (1ULL << order);
}

void mmx_room_check_page(struct mmx_room_check *c, const struct mmx_page_walk *w, uint16_t zone)
{
	int32_t refs = mmx_int(w->bytes, mmx_walk_format(w)->refcount);

	if (w->type == MMX_PAGE_BUDDY)
		check_head(c, w, zone);
	else if (w->pfn < c->end && (refs || w->type != MMX_PAGE_NONE))
		found(c, MMX_FREE_HELD,
		      &(struct mmx_room_found){
			      .pfn = w->pfn, .other = c->head, .value = refs, .zone = zone});
}
