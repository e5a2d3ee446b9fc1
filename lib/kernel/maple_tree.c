// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/maple_tree.h"
#include "kernel/member.h"

#define ROWS_MAX (4u << 20) /* more than a tree of the kernel's limit of mappings has */

/* Of ma_flags, the same since there are maple trees. */
#define ALLOC_RANGE  0x01u /* gaps are noted */
#define HEIGHT_SHIFT 2
#define HEIGHT_MASK  0x1fu

#define NO_GAP 15u /* MAPLE_ARANGE64_META_MAX */

struct reader {
	struct mmx_maple_tree *t;
	struct mmx_maple maple;
	uint32_t row[MMX_MAPLE_LEVELS]; /* of the nodes on the way down */
	unsigned int leaf_depth;
	bool nomem, was_empty, cut;
};

const char *mmx_maple_type_name(const struct mmx_layout *l, unsigned int type)
{
	static const struct {
		enum mmx_layout_enumerator type;
		const char *name;
	} names[] = {
		{E_maple_leaf_64, "leaf_64"},
		{E_maple_range_64, "range_64"},
		{E_maple_arange_64, "arange_64"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (mmx_has_enum(l, names[i].type) && mmx_enum(l, names[i].type) == (int64_t)type)
			return names[i].name;
	}
	return NULL;
}

static void find(struct reader *r, uint64_t node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void find(struct reader *r, uint64_t node, const char *fmt, ...)
{
	struct mmx_maple_finding finding = {.node = node};
	va_list args;

	if (r->t->findings.n >= MMX_MAPLE_FINDINGS_MAX) {
		r->t->more++;
		return;
	}
	va_start(args, fmt);
	mmx_vfail(&finding.why, MMX_ECORRUPT, fmt, args);
	va_end(args);
	r->nomem |= !mmx_array_add(&r->t->findings, finding);
}

static void add(struct reader *r, struct mmx_maple_row row)
{
	unsigned int depth = row.depth;

	if (r->t->n >= ROWS_MAX) {
		r->cut = true;
		return;
	}
	row.above = depth ? r->row[depth - 1] : 0;
	if (depth) {
		const struct mmx_maple_node *above = &r->maple.node[depth - 1];

		row.slot = above->at - 1;
		row.last_child = above->at >= above->slots;
		row.gap_noted = above->has_gaps;
		row.gap = above->has_gaps ? above->gap[row.slot] : 0;
	} else {
		row.last_child = true;
	}
	if (row.node && depth < MMX_MAPLE_LEVELS)
		r->row[depth] = r->t->n;
	r->nomem |= !mmx_array_add(r->t, row);
}

static void check_node(struct reader *r, const struct mmx_maple_node *node)
{
	if (node->said && node->said != node->slots)
		find(r, node->addr, "says that %u slots are in use, and its range ends with %u",
		     node->said, node->slots);
	if (!node->leaf)
		return;
	if (r->leaf_depth && r->leaf_depth != r->maple.depth)
		find(r, node->addr, "is a leaf at depth %u, and others are at %u", r->maple.depth,
		     r->leaf_depth);
	r->leaf_depth = r->maple.depth;
}

static void take_node(struct reader *r)
{
	unsigned int depth = r->maple.depth - 1;
	const struct mmx_maple_node *node = &r->maple.node[depth];

	check_node(r, node);
	r->t->nodes++;
	if (depth + 1 > r->t->deepest)
		r->t->deepest = depth + 1;
	add(r, (struct mmx_maple_row){.word = node->addr,
				      .first = node->first,
				      .last = node->last[node->slots - 1],
				      .depth = depth,
				      .slots = node->slots,
				      .type = node->type,
				      .node = true});
}

/* A range that is empty is as wide as can be: two of them never stand side by side. */
static void take_slot(struct reader *r)
{
	const struct mmx_maple *m = &r->maple;
	bool empty = !m->entry;

	if (empty && r->was_empty && m->depth)
		find(r, m->node[m->depth - 1].addr,
		     "slot %u is empty, and so is the range before it: they should be one",
		     m->node[m->depth - 1].at - 1);
	r->was_empty = empty;
	r->t->entries += mmx_maple_is_entry(m->entry);
	add(r, (struct mmx_maple_row){
		       .word = m->entry, .first = m->first, .last = m->last, .depth = m->depth});
}

static uint64_t size_of(const struct mmx_maple_row *row)
{
	return row->last - row->first == UINT64_MAX ? UINT64_MAX : row->last - row->first + 1;
}

/* From the leaves up: rows below a node stand behind it. */
static void sum_gaps(struct mmx_maple_tree *t)
{
	for (size_t i = t->n; i-- > 1;) {
		struct mmx_maple_row *row = &t->v[i], *above = &t->v[row->above];
		uint64_t gap = row->node ? row->largest : row->word ? 0 : size_of(row);

		if (row->above < i && gap > above->largest)
			above->largest = gap;
	}
}

static void check_gaps(struct reader *r)
{
	struct mmx_maple_tree *t = r->t;

	sum_gaps(t);
	for (size_t i = 1; i < t->n; i++) {
		const struct mmx_maple_row *row = &t->v[i];

		if (row->node && row->gap_noted && row->gap != row->largest)
			find(r, t->v[row->above].word,
			     "notes a gap of 0x%" PRIx64
			     " below slot %u, and the largest there is 0x%" PRIx64,
			     row->gap, row->slot, row->largest);
	}
}

/* Up to 6.5 a node without any gap below it says so by a slot that there is not. */
static void check_largest(struct reader *r, const struct mmx_maple_node *node)
{
	uint64_t most = 0;

	if (!node->has_gaps || !(r->t->flags & ALLOC_RANGE))
		return;
	for (unsigned int i = 0; i < node->slots; i++)
		most = node->gap[i] > most ? node->gap[i] : most;
	if (node->largest >= node->slots && (most || node->largest != NO_GAP))
		find(r, node->addr, "says that slot %u has the largest gap, and has %u slots",
		     node->largest, node->slots);
	else if (node->largest < node->slots && node->gap[node->largest] != most)
		find(r, node->addr,
		     "says that slot %u has the largest gap, and another has 0x%" PRIx64,
		     node->largest, most);
}

static void check_height(struct reader *r)
{
	struct mmx_maple_tree *t = r->t;

	if (t->n && t->v[0].node && t->height != t->deepest)
		find(r, t->v[0].word, "is the root, and the tree says %u levels where there are %u",
		     t->height, t->deepest);
}

static int read_flags(struct mmx_maple_tree *t, struct mmx_view *view, uint64_t tree,
		      struct mmx_err *err)
{
	if (mmx_kget(view, tree, M_maple_tree_ma_flags, &t->flags, err))
		return -1;
	t->height = t->flags >> HEIGHT_SHIFT & HEIGHT_MASK;
	return 0;
}

int mmx_maple_tree_read(struct mmx_maple_tree *t, struct mmx_view *view, uint64_t tree,
			struct mmx_err *err)
{
	struct reader r = {.t = t};
	enum mmx_maple_step step;
	bool flags;

	memset(t, 0, sizeof(*t));
	flags = !read_flags(t, view, tree, err);
	if (!flags)
		mmx_cover_fail(&t->coverage, err);
	mmx_maple_begin(&r.maple, view, tree);
	while (!r.nomem && !r.cut && (step = mmx_maple_step(&r.maple)) != MMX_MAPLE_END) {
		if (step == MMX_MAPLE_SLOT) {
			take_slot(&r);
			continue;
		}
		take_node(&r);
		check_largest(&r, &r.maple.node[r.maple.depth - 1]);
	}
	mmx_cover_inherit(&t->coverage, &r.maple.coverage);
	if (r.cut)
		mmx_cover_failf(&t->coverage, MMX_ECORRUPT,
				"the maple tree at 0x%" PRIx64 " has more than %u nodes and ranges",
				tree, ROWS_MAX);
	/* Where a part is missing, neither gaps nor levels are known. */
	if (mmx_cover_whole(&t->coverage)) {
		if (t->flags & ALLOC_RANGE)
			check_gaps(&r);
		check_height(&r);
	}
	t->coverage.found = t->entries;
	return r.nomem ? mmx_fail_nomem(err) : 0;
}

void mmx_maple_tree_free(struct mmx_maple_tree *t)
{
	mmx_array_free(t);
	mmx_array_free(&t->findings);
}
