// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/rbtree.h"

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct mmx_rb_node, parent, rb_node, rb_parent_color),
	MMX_WANT(struct mmx_rb_node, left, rb_node, rb_left),
	MMX_WANT(struct mmx_rb_node, right, rb_node, rb_right),
};

static const struct mmx_decode rb_node = MMX_DECODE("rb_node", wanted);

static int read_failed(struct mmx_rb *rb, uint64_t addr, enum mmx_read read)
{
	return mmx_cover_failf(&rb->coverage, mmx_read_code(read),
			       "the tree at 0x%" PRIx64 " breaks off: node 0x%" PRIx64 " is %s",
			       rb->root, addr, mmx_read_name(read));
}

enum mmx_read mmx_interval_node(struct mmx_view *view, uint64_t addr, int64_t last_at,
				struct mmx_rb_node *node)
{
	enum mmx_read read = mmx_decode_into(&rb_node, view, addr, node);

	return read ? read : mmx_kread_u64(view, addr + (uint64_t)last_at, &node->subtree_last);
}

static enum mmx_read fill_node(struct mmx_rb *rb, uint64_t addr, struct mmx_rb_node *node)
{
	if (rb->known && rb->known(rb->known_arg, addr, node))
		return MMX_READ_OK;
	return rb->interval ? mmx_interval_node(rb->view, addr, rb->last_at, node)
			    : mmx_decode_into(&rb_node, rb->view, addr, node);
}

static int read_node(struct mmx_rb *rb, uint64_t addr, uint64_t parent, struct mmx_rb_node *node)
{
	enum mmx_read read = fill_node(rb, addr, node);
	uint64_t said;

	if (read)
		return read_failed(rb, addr, read);
	said = node->parent & ~3ULL;
	if (said != parent)
		return mmx_cover_failf(&rb->coverage, MMX_ECORRUPT,
				       "the tree at 0x%" PRIx64 " is broken: node 0x%" PRIx64
				       " says that 0x%" PRIx64
				       " is its parent and was reached from 0x%" PRIx64,
				       rb->root, addr, said, parent);
	return 0;
}

/* Goes down to the leftmost node below @addr, keeping the way. What is broken ends the way down. */
static void descend(struct mmx_rb *rb, uint64_t addr, uint64_t parent, uint64_t bound)
{
	while (addr) {
		struct mmx_rb_node node = {0};

		if (rb->depth == MMX_RB_DEPTH) {
			mmx_cover_failf(&rb->coverage, MMX_ECORRUPT,
					"the tree at 0x%" PRIx64 " is deeper than trees can be",
					rb->root);
			return;
		}
		if (read_node(rb, addr, parent, &node))
			return;
		rb->visited++;
		if (node.subtree_last > bound)
			mmx_cover_failf(&rb->coverage, MMX_ECORRUPT,
					"the tree at 0x%" PRIx64 " is broken: node 0x%" PRIx64
					" ends at 0x%" PRIx64 ", and the node above at 0x%" PRIx64,
					rb->root, addr, node.subtree_last, bound);
		if (node.subtree_last < rb->from) {
			rb->pruned++;
			return;
		}
		rb->path[rb->depth++] =
			(struct mmx_rb_step){addr, node.left, node.right, node.subtree_last};
		parent = addr;
		addr = node.left;
		bound = rb->interval ? node.subtree_last : UINT64_MAX;
	}
}

static int find_top(struct mmx_rb *rb, uint64_t *top, struct mmx_err *err)
{
	enum mmx_read read = mmx_kread_u64(rb->view, rb->root, top);

	if (mmx_decode_require(&rb_node, &rb->view->kernel->layout, err))
		return -1;
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the tree's root at 0x%" PRIx64 " is %s",
				rb->root, mmx_read_name(read));
	return 0;
}

static void begin(struct mmx_rb *rb)
{
	struct mmx_err err;
	uint64_t top;

	rb->coverage = (struct mmx_coverage){0};
	rb->node = rb->right = rb->subtree_last = rb->start = 0;
	rb->visited = rb->pruned = 0;
	rb->depth = 0;
	/* While all of a process's anon_vma trees are locked, their root pointers have bit 0 set. */
	if (find_top(rb, &top, &err))
		mmx_cover_fail(&rb->coverage, &err);
	else
		descend(rb, top & ~1ULL, 0, UINT64_MAX);
}

void mmx_rb_begin(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, uint64_t limit)
{
	rb->view = view;
	rb->root = root;
	rb->limit = limit;
	rb->interval = false;
	rb->known = NULL;
	rb->from = 0;
	begin(rb);
}

static void begin_interval(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, int64_t last_at,
			   uint64_t limit)
{
	rb->view = view;
	rb->root = root;
	rb->limit = limit;
	rb->interval = true;
	rb->last_at = last_at;
	begin(rb);
}

void mmx_interval_query(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, int64_t last_at,
			uint64_t from, uint64_t limit)
{
	rb->known = NULL;
	rb->from = from;
	begin_interval(rb, view, root, last_at, limit);
}

void mmx_interval_known(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, int64_t last_at,
			bool (*known)(void *arg, uint64_t addr, struct mmx_rb_node *node),
			void *known_arg, uint64_t limit)
{
	rb->known = known;
	rb->known_arg = known_arg;
	rb->from = 0;
	begin_interval(rb, view, root, last_at, limit);
}

void mmx_interval_begin(struct mmx_rb *rb, struct mmx_view *view, uint64_t root, int64_t last_at,
			uint64_t limit)
{
	mmx_interval_query(rb, view, root, last_at, 0, limit);
}

/* A node that is both sides of its parent names that as its parent, and would be met twice. */
static void go_right(struct mmx_rb *rb)
{
	if (!rb->right || rb->right != rb->left)
		descend(rb, rb->right, rb->node, rb->interval ? rb->subtree_last : UINT64_MAX);
	else
		mmx_cover_failf(&rb->coverage, MMX_ECORRUPT,
				"the tree at 0x%" PRIx64 " is broken: both sides of node 0x%" PRIx64
				" are 0x%" PRIx64,
				rb->root, rb->node, rb->left);
	rb->right = 0;
}

bool mmx_rb_next(struct mmx_rb *rb)
{
	const struct mmx_rb_step *step;

	go_right(rb);
	if (!rb->depth)
		return false;
	if (rb->coverage.found == rb->limit) {
		mmx_cover_failf(&rb->coverage, MMX_ECORRUPT,
				"the tree at 0x%" PRIx64 " has more than %" PRIu64 " nodes",
				rb->root, rb->limit);
		rb->depth = 0;
		return false;
	}
	step = &rb->path[--rb->depth];
	rb->node = step->addr;
	rb->left = step->left;
	rb->right = step->right;
	rb->subtree_last = step->subtree_last;
	rb->coverage.found++;
	return true;
}

bool mmx_interval_check(struct mmx_rb *rb, uint64_t start, uint64_t last)
{
	bool ordered = start >= rb->start && start <= last && last <= rb->subtree_last;

	if (!ordered)
		mmx_cover_failf(&rb->coverage, MMX_ECORRUPT,
				"the tree at 0x%" PRIx64 " is broken: node 0x%" PRIx64
				" is of 0x%" PRIx64 "-0x%" PRIx64 ", behind one from 0x%" PRIx64
				" and in a part that ends at 0x%" PRIx64,
				rb->root, rb->node, start, last, rb->start, rb->subtree_last);
	rb->start = start;
	return ordered;
}
