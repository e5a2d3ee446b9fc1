// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked lists of the dead kernel, walked with a bound. Every node must point back to the one that
 * it was reached from, which finds a list that bends back on itself at the node where it does.
 *
 *	struct mmx_list list;
 *
 *	mmx_list_begin(&list, view, head, limit);
 *	while (mmx_list_next(&list))
 *		use(list.node);
 *	mmx_cover_inherit(&mine.coverage, &list.coverage);
 *
 * A walk holds nothing, so it can be left at any node.
 */
#ifndef MMX_KERNEL_LIST_H
#define MMX_KERNEL_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"

/**
 * struct mmx_list - a walk over a list
 * @coverage: how many nodes were found, and why the list breaks off, if it does
 * @node: the address of the node that mmx_list_next() found
 */
struct mmx_list {
	struct mmx_coverage coverage;
	uint64_t node;
	/* Private. */
	struct mmx_view *view;
	uint64_t head, end, limit;
	uint64_t before, ahead, last;
	bool left;
};

/**
 * mmx_list_begin() - walk a struct list_head list
 * @head: address of the list's head
 * @limit: nodes after which the list is given up as endless
 * A head that was never initialised (both of its pointers are NULL) has no nodes.
 */
void mmx_list_begin(struct mmx_list *list, struct mmx_view *view, uint64_t head, uint64_t limit);

/** mmx_hlist_begin() - the same for a struct hlist_head list; @head is the address of hlist_head */
void mmx_hlist_begin(struct mmx_list *list, struct mmx_view *view, uint64_t head, uint64_t limit);

/** mmx_list_next() - go to the next node, the head excepted; false at the end and where it breaks */
bool mmx_list_next(struct mmx_list *list);

/**
 * mmx_list_check() - whether a node is where its neighbours on a struct list_head list say
 * Returns 0, or -1 with an error that names the neighbour that does not point back.
 */
int mmx_list_check(struct mmx_view *view, uint64_t addr, struct mmx_err *err);

#endif
