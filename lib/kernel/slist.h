// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists that only lead forward: llist, callbacks of RCU, KASAN's queues. Nodes do not point back, so
 * that a list which bends back on itself is found by meeting a node again. By then some nodes may have
 * come twice: whoever keeps them looks through what is kept when a list was broken.
 *
 *	mmx_slist_begin(&s, view, head, limit);
 *	while (mmx_slist_next(&s))
 *		... s.node ...
 *	if (!mmx_cover_whole(&s.coverage)) ... it broke off
 */
#ifndef MMX_KERNEL_SLIST_H
#define MMX_KERNEL_SLIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"

/**
 * struct mmx_slist - a walk over such a list, whose nodes have a pointer to the next one
 * @coverage: how many nodes there were, and why the walk ended early if it did
 * @node: the current one
 * @link: where a node has the pointer to the next one, in bytes; 0 unless it is set before the first step
 */
struct mmx_slist {
	struct mmx_coverage coverage;
	uint64_t node;
	uint64_t link;

	struct mmx_view *view;
	uint64_t head, next, limit;
	uint64_t met; /* a node that was met before; it moves on at each power of two */
};

/**
 * mmx_slist_begin() - prepare to walk the list whose first node the pointer at @head names
 * @limit: nodes after which it is given up as endless
 */
void mmx_slist_begin(struct mmx_slist *s, struct mmx_view *view, uint64_t head, uint64_t limit);

/** mmx_slist_next() - step to the first or next node; false at the end, or where the list breaks */
bool mmx_slist_next(struct mmx_slist *s);

#endif
