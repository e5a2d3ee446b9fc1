// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ledger as folded stacks, a line for each that has memory: "class;owner;site bytes", as flame-graph tools take
 * them. What of a class no owner is known to have is a line of the class alone, so the lines sum to all frames.
 */
#ifndef MMX_MM_FOLDED_H
#define MMX_MM_FOLDED_H

#include "mm/ledger/largest.h"

/** mmx_folded_fn - a line: @stack, its parts with ';' between them, and how many bytes */
typedef void (*mmx_folded_fn)(void *arg, const char *stack, uint64_t bytes);

/** mmx_folded_each() - all lines, classes in their order and owners by size; what has no name goes into @coverage */
void mmx_folded_each(const struct mmx_ledger *ledger, const struct mmx_largest *largest,
		     struct mmx_view *view, struct mmx_coverage *coverage, mmx_folded_fn fn,
		     void *arg);

#endif
