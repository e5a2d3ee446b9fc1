// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>

#include "kernel/kernel.h"
#include "kernel/maple.h"
#include "kernel/member.h"

/* A pointer to a node has its type in the bits that the alignment of nodes leaves. */
#define NODE_BYTES  256u
#define NODE(word)  ((word) & ~(uint64_t)(NODE_BYTES - 1))
#define TYPE(word)  ((word) >> 3 & 0xf)
#define ROOT_PARENT 1u

/* Words with binary 10 at their end are no entries; below this, they are reservations. */
#define INTERNAL(word) (((word)&3) == 2)
#define RESERVED_MAX   4096u

/* What a kind of nodes looks like: where the arrays stand and how long they are. */
struct shape {
	bool leaf;
	enum mmx_layout_member pivot, slot, end;
};

static bool shape_of(const struct mmx_layout *l, uint64_t type, struct shape *shape)
{
	static const struct {
		enum mmx_layout_enumerator type;
		struct shape shape;
	} shapes[] = {
		{E_maple_leaf_64,
		 {true, M_maple_range_64_pivot, M_maple_range_64_slot, M_maple_range_64_end}},
		{E_maple_range_64,
		 {false, M_maple_range_64_pivot, M_maple_range_64_slot, M_maple_range_64_end}},
		{E_maple_arange_64,
		 {false, M_maple_arange_64_pivot, M_maple_arange_64_slot, M_maple_arange_64_end}},
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		if (mmx_has_enum(l, shapes[i].type) &&
		    (uint64_t)mmx_enum(l, shapes[i].type) == type) {
			*shape = shapes[i].shape;
			return true;
		}
	}
	return false;
}

