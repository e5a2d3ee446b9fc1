// SPDX-License-Identifier: GPL-2.0-or-later
/* What a function of the dead kernel calls, read from its code: a change that left no trace elsewhere. */
#ifndef MMX_KERNEL_CALLS_H
#define MMX_KERNEL_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/** mmx_calls() - whether the code of function @caller calls @callee by name; -1 when that cannot be told */
int mmx_calls(struct mmx_view *view, const char *caller, const char *callee, bool *calls,
	      struct mmx_err *err);

/**
 * mmx_refers() - whether a function's code has the address of a symbol, or its negative, as a number or from where it
 * stands; -1 when that cannot be told
 */
int mmx_refers(struct mmx_view *view, const char *function, const char *symbol, bool *refers,
	       struct mmx_err *err);

/**
 * mmx_takes_one() - whether a function takes 1 from a number, as from a pointer whose bit 0 means something; -1 when
 * that cannot be told
 */
int mmx_takes_one(struct mmx_view *view, const char *function, bool *takes, struct mmx_err *err);

/** mmx_code_takes_one() - the same of code of x86_64 */
bool mmx_code_takes_one(const unsigned char *code, size_t size);

/** mmx_sets_bit() - at how many places a function sets a bit of 64; -1 when that cannot be told */
int mmx_sets_bit(struct mmx_view *view, const char *function, unsigned int bit, unsigned int *times,
		 struct mmx_err *err);

/** mmx_masks() - whether a function takes these bits out of a register, or asks for them there; -1 when that cannot be told */
int mmx_masks(struct mmx_view *view, const char *function, uint32_t mask, bool *masks,
	      struct mmx_err *err);

/**
 * mmx_loads() - whether a function reads 32 bits that lie @offset bytes behind where a register leads; -1 when that cannot
 * be told. Offsets below 128 alone.
 */
int mmx_loads(struct mmx_view *view, const char *function, uint64_t offset, bool *loads,
	      struct mmx_err *err);

#endif
