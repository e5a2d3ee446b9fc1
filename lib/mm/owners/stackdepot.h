// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The stack depot: call chains that the kernel keeps once each and names by a number of 32 bits.
 */
#ifndef MMX_MM_STACKDEPOT_H
#define MMX_MM_STACKDEPOT_H

#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/** MMX_TRACE_FRAMES - as deep as the kernel's depot keeps them */
#define MMX_TRACE_FRAMES 64

/** struct mmx_trace - a call chain, the innermost return address first */
struct mmx_trace {
	unsigned int n;
	uint64_t entry[MMX_TRACE_FRAMES];
};

/**
 * mmx_trace_fetch() - the call chain behind a handle
 * The record found must name itself by that very handle. -1 with the reason when there is none.
 */
int mmx_trace_fetch(struct mmx_trace *trace, struct mmx_view *view, uint32_t handle,
		    struct mmx_err *err);

/** mmx_trace_line() - the same in a line, innermost first, without what the page allocator itself is called through */
int mmx_trace_line(char *text, size_t size, struct mmx_view *view, uint32_t handle,
		   struct mmx_err *err);

/** mmx_stack_pools() - where the pools' addresses stand: an array, and since its length is an option a pointer to one */
int mmx_stack_pools(struct mmx_view *view, uint64_t *pools, struct mmx_err *err);

#endif
