// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "kernel/xarray.h"

/* Internal entries have binary 10 at their end: small ones are marks, large ones point to nodes. */
#define INTERNAL(entry)   (((entry)&3) == 2)
#define IS_NODE(entry)    (INTERNAL(entry) && (entry) > 4096)
#define IS_SIBLING(entry) (INTERNAL(entry) && (entry) < 256)

/* As far as nodes go: shift, offset and parent stand before the slots, which are 40 bytes in. */
#define NODE_BYTES (128 + 8 * MMX_XA_SLOTS)

/* What stands before the slots. */
struct head {
	uint8_t shift, offset;
	uint64_t parent;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct head, shift, xa_node, shift),
	MMX_WANT(struct head, offset, xa_node, offset),
	MMX_WANT(struct head, parent, xa_node, parent),
};

static const struct mmx_decode xa_node = MMX_DECODE("xa_node", wanted);

static int broken(struct mmx_xa *xa, enum mmx_code code, uint64_t node, const char *what)
{
	return mmx_cover_failf(&xa->coverage, code,
			       "the xarray at 0x%" PRIx64 " is broken: node 0x%" PRIx64 " %s",
			       xa->addr, node, what);
}

static uint64_t span(const struct mmx_xa *xa, unsigned int shift)
{
	return shift + xa->bits < 64 ? (1ULL << (shift + xa->bits)) - 1 : UINT64_MAX;
}

static const char *check_node(const struct mmx_xa *xa, const struct head *head, uint64_t slot)
{
	const struct mmx_xa_node *above = xa->depth ? &xa->node[xa->depth - 1] : NULL;

	if (head->shift >= 64 || head->shift % xa->bits ||
	    (above && head->shift + xa->bits != above->shift))
		return "has an impossible shift";
	if (head->parent != (above ? above->addr : 0) || (above && head->offset != slot))
		return "is not where it says that it is";
	return NULL;
}

/* Goes down to a node, which stands in @slot of the one above and whose indices begin at @base. */
static int enter(struct mmx_xa *xa, uint64_t addr, uint64_t base, uint64_t slot)
{
	const struct mmx_layout *l = &xa->view->kernel->layout;
	struct mmx_xa_node *node = &xa->node[xa->depth];
	uint64_t at = mmx_off(l, M_xa_node_slots);
	unsigned char bytes[NODE_BYTES];
	enum mmx_read read;
	struct head head;
	const char *wrong;

	if (xa->depth && !xa->node[xa->depth - 1].shift)
		return broken(xa, MMX_ECORRUPT, addr, "lies below the lowest level");
	read = mmx_kread(xa->view, addr, bytes, at + xa->slots * 8);
	if (read)
		return mmx_cover_failf(&xa->coverage, mmx_read_code(read),
				       "the xarray at 0x%" PRIx64 " is broken: node 0x%" PRIx64
				       " is %s",
				       xa->addr, addr, mmx_read_name(read));
	mmx_decode_bytes(&xa_node, l, bytes, &head);
	wrong = check_node(xa, &head, slot);
	if (wrong)
		return broken(xa, MMX_ECORRUPT, addr, wrong);
	node->addr = addr;
	node->base = base;
	node->shift = head.shift;
	for (unsigned int i = 0; i < xa->slots; i++)
		node->slots[i] = mmx_le64(bytes + at + i * 8);
	xa->depth++;
	return 0;
}

/* The layout comes from the dump too, so it is looked at before it is believed. */
static int check_layout(struct mmx_xa *xa, struct mmx_err *err)
{
	static const enum mmx_layout_member places[] = {M_xarray_xa_head, M_xa_node_slots};
	const struct mmx_layout *l = &xa->view->kernel->layout;
	uint64_t at;

	if (mmx_decode_require(&xa_node, l, err) ||
	    mmx_layout_require(l, places, sizeof(places) / sizeof(*places), err))
		return -1;
	xa->slots = l->member[M_xa_node_slots].m.nelems;
	xa->bits = 0;
	while (xa->bits < 6 && 1u << xa->bits < xa->slots)
		xa->bits++;
	if (xa->slots != 1u << xa->bits || xa->bits < 4)
		return mmx_fail(err, MMX_ECORRUPT, "xa_node with %u slots makes no sense",
				xa->slots);
	at = mmx_off(l, M_xa_node_slots);
	if (at > NODE_BYTES - MMX_XA_SLOTS * 8 || mmx_off(l, M_xa_node_shift) >= at ||
	    mmx_off(l, M_xa_node_offset) >= at || mmx_off(l, M_xa_node_parent) + 8 > at)
		return mmx_fail(err, MMX_ECORRUPT,
				"struct xa_node makes no sense: its slots are "
				"not behind its other members");
	return 0;
}