static int broken(struct mmx_maple *m, enum mmx_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int broken(struct mmx_maple *m, enum mmx_code code, const char *fmt, ...)
{
	struct mmx_err err;
	va_list args;

	va_start(args, fmt);
	mmx_vfail(&err, code, fmt, args);
	va_end(args);
	mmx_fail_prefix(&err, "the maple tree at 0x%" PRIx64 " is broken", m->tree);
	mmx_cover_fail(&m->coverage, &err);
	return -1;
}

/*
 * How many slots are in use. All nodes count them, but a full one of ranges has a pivot or a slot
 * where the count would stand.
 */
static unsigned int slots_used(struct mmx_maple_node *node, const struct mmx_layout *l,
			       const struct shape *shape, const unsigned char *bytes, uint64_t last)
{
	unsigned int pivots = l->member[shape->pivot].m.nelems;
	uint64_t final = mmx_le64(bytes + mmx_off(l, shape->pivot) + 8 * (pivots - 1));

	node->said = 0;
	if (shape->pivot == M_maple_arange_64_pivot || !final) {
		node->said = mmx_get(l, shape->end, bytes) + 1;
		return node->said;
	}
	return final == last ? pivots : pivots + 1;
}

/* Of nodes that note the gaps below them. Who only walks needs none of it. */
static void take_gaps(struct mmx_maple_node *node, const struct mmx_layout *l,
		      const struct shape *shape, const unsigned char *bytes)
{
	static const enum mmx_layout_member gap = M_maple_arange_64_gap,
					    largest = M_maple_arange_64_largest;

	node->has_gaps = shape->pivot == M_maple_arange_64_pivot && mmx_has(l, gap) &&
			 mmx_has(l, largest) && l->member[gap].m.nelems >= node->slots &&
			 mmx_fits(mmx_off(l, gap), 8 * (uint64_t)node->slots, NODE_BYTES) &&
			 mmx_fits(mmx_off(l, largest), 1, NODE_BYTES);
	if (!node->has_gaps)
		return;
	for (unsigned int i = 0; i < node->slots; i++)
		node->gap[i] = mmx_le64(bytes + mmx_off(l, gap) + 8 * i);
	node->largest = bytes[mmx_off(l, largest)];
}

/* Slots and their ranges, out of a node that is for @first to @last. */
static int take_slots(struct mmx_maple *m, struct mmx_maple_node *node, const struct shape *shape,
		      const unsigned char *bytes, uint64_t last)
{
	const struct mmx_layout *l = &m->view->kernel->layout;
	unsigned int pivots = l->member[shape->pivot].m.nelems;
	uint64_t from = node->first;

	node->leaf = shape->leaf;
	node->at = 0;
	node->slots = slots_used(node, l, shape, bytes, last);
	if (node->slots > pivots + 1)
		return broken(m, MMX_ECORRUPT, "node 0x%" PRIx64 " says that it has %u entries",
			      node->addr, node->slots);
	for (unsigned int i = 0; i < node->slots; i++) {
		uint64_t to = last;

		if (i + 1 < node->slots)
			to = mmx_le64(bytes + mmx_off(l, shape->pivot) + 8 * i);
		if (to < from || to > last)
			return broken(m, MMX_ECORRUPT,
				      "node 0x%" PRIx64 ", for 0x%" PRIx64 "-0x%" PRIx64
				      ", has an entry for 0x%" PRIx64 "-0x%" PRIx64,
				      node->addr, node->first, last, from, to);
		node->slot[i] = mmx_le64(bytes + mmx_off(l, shape->slot) + 8 * i);
		node->last[i] = to;
		from = to + 1;
		if (to == last)
			node->slots = i + 1;
	}
	take_gaps(node, l, shape, bytes);
	return 0;
}

/* Goes down to the node that a word points to, which is for @first to @last. */
static int enter(struct mmx_maple *m, uint64_t word, uint64_t first, uint64_t last)
{
	struct mmx_maple_node *above = m->depth ? &m->node[m->depth - 1] : NULL;
	struct mmx_maple_node *node = &m->node[m->depth];
	/* The place in the node above stands in the bits that its alignment leaves. */
	uint64_t want = above ? above->addr | (above->at - 1) << 3 : m->tree, parent;
	unsigned char bytes[NODE_BYTES];
	struct shape shape;
	enum mmx_read read;

	if (m->depth == MMX_MAPLE_LEVELS)
		return broken(m, MMX_ECORRUPT, "it is deeper than trees can be");
	node->addr = NODE(word);
	node->type = TYPE(word);
	node->first = first;
	if (!shape_of(&m->view->kernel->layout, TYPE(word), &shape))
		return broken(m, MMX_ECORRUPT, "0x%" PRIx64 " is of type %" PRIu64, word,
			      TYPE(word));
	read = mmx_kread(m->view, node->addr, bytes, sizeof(bytes));
	if (read)
		return broken(m, mmx_read_code(read), "node 0x%" PRIx64 " is %s", node->addr,
			      mmx_read_name(read));
	parent = mmx_le64(bytes);
	if (NODE(parent) == node->addr)
		return broken(m, MMX_ECORRUPT, "node 0x%" PRIx64 " has been replaced", node->addr);
	if (above ? (parent & ~7ULL) != want : parent != (want | ROOT_PARENT))
		return broken(m, MMX_ECORRUPT,
			      "node 0x%" PRIx64 " says that its parent is 0x%" PRIx64
			      ", and was reached from 0x%" PRIx64,
			      node->addr, parent, want);
	if (take_slots(m, node, &shape, bytes, last))
		return -1;
	m->depth++;
	m->entered = true;
	return 0;
}

/* The layout comes from the dump too, so it is looked at before it is believed. */
static int check_arrays(const struct mmx_layout *l, enum mmx_layout_member pivot,
			enum mmx_layout_member slot, enum mmx_layout_member end,
			struct mmx_err *err)
{
	uint64_t pivots = l->member[pivot].m.nelems, slots = l->member[slot].m.nelems;

	if (pivots && slots == pivots + 1 && slots <= MMX_MAPLE_SLOTS &&
	    mmx_fits(mmx_off(l, pivot), 8 * pivots, NODE_BYTES) &&
	    mmx_fits(mmx_off(l, slot), 8 * slots, NODE_BYTES) &&
	    mmx_fits(mmx_off(l, end), l->member[end].m.size, NODE_BYTES))
		return 0;
	return mmx_fail(err, MMX_ECORRUPT,
			"nodes of maple trees with %" PRIu64 " pivots and %" PRIu64
			" slots make no sense",
			pivots, slots);
}

static int check_layout(const struct mmx_layout *l, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {
		M_maple_tree_ma_root,  M_maple_range_64_pivot,  M_maple_range_64_slot,
		M_maple_range_64_end,  M_maple_arange_64_pivot, M_maple_arange_64_slot,
		M_maple_arange_64_end,
	};

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	if (mmx_size(l, S_maple_node) != NODE_BYTES)
		return mmx_fail(err, MMX_ECORRUPT,
				"struct maple_node has %" PRIu64 " bytes, not 256",
				mmx_size(l, S_maple_node));
	return check_arrays(l, M_maple_range_64_pivot, M_maple_range_64_slot, M_maple_range_64_end,
			    err) ||
			       check_arrays(l, M_maple_arange_64_pivot, M_maple_arange_64_slot,
					    M_maple_arange_64_end, err)
		       ? -1
		       : 0;
}

/* A tree of one entry for the number 0 has no node. */
void mmx_maple_begin(struct mmx_maple *m, struct mmx_view *view, uint64_t tree)
{
	struct mmx_err err;
	enum mmx_read read;
	uint64_t root;

	m->coverage = (struct mmx_coverage){0};
	m->view = view;
	m->tree = tree;
	m->only = m->entry = m->first = m->last = 0;
	m->depth = 0;
	m->entered = false;
	if (check_layout(&view->kernel->layout, &err)) {
		mmx_cover_fail(&m->coverage, &err);
		return;
	}
	read = mmx_kread_member(view, tree, M_maple_tree_ma_root, &root);
	if (read)
		mmx_cover_failf(&m->coverage, mmx_read_code(read),
				"the maple tree at 0x%" PRIx64 " is %s", tree, mmx_read_name(read));
	else if (!INTERNAL(root))
		m->only = root;
	else if (root > RESERVED_MAX)
		enter(m, root, 0, UINT64_MAX);
}

bool mmx_maple_is_entry(uint64_t slot)
{
	/* The kernel keeps a reservation where dup_mmap() failed, 6.8 to 6.12. */
	return slot && !INTERNAL(slot);
}

static enum mmx_maple_step take(struct mmx_maple *m, uint64_t entry, uint64_t first, uint64_t last)
{
	m->entry = entry;
	m->first = first;
	m->last = last;
	m->coverage.found += mmx_maple_is_entry(entry);
	return MMX_MAPLE_SLOT;
}

enum mmx_maple_step mmx_maple_step(struct mmx_maple *m)
{
	uint64_t only = m->only;

	m->only = 0;
	if (only)
		return take(m, only, 0, 0);
	while (m->depth) {
		struct mmx_maple_node *node = &m->node[m->depth - 1];
		unsigned int at = node->at;
		uint64_t first = at ? node->last[at - 1] + 1 : node->first;

		if (m->entered) {
			m->entered = false;
			return MMX_MAPLE_NODE;
		}
		if (at >= node->slots) {
			m->depth--;
			continue;
		}
		node->at++;
		if (!node->leaf)
			enter(m, node->slot[at], first, node->last[at]);
		else if (INTERNAL(node->slot[at]) && node->slot[at] >= RESERVED_MAX)
			broken(m, MMX_ECORRUPT, "leaf 0x%" PRIx64 " holds a node, 0x%" PRIx64,
			       node->addr, node->slot[at]);
		else
			return take(m, node->slot[at], first, node->last[at]);
	}
	return MMX_MAPLE_END;
}

bool mmx_maple_next(struct mmx_maple *m)
{
	enum mmx_maple_step step;

	do
		step = mmx_maple_step(m);
	while (step == MMX_MAPLE_NODE || (step == MMX_MAPLE_SLOT && !mmx_maple_is_entry(m->entry)));
	return step == MMX_MAPLE_SLOT;
}
