// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/bytes.h"
#include "kernel/kernel.h"
#include "kernel/rbtree.h"

/* A red-black tree of 2^64 nodes is no deeper. */
#define MAX_DEPTH 128

struct node {
	uint64_t addr, right;
};

/* Way down to the node that is next: those whose left side is being walked. */
struct walk {
	struct mmx_view *view;
	uint64_t root;
	struct node path[MAX_DEPTH];
	unsigned int depth;
};

static int read_node(struct walk *w, uint64_t addr, uint64_t parent, uint64_t *left,
		     uint64_t *right, struct mmx_err *err)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	unsigned char bytes[24];
	enum mmx_read read = mmx_kread(w->view, addr, bytes, sizeof(bytes));
	uint64_t said;

	if (read)
		return mmx_fail(err, mmx_read_code(read),
				"the tree at 0x%" PRIx64 " breaks off: node 0x%" PRIx64 " is %s",
				w->root, addr, mmx_read_name(read));
	said = mmx_get(l, M_rb_node_rb_parent_color, bytes) & ~3ULL;
	if (said != parent)
		return mmx_fail(err, MMX_ECORRUPT,
				"the tree at 0x%" PRIx64 " is broken: node 0x%" PRIx64
				" says that 0x%" PRIx64
				" is its parent and was reached from 0x%" PRIx64,
				w->root, addr, said, parent);
	*left = mmx_get(l, M_rb_node_rb_left, bytes);
	*right = mmx_get(l, M_rb_node_rb_right, bytes);
	return 0;
}

/* Goes down to the leftmost node below @addr, keeping the way. */
static int descend(struct walk *w, uint64_t addr, uint64_t parent, struct mmx_err *err)
{
	while (addr) {
		uint64_t left = 0, right = 0;

		if (w->depth == MAX_DEPTH)
			return mmx_fail(err, MMX_ECORRUPT,
					"the tree at 0x%" PRIx64 " is deeper than trees can be",
					w->root);
		if (read_node(w, addr, parent, &left, &right, err))
			return -1;
		w->path[w->depth++] = (struct node){addr, right};
		parent = addr;
		addr = left;
	}
	return 0;
}

int mmx_rb_walk(struct mmx_view *view, uint64_t root, uint64_t limit, mmx_rb_fn fn, void *arg,
		struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_rb_node_rb_parent_color, M_rb_node_rb_left,
						      M_rb_node_rb_right};
	const struct mmx_layout *l = &view->kernel->layout;
	struct walk w = {.view = view, .root = root};
	uint64_t top;
	enum mmx_read read = mmx_kread_u64(view, root, &top);

	if (mmx_layout_require(l, need, sizeof(need) / sizeof(*need), err))
		return -1;
	if (mmx_size(l, S_rb_node) != 24)
		return mmx_fail(err, MMX_ECORRUPT, "struct rb_node has %" PRIu64 " bytes, not 24",
				mmx_size(l, S_rb_node));
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the tree's root at 0x%" PRIx64 " is %s",
				root, mmx_read_name(read));
	/* While all of a process's anon_vma trees are locked, their root pointers have bit 0 set. */
	if (descend(&w, top & ~1ULL, 0, err))
		return -1;
	for (uint64_t n = 0; w.depth; n++) {
		struct node node = w.path[--w.depth];

		if (n == limit)
			return mmx_fail(err, MMX_ECORRUPT,
					"the tree at 0x%" PRIx64 " has more than %" PRIu64 " nodes",
					root, limit);
		if (!fn(arg, node.addr))
			return 0;
		if (descend(&w, node.right, node.addr, err))
			return -1;
	}
	return 0;
}
