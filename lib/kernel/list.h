// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linked lists of the dead kernel, walked with a bound. Every node must point back to the one that
 * it was reached from, which finds a list that bends back on itself at the node where it does.
 */
#ifndef MMX_KERNEL_LIST_H
#define MMX_KERNEL_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "kernel/view.h"

/** mmx_list_fn - called for each node's address, the head excepted; false ends the walk */
typedef bool (*mmx_list_fn)(void *arg, uint64_t node);

/**
 * mmx_list_walk() - walk a struct list_head list
 * @head: address of the list's head
 * @limit: nodes after which the list is given up as endless
 *
 * Returns 0, or -1 with an error that names the node at which the list breaks; the nodes before it
 * have been called for. An empty or never initialised list (next is NULL) has no nodes.
 */
int mmx_list_walk(struct mmx_view *view, uint64_t head, uint64_t limit, mmx_list_fn fn, void *arg,
		  struct mmx_err *err);

/** mmx_hlist_walk() - the same for a struct hlist_head list; @head is the address of hlist_head */
int mmx_hlist_walk(struct mmx_view *view, uint64_t head, uint64_t limit, mmx_list_fn fn, void *arg,
		   struct mmx_err *err);

/**
 * mmx_list_check() - whether a node is where its neighbours on a struct list_head list say
 * Returns 0, or -1 with an error that names the neighbour that does not point back.
 */
int mmx_list_check(struct mmx_view *view, uint64_t addr, struct mmx_err *err);

#endif
