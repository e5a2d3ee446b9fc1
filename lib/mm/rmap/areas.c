// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "mm/rmap/areas.h"

#define NODES_MAX (1u << 24)

/* A link of the tree of an anon_vma. */
struct chain {
	uint64_t vma, anon_vma;
};

static const struct mmx_wanted chain_wanted[] = {
	MMX_WANT(struct chain, vma, anon_vma_chain, vma),
	MMX_WANT(struct chain, anon_vma, anon_vma_chain, anon_vma),
};

static const struct mmx_decode anon_vma_chain = MMX_DECODE("anon_vma_chain", chain_wanted);

/* Where a tree's root, its nodes and what these know of those below lie. */
static const struct {
	enum mmx_layout_member root, node, subtree_last;
	const char *what;
} trees[] = {
	[MMX_AREAS_ANON] = {M_anon_vma_rb_root, M_anon_vma_chain_rb,
			    M_anon_vma_chain_rb_subtree_last, "anon_vma"},
	[MMX_AREAS_FILE] = {M_address_space_i_mmap, M_vm_area_struct_shared_rb,
			    M_vm_area_struct_shared_subtree_last, "address_space"},
};

static int64_t last_at(const struct mmx_layout *l, enum mmx_areas_tree tree)
{
	return (int64_t)(mmx_off(l, trees[tree].subtree_last) - mmx_off(l, trees[tree].node));
}

bool mmx_areas_node(struct mmx_view *view, enum mmx_areas_tree tree, uint64_t addr,
		    struct mmx_rb_node *node)
{
	const struct mmx_layout *l = &view->kernel->layout;

	return mmx_has(l, trees[tree].node) && mmx_has(l, trees[tree].subtree_last) &&
	       !mmx_interval_node(view, addr + mmx_off(l, trees[tree].node), last_at(l, tree),
				  node);
}

static bool known_node(void *arg, uint64_t addr, struct mmx_rb_node *node)
{
	const struct mmx_areas *a = arg;

	addr -= mmx_off(&a->view->kernel->layout, trees[a->ask.tree].node);
	return a->ask.known->node(a->ask.known->arg, addr, node);
}

static void begin_walk(struct mmx_areas *a)
{
	const struct mmx_layout *l = &a->view->kernel->layout;
	uint64_t root = a->ask.of + mmx_off(l, trees[a->ask.tree].root);
	int64_t last = last_at(l, a->ask.tree);

	if (a->ask.known)
		mmx_interval_known(&a->rb, a->view, root, last, known_node, a, NODES_MAX);
	else
		mmx_interval_query(&a->rb, a->view, root, last, a->ask.whole ? 0 : a->ask.first,
				   NODES_MAX);
}

void mmx_areas_begin(struct mmx_areas *a, struct mmx_view *view, const struct mmx_areas_ask *ask)
{
	const enum mmx_layout_member need[] = {trees[ask->tree].root, trees[ask->tree].node,
					       trees[ask->tree].subtree_last};
	struct mmx_err err;

	a->coverage = (struct mmx_coverage){0};
	a->view = view;
	a->ask = *ask;
	a->rb.visited = a->rb.pruned = 0;
	a->done =
		mmx_layout_require(&view->kernel->layout, need, sizeof(need) / sizeof(*need), &err);
	if (a->done)
		mmx_cover_fail(&a->coverage, &err);
	else
		begin_walk(a);
}

/* The VMA that the node of an anon_vma's tree stands for, by the link that it lies in. */
static int follow_chain(struct mmx_areas *a, uint64_t *vma, struct mmx_err *err)
{
	struct chain chain;

	if (mmx_decode_require(&anon_vma_chain, &a->view->kernel->layout, err) ||
	    mmx_decode_read(&anon_vma_chain, a->view, a->chain, &chain, err))
		return -1;
	*vma = chain.vma;
	return chain.anon_vma == a->ask.of
		       ? 0
		       : mmx_fail(err, MMX_ECORRUPT,
				  "the anon_vma_chain at 0x%" PRIx64
				  " says that it is of the anon_vma at 0x%" PRIx64,
				  a->chain, chain.anon_vma);
}

static int read_vma(struct mmx_areas *a, uint64_t addr, struct mmx_err *err)
{
	if (a->ask.known && a->ask.known->vma(a->ask.known->arg, addr, &a->vma))
		return 0;
	if (a->ask.tree == MMX_AREAS_ANON && follow_chain(a, &addr, err))
		return -1;
	return mmx_vma_read(&a->vma, a->view, addr, err);
}

static int read_area(struct mmx_areas *a, struct mmx_err *err)
{
	const struct mmx_kernel *k = a->view->kernel;
	uint64_t addr = a->rb.node - mmx_off(&k->layout, trees[a->ask.tree].node),
		 page = 1ULL << k->arch->page_shift;

	a->chain = a->ask.tree == MMX_AREAS_ANON ? addr : 0;
	if (read_vma(a, addr, err))
		return -1;
	a->first = mmx_vma_index(&a->vma, a->ask.tree);
	a->last = a->first + ((a->vma.end - a->vma.start) >> k->arch->page_shift) - 1;
	if (a->vma.start >= a->vma.end || (a->vma.start | a->vma.end) & (page - 1) ||
	    a->last < a->first)
		return mmx_fail(err, MMX_ECORRUPT,
				"the VMA at 0x%" PRIx64 " is for 0x%" PRIx64 "-0x%" PRIx64
				" from page 0x%" PRIx64 " on, which cannot be",
				a->vma.addr, a->vma.start, a->vma.end, a->first);
	return 0;
}

static void leave_out(struct mmx_areas *a, struct mmx_err *err)
{
	mmx_fail_prefix(err, "the tree of the %s at 0x%" PRIx64, trees[a->ask.tree].what,
			a->ask.of);
	mmx_cover_fail(&a->coverage, err);
}

bool mmx_areas_next(struct mmx_areas *a)
{
	struct mmx_err err;

	while (!a->done && mmx_rb_next(&a->rb)) {
		if (read_area(a, &err)) {
			leave_out(a, &err);
			continue;
		}
		/* Where they are in order, all that follow begin behind what is asked for as well. */
		if (mmx_interval_check(&a->rb, a->first, a->last) && a->first > a->ask.last)
			break;
		if (a->first > a->ask.last || a->last < a->ask.first)
			continue;
		a->coverage.found++;
		return true;
	}
	if (!a->done)
		mmx_cover_inherit(&a->coverage, &a->rb.coverage);
	a->done = true;
	return false;
}
