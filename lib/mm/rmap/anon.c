// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "kernel/rbtree.h"
#include "mm/recall.h"
#include "mm/rmap/anon.h"

#define CHAINS_MAX (1u << 24)

static const struct mmx_wanted anon_vma_wanted[] = {
	MMX_WANT(struct mmx_anon, root, anon_vma, root),
	MMX_WANT(struct mmx_anon, parent, anon_vma, parent),
	MMX_WANT(struct mmx_anon, refcount, anon_vma, refcount),
	MMX_WANT(struct mmx_anon, children, anon_vma, num_children),
	MMX_WANT(struct mmx_anon, active, anon_vma, num_active_vmas),
};

static const struct mmx_decode anon_vma_table = MMX_DECODE("anon_vma", anon_vma_wanted);

static void count_chains(struct mmx_anon *a, struct mmx_view *view)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_rb rb;

	mmx_rb_begin(&rb, view, a->addr + mmx_off(l, M_anon_vma_rb_root), CHAINS_MAX);
	while (mmx_rb_next(&rb)) {
		uint64_t chain = rb.node - mmx_off(l, M_anon_vma_chain_rb), anon;

		if (!mmx_kread_member(view, chain, M_anon_vma_chain_anon_vma, &anon) &&
		    anon == a->addr)
			a->coverage.found++;
		else
			mmx_cover_failf(&a->coverage, MMX_ECORRUPT,
					"the tree of the anon_vma at 0x%" PRIx64 " holds 0x%" PRIx64
					", which is not its own",
					a->addr, chain);
	}
	mmx_cover_inherit(&a->coverage, &rb.coverage);
}

int mmx_anon_head(struct mmx_anon *a, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	static const enum mmx_layout_member tree[] = {M_anon_vma_rb_root, M_anon_vma_chain_rb,
						      M_anon_vma_chain_anon_vma};
	uint64_t top;

	*a = (struct mmx_anon){.addr = addr};
	if (mmx_decode_require(&anon_vma_table, &view->kernel->layout, err) ||
	    mmx_layout_require(&view->kernel->layout, tree, sizeof(tree) / sizeof(*tree), err) ||
	    mmx_decode_read(&anon_vma_table, view, addr, a, err))
		return -1;
	top = a->root;
	if (a->root != addr && mmx_kget(view, a->root, M_anon_vma_root, &top, err))
		return -1;
	if (top != a->root)
		return mmx_fail(err, MMX_ECORRUPT,
				"what is at 0x%" PRIx64 " is no anon_vma: its root 0x%" PRIx64
				" is not a root",
				addr, a->root);
	if (!a->refcount || a->refcount > INT32_MAX)
		return mmx_fail(err, MMX_ECORRUPT,
				"what is at 0x%" PRIx64
				" is no anon_vma in use: its reference count is %" PRId32,
				addr, (int32_t)a->refcount);
	return 0;
}

int mmx_anon_read(struct mmx_anon *a, struct mmx_view *view, uint64_t addr, struct mmx_err *err)
{
	if (mmx_recall(view, MMX_RECALL_ANON, addr, a, sizeof(*a)))
		return 0;
	if (mmx_anon_head(a, view, addr, err))
		return -1;
	count_chains(a, view);
	mmx_remember(view, MMX_RECALL_ANON, addr, a, sizeof(*a));
	return 0;
}
