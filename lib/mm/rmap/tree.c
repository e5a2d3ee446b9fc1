// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "mm/rmap/tree.h"

#define PARENT_BITS UINT64_C(3)
#define BLACK       UINT64_C(1)

/* A node as it stands, and one that is still to be read. */
struct raw {
	uint64_t parent, left, right;
};

struct ahead {
	uint64_t node;
	uint32_t parent;
	uint16_t depth;
	uint8_t side;
	bool more;
};

static const struct mmx_wanted raw_wanted[] = {
	MMX_WANT(struct raw, parent, rb_node, rb_parent_color),
	MMX_WANT(struct raw, left, rb_node, rb_left),
	MMX_WANT(struct raw, right, rb_node, rb_right),
};

static const struct mmx_decode rb_node = MMX_DECODE("rb_node", raw_wanted);

struct chain {
	uint64_t vma, anon_vma;
};

static const struct mmx_wanted chain_wanted[] = {
	MMX_WANT(struct chain, vma, anon_vma_chain, vma),
	MMX_WANT(struct chain, anon_vma, anon_vma_chain, anon_vma),
};

static const struct mmx_decode anon_vma_chain = MMX_DECODE("anon_vma_chain", chain_wanted);

static const struct {
	enum mmx_layout_member root, node, subtree_last;
} trees[] = {
	[MMX_AREAS_ANON] = {M_anon_vma_rb_root, M_anon_vma_chain_rb,
			    M_anon_vma_chain_rb_subtree_last},
	[MMX_AREAS_FILE] = {M_address_space_i_mmap, M_vm_area_struct_shared_rb,
			    M_vm_area_struct_shared_subtree_last},
};

/* A walk from the top down: a stack of what is still to be read. */
struct loader {
	struct mmx_rmap_tree *t;
	struct mmx_view *view;
	const struct mmx_layout *layout;
	uint64_t node_at, last_at; /* in the struct that a node lies in */
	struct ahead ahead[2 * MMX_RB_DEPTH];
	unsigned int n;
	struct mmx_err *err;
};

/* Something is wrong with a node: the first thing is its own. */
static void complain(struct mmx_rmap_tree *t, struct mmx_tree_node *n, const struct mmx_err *why)
{
	struct mmx_err err = *why;

	t->wrong++;
	if (!n->wrong)
		n->wrong = mmx_reason_add(&t->reasons, why);
	mmx_fail_prefix(&err, "node 0x%" PRIx64, n->node);
	mmx_cover_fail(&t->coverage, &err);
}

