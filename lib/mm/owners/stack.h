// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel stacks: every thread has one, and whose it is only the thread knows. Stacks kept for the
 * next thread to come have no owner: they are vmalloc areas like others, told by their caller.
 */
#ifndef MMX_MM_STACK_H
#define MMX_MM_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"
#include "mm/owners/owned_frames.h"

struct mmx_task;
struct mmx_view;

/** struct mmx_stack - a thread's stack, [start, end) */
struct mmx_stack {
	uint64_t start, end;
	const struct mmx_task *task;
};

/**
 * struct mmx_stacks - all of them, in ascending order of addresses
 * @frames: the memory that they lie in; the owner is the stack's number
 */
struct mmx_stacks {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_stack);
	struct mmx_owned frames;
};

/** mmx_stacks_find() - the stacks of all tasks: mmx_know_stacks() keeps them */
int mmx_stacks_find(struct mmx_stacks *s, struct mmx_view *view, struct mmx_err *err);
void mmx_stacks_free(struct mmx_stacks *s);

/** mmx_stack_of() - the stack that holds a kernel address, or NULL */
const struct mmx_stack *mmx_stack_of(const struct mmx_stacks *s, uint64_t addr);

#endif