/* An array without a node has one entry, for index 0. */
static void enter_array(struct mmx_xa *xa)
{
	uint64_t head;
	enum mmx_read read = mmx_kread_member(xa->view, xa->addr, M_xarray_xa_head, &head);

	if (read)
		mmx_cover_failf(&xa->coverage, mmx_read_code(read),
				"the xarray at 0x%" PRIx64 " is %s", xa->addr, mmx_read_name(read));
	else if (IS_NODE(head))
		xa->done = enter(xa, head - 2, 0, 0) != 0;
	else if (!INTERNAL(head) && !xa->index)
		xa->entry = head;
	xa->done |= !xa->depth && !xa->entry;
}

void mmx_xa_begin(struct mmx_xa *xa, struct mmx_view *view, uint64_t addr, uint64_t first,
		  uint64_t last)
{
	struct mmx_err err;

	xa->coverage = (struct mmx_coverage){0};
	xa->view = view;
	xa->addr = addr;
	xa->index = first;
	xa->end = last;
	xa->entry = xa->first = xa->last = 0;
	xa->depth = 0;
	xa->done = first > last;
	if (check_layout(xa, &err)) {
		mmx_cover_fail(&xa->coverage, &err);
		xa->done = true;
	} else if (!xa->done) {
		enter_array(xa);
	}
}

/* The walk goes on behind this index, below the lowest node that covers that. */
static void go_behind(struct mmx_xa *xa, uint64_t last)
{
	xa->done = last >= xa->end;
	xa->index = last + 1;
	while (xa->depth) {
		const struct mmx_xa_node *node = &xa->node[xa->depth - 1];

		if (xa->index - node->base <= span(xa, node->shift))
			break;
		xa->depth--;
	}
	xa->done |= !xa->depth;
}

/* An entry and the siblings behind it, which stand for it in more slots. */
static bool take(struct mmx_xa *xa, const struct mmx_xa_node *node, unsigned int slot)
{
	unsigned int behind = slot + 1;

	while (behind < xa->slots && node->slots[behind] == ((uint64_t)slot << 2 | 2))
		behind++;
	xa->entry = node->slots[slot];
	xa->first = node->base + ((uint64_t)slot << node->shift);
	xa->last = node->base + ((uint64_t)behind << node->shift) - 1;
	/* The topmost node has more slots than 64 bits of index have places in it. */
	if (xa->last < xa->index)
		xa->last = UINT64_MAX;
	xa->coverage.found++;
	go_behind(xa, xa->last);
	return true;
}

/* The slot that the next index is in; true when that has an entry. */
static bool step(struct mmx_xa *xa)
{
	const struct mmx_xa_node *node = &xa->node[xa->depth - 1];
	unsigned int slot = (xa->index - node->base) >> node->shift, first = slot;
	uint64_t base = node->base + ((uint64_t)slot << node->shift), entry = node->slots[slot];

	if (IS_SIBLING(entry)) {
		first = entry >> 2;
		entry = first < slot ? node->slots[first] : 0;
		if (!entry || IS_NODE(entry) || IS_SIBLING(entry)) {
			broken(xa, MMX_ECORRUPT, node->addr, "has a sibling of what is no entry");
			entry = 0;
		}
	}
	if (IS_NODE(entry) && !enter(xa, entry - 2, base, slot))
		return false;
	if (entry && !INTERNAL(entry))
		return take(xa, node, first);
	/* Empty, a reservation, an entry being changed, or a node that cannot be walked. */
	go_behind(xa, base + ((1ULL << node->shift) - 1));
	return false;
}

bool mmx_xa_next(struct mmx_xa *xa)
{
	if (xa->done)
		return false;
	if (!xa->depth) {
		xa->done = true;
		xa->coverage.found++;
		return true;
	}
	/* The top node may end before the index that was asked for. */
	if (xa->depth == 1 && xa->index > span(xa, xa->node[0].shift))
		xa->done = true;
	while (!xa->done) {
		if (step(xa))
			return true;
	}
	return false;
}

int mmx_xarray_load(struct mmx_view *view, uint64_t addr, uint64_t index, uint64_t *entry,
		    struct mmx_err *err)
{
	struct mmx_xa xa;

	mmx_xa_begin(&xa, view, addr, index, index);
	*entry = mmx_xa_next(&xa) ? xa.entry : 0;
	if (mmx_cover_whole(&xa.coverage))
		return 0;
	if (err)
		*err = xa.coverage.first;
	return -1;
}