static void complainf(struct mmx_rmap_tree *t, struct mmx_tree_node *n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void complainf(struct mmx_rmap_tree *t, struct mmx_tree_node *n, const char *fmt, ...)
{
	struct mmx_err err;
	va_list args;

	va_start(args, fmt);
	mmx_vfail(&err, MMX_ECORRUPT, fmt, args);
	va_end(args);
	complain(t, n, &err);
}

/*
 * Reading.
 */

static int read_file_of(struct loader *l, struct mmx_tree_node *n, struct mmx_err *err)
{
	uint64_t mapping;

	if (mmx_kget(l->view, n->vma.file, M_file_f_mapping, &mapping, err))
		return -1;
	return mapping == l->t->of
		       ? 0
		       : mmx_fail(err, MMX_ECORRUPT,
				  "its VMA at 0x%" PRIx64 " is of the address_space at 0x%" PRIx64,
				  n->vma.addr, mapping);
}

/* The VMA that a node stands for, and whether it belongs there. */
static int read_vma(struct loader *l, struct mmx_tree_node *n, struct mmx_err *err)
{
	uint64_t addr = n->node - l->node_at;
	struct chain chain = {0};

	if (l->t->tree == MMX_AREAS_ANON) {
		n->chain = addr;
		if (mmx_decode_read(&anon_vma_chain, l->view, addr, &chain, err))
			return -1;
		addr = chain.vma;
	}
	if (mmx_vma_read(&n->vma, l->view, addr, err))
		return -1;
	n->first = mmx_vma_index(&n->vma, l->t->tree);
	n->last = n->first + ((n->vma.end - n->vma.start) >> l->view->kernel->arch->page_shift) - 1;
	n->read = n->vma.start < n->vma.end && n->last >= n->first;
	if (!n->read)
		return mmx_fail(err, MMX_ECORRUPT,
				"its VMA at 0x%" PRIx64 " is for 0x%" PRIx64 "-0x%" PRIx64, addr,
				n->vma.start, n->vma.end);
	if (l->t->tree == MMX_AREAS_FILE)
		return read_file_of(l, n, err);
	return chain.anon_vma == l->t->of
		       ? 0
		       : mmx_fail(err, MMX_ECORRUPT,
				  "it says that it is of the anon_vma at 0x%" PRIx64,
				  chain.anon_vma);
}

static void push(struct loader *l, const struct ahead *a)
{
	l->ahead[l->n++] = *a;
}

/* What is below a node is read before what is beside it. */
static void push_below(struct loader *l, struct mmx_tree_node *n, const struct raw *raw)
{
	struct ahead a = {.parent = l->t->n - 1, .depth = n->depth + 1};

	n->whole = raw->left != raw->right || !raw->left;
	if (!n->whole) {
		complainf(l->t, n, "both of its sides are 0x%" PRIx64, raw->left);
	} else if (n->depth + 1 >= MMX_RB_DEPTH) {
		complainf(l->t, n, "the tree is deeper than trees can be");
		n->whole = false;
		return;
	}
	if (raw->right && raw->right != raw->left) {
		a.node = raw->right;
		a.side = MMX_TREE_RIGHT;
		push(l, &a);
	}
	if (raw->left) {
		a.node = raw->left;
		a.side = MMX_TREE_LEFT;
		a.more = raw->right && raw->right != raw->left;
		push(l, &a);
	}
}

static int take(struct loader *l, const struct ahead *a)
{
	struct mmx_tree_node n = {.node = a->node,
				  .depth = a->depth,
				  .side = a->side,
				  .more = a->more,
				  .parent = a->parent};
	uint64_t above = a->side == MMX_TREE_TOP ? 0 : l->t->v[a->parent].node;
	struct mmx_tree_node *added;
	struct mmx_err err;
	struct raw raw;

	if (!mmx_array_add(l->t, n))
		return mmx_fail_nomem(l->err);
	added = &l->t->v[l->t->n - 1];
	if (mmx_decode_read(&rb_node, l->view, a->node, &raw, &err) ||
	    mmx_kread_ok(l->view, a->node - l->node_at + l->last_at, &added->subtree_last, 8,
			 "its subtree_last", &err)) {
		complain(l->t, added, &err);
		return 0;
	}
	added->red = !(raw.parent & BLACK);
	if (read_vma(l, added, &err))
		complain(l->t, added, &err);
	if ((raw.parent & ~PARENT_BITS) != above) {
		complainf(l->t, added,
			  "it says that 0x%" PRIx64
			  " is its parent, and was reached from 0x%" PRIx64,
			  raw.parent & ~PARENT_BITS, above);
		return 0; /* what is below belongs elsewhere, or is this again */
	}
	push_below(l, added, &raw);
	return 0;
}

/*
 * Checking: children stand behind their parents, so from the end on all that is below a node is known.
 */

struct below {
	uint64_t last;             /* the largest end */
	uint64_t earliest, latest; /* beginnings */
	uint32_t black;            /* black nodes on each way down */
	bool any, unknown;
	bool cut; /* not all of it was read */
};

/*
 * What keeps a tree from growing as deep as it has nodes: no red node below a red one, and on each way down as many
 * black ones. Where that is broken somebody has written into it.
 */
static void check_colours(struct mmx_rmap_tree *t, struct mmx_tree_node *n,
			  const struct below *left, const struct below *right)
{
	if (n->red && n->side == MMX_TREE_TOP)
		complainf(t, n, "it is the top, and red");
	else if (n->red && t->v[n->parent].red)
		complainf(t, n, "it is red, and so is the one above it, 0x%" PRIx64,
			  t->v[n->parent].node);
	if (!left->cut && !right->cut && left->black != right->black)
		complainf(t, n, "on a way down on its left are %u black nodes, and on its right %u",
			  left->black, right->black);
}

static void check_order(struct mmx_rmap_tree *t, struct mmx_tree_node *n, const struct below *left,
			const struct below *right)
{
	if (left->any && left->latest > n->first)
		complainf(t, n, "0x%" PRIx64 " on its left begins behind it, at 0x%" PRIx64,
			  left->latest, n->first);
	if (right->any && right->earliest < n->first)
		complainf(t, n, "0x%" PRIx64 " on its right begins before it, at 0x%" PRIx64,
			  right->earliest, n->first);
}

static struct below join(const struct mmx_tree_node *n, const struct below *left,
			 const struct below *right)
{
	struct below b = {
		.last = n->last,
		.earliest = n->first,
		.latest = n->first,
		.black = (left->black > right->black ? left->black : right->black) + !n->red,
		.any = true,
		.unknown = !n->read || left->unknown || right->unknown,
		.cut = !n->whole || left->cut || right->cut,
	};

	for (int side = 0; side < 2; side++) {
		const struct below *s = side ? right : left;

		if (!s->any)
			continue;
		b.last = s->last > b.last ? s->last : b.last;
		b.earliest = s->earliest < b.earliest ? s->earliest : b.earliest;
		b.latest = s->latest > b.latest ? s->latest : b.latest;
	}
	return b;
}

static int check(struct loader *l)
{
	struct mmx_rmap_tree *t = l->t;
	struct below *sides = calloc(t->n + 1, 2 * sizeof(*sides));

	if (!sides)
		return mmx_fail_nomem(l->err);
	for (size_t i = t->n; i--;) {
		struct mmx_tree_node *n = &t->v[i];
		struct below *left = &sides[2 * i], *right = &sides[2 * i + 1],
			     b = join(n, left, right);

		if (n->read)
			check_order(t, n, left, right);
		if (!b.unknown && n->subtree_last != b.last)
			complainf(t, n,
				  "its subtree_last is 0x%" PRIx64
				  ", and it and those below end at 0x%" PRIx64,
				  n->subtree_last, b.last);
		if (l->t->n < MMX_TREE_NODES && n->whole)
			check_colours(t, n, left, right);
		if (n->side != MMX_TREE_TOP)
			sides[2 * n->parent + (n->side == MMX_TREE_RIGHT)] = b;
	}
	free(sides);
	return 0;
}

/* The root keeps the first node as well. */
static void check_leftmost(struct loader *l, uint64_t root)
{
	uint64_t leftmost, first = 0;
	struct mmx_err err;

	if (!mmx_has(l->layout, M_rb_root_cached_rb_leftmost))
		return;
	for (size_t i = 0; i < l->t->n &&
			   (!i || (l->t->v[i].side == MMX_TREE_LEFT && l->t->v[i].parent == i - 1));
	     i++)
		first = l->t->v[i].node;
	if (mmx_kget(l->view, root, M_rb_root_cached_rb_leftmost, &leftmost, &err))
		mmx_cover_fail(&l->t->coverage, &err);
	else if (leftmost != first)
		mmx_cover_failf(&l->t->coverage, MMX_ECORRUPT,
				"the tree's root says that its first node is 0x%" PRIx64
				", and that is 0x%" PRIx64,
				leftmost, first);
}

static int load(struct loader *l, uint64_t root)
{
	uint64_t top;
	enum mmx_read read = mmx_kread_u64(l->view, root, &top);

	if (read)
		return mmx_fail(l->err, mmx_read_code(read),
				"the tree's root at 0x%" PRIx64 " is %s", root,
				mmx_read_name(read));
	/* While all of a process's trees are locked, their root pointers have bit 0 set. */
	if (top & ~1ULL)
		push(l, &(struct ahead){.node = top & ~1ULL});
	while (l->n) {
		struct ahead a = l->ahead[--l->n];

		if (l->t->n >= MMX_TREE_NODES) {
			mmx_cover_failf(&l->t->coverage, MMX_EMISSING,
					"the tree has more than %u nodes", MMX_TREE_NODES);
			break;
		}
		if (take(l, &a))
			return -1;
	}
	if (check(l))
		return -1;
	check_leftmost(l, root);
	l->t->coverage.found = l->t->n;
	return 0;
}

int mmx_rmap_tree_find(struct mmx_rmap_tree *t, struct mmx_view *view, enum mmx_areas_tree tree,
		       uint64_t of, struct mmx_err *err)
{
	const enum mmx_layout_member need[] = {trees[tree].root, trees[tree].node,
					       trees[tree].subtree_last, M_file_f_mapping};
	const struct mmx_layout *layout = &view->kernel->layout;
	struct loader l = {.t = t, .view = view, .layout = layout, .err = err};

	memset(t, 0, sizeof(*t));
	t->tree = tree;
	t->of = of;
	if (mmx_layout_require(layout, need, sizeof(need) / sizeof(*need), err) ||
	    mmx_decode_require(&rb_node, layout, err) ||
	    (tree == MMX_AREAS_ANON && mmx_decode_require(&anon_vma_chain, layout, err)))
		return -1;
	l.node_at = mmx_off(layout, trees[tree].node);
	l.last_at = mmx_off(layout, trees[tree].subtree_last);
	if (!load(&l, of + mmx_off(layout, trees[tree].root)))
		return 0;
	mmx_rmap_tree_free(t);
	return -1;
}

void mmx_rmap_tree_free(struct mmx_rmap_tree *t)
{
	mmx_reasons_free(&t->reasons);
	mmx_array_free(t);
}

/* A node is come to from the one above, on its left by what that says of it, on its right as well by where that begins. */
static enum mmx_tree_search search_at(const struct mmx_rmap_tree *t, const struct mmx_tree_node *n,
				      uint64_t first, uint64_t last)
{
	const struct mmx_tree_node *above = &t->v[n->parent];
	bool top = n->side == MMX_TREE_TOP;

	if (!top && above->search != MMX_SEARCH_MATCH && above->search != MMX_SEARCH_PASSED)
		return MMX_SEARCH_UNSEEN;
	if (n->side == MMX_TREE_RIGHT && above->first > last)
		return MMX_SEARCH_UNSEEN;
	if (n->subtree_last < first)
		return MMX_SEARCH_PRUNED;
	return n->read && n->first <= last && n->last >= first ? MMX_SEARCH_MATCH
							       : MMX_SEARCH_PASSED;
}

void mmx_rmap_tree_search(struct mmx_rmap_tree *t, uint64_t first, uint64_t last)
{
	t->matches = t->visited = t->pruned = 0;
	for (size_t i = 0; i < t->n; i++) {
		struct mmx_tree_node *n = &t->v[i];

		n->search = search_at(t, n, first, last);
		t->matches += n->search == MMX_SEARCH_MATCH;
		t->pruned += n->search == MMX_SEARCH_PRUNED;
		t->visited += n->search != MMX_SEARCH_UNSEEN;
	}
}
