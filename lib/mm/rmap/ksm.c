// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "mm/rmap/ksm.h"

#define SHARERS_MAX (1u << 24)
#define CHAIN_MAX   (1u << 16)

/* @head and @pprev stand in place of what a node in the tree has there, when it is a copy among several. */
struct stable_node {
	uint64_t kpfn, head, pprev;
};

static const struct mmx_wanted stable_node_wanted[] = {
	MMX_WANT(struct stable_node, kpfn, ksm_stable_node, kpfn),
	MMX_WANT(struct stable_node, head, ksm_stable_node, head),
	MMX_WANT(struct stable_node, pprev, ksm_stable_node, dup_pprev),
};

static const struct mmx_decode stable_node_table = MMX_DECODE("KSM node", stable_node_wanted);

/* Every item must name the node that it was found under. */
static int count_sharers(struct mmx_ksm *ksm, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_list list;

	mmx_hlist_begin(&list, view, ksm->node + mmx_off(l, M_ksm_stable_node_hlist), SHARERS_MAX);
	while (mmx_list_next(&list)) {
		uint64_t item = list.node - mmx_off(l, M_ksm_rmap_item_hlist), node;

		if (mmx_kread_member(view, item, M_ksm_rmap_item_head, &node) || node != ksm->node)
			return mmx_fail(err, MMX_ECORRUPT,
					"the KSM node at 0x%" PRIx64 " lists 0x%" PRIx64
					", which does not name it",
					ksm->node, item);
		ksm->sharers++;
	}
	if (mmx_cover_whole(&list.coverage))
		return 0;
	*err = list.coverage.first;
	return -1;
}

/*
 * A copy among several has a mark in place of its parent in the tree, and is on its chain's list:
 * back along that list, to the first link, which is the chain's own.
 */
static int find_chain(struct mmx_ksm *ksm, struct mmx_view *view, struct stable_node node,
		      struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t migrate_nodes, mark, at = ksm->node;

	if (!mmx_symbol_addr(&view->kernel->symbols, "migrate_nodes", &migrate_nodes))
		return 0;
	mark = migrate_nodes + 8;
	for (unsigned int n = 0; n < CHAIN_MAX; n++) {
		if (node.head != mark) {
			if (n)
				/* Not a copy: that link was in the chain, at its own place. */
				ksm->chain = at + mmx_off(l, M_ksm_stable_node_hlist_dup) -
					     mmx_off(l, M_ksm_stable_node_hlist);
			return 0;
		}
		at = node.pprev - mmx_off(l, M_ksm_stable_node_hlist_dup);
		if (mmx_decode_into(&stable_node_table, view, at, &node))
			break;
	}
	return mmx_fail(err, MMX_ECORRUPT,
			"the chain that the KSM node at 0x%" PRIx64 " is of has no beginning",
			ksm->node);
}

int mmx_ksm_read(struct mmx_ksm *ksm, struct mmx_view *view, uint64_t node, uint64_t pfn,
		 struct mmx_err *err)
{
	static const enum mmx_layout_member lists[] = {M_ksm_stable_node_hlist,
						       M_ksm_stable_node_hlist_dup,
						       M_ksm_rmap_item_hlist, M_ksm_rmap_item_head};
	struct stable_node s;

	*ksm = (struct mmx_ksm){.node = node};
	if (mmx_decode_require(&stable_node_table, &view->kernel->layout, err) ||
	    mmx_layout_require(&view->kernel->layout, lists, sizeof(lists) / sizeof(*lists), err) ||
	    mmx_decode_read(&stable_node_table, view, node, &s, err))
		return -1;
	if (s.kpfn != pfn)
		return mmx_fail(err, MMX_ECORRUPT,
				"the KSM node at 0x%" PRIx64 " is that of frame 0x%" PRIx64
				", not of 0x%" PRIx64,
				node, s.kpfn, pfn);
	return count_sharers(ksm, view, err) ? -1 : find_chain(ksm, view, s, err);
}
