// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How far kernel stacks are used: tasks' own, and those that a CPU switches to for interrupts and exceptions.
 * Stacks grow down, from their end to their start. They are given out filled with zeros, so that the lowest word
 * that is none tells how deep one ever went: at least that deep, since what is put there may be a zero. The
 * kernel measures by the same rule (CONFIG_DEBUG_STACK_USAGE).
 */
#ifndef MMX_MM_STACK_USE_H
#define MMX_MM_STACK_USE_H

#include "base/array.h"
#include "base/coverage.h"
#include "mm/owners/stack.h"

struct mmx_view;

/* The lowest word of each task's stack, as long as nothing has run over it. */
#define MMX_STACK_END 0x57ac6e9dULL

/**
 * struct mmx_stack_depth - of one stack
 * @deepest: bytes from the end to the lowest word that is not zero; of a task's, not counting the last word's
 *	mark, and all of it when that is overwritten
 * @guard: nothing is mapped below it: running over its start faults
 * @unread: why there is no telling; then none of the others is known
 */
struct mmx_stack_depth {
	uint64_t deepest;
	bool guard;
	struct mmx_err unread;
};

/**
 * struct mmx_task_stack - a task's stack
 * @running: on @cpu, when the dump was taken
 * @sp: where it left off when another task got the CPU; of one that is running, of no meaning
 * @last_word: the lowest one
 * @unfilled: it was not given out with zeros, so that @depth does not tell how deep it went
 */
struct mmx_task_stack {
	struct mmx_stack stack;
	struct mmx_stack_depth depth;
	bool running;
	unsigned int cpu;
	uint64_t sp;
	struct mmx_err no_sp; /* why it is not known */
	uint64_t last_word;
	bool unfilled;
};

static inline bool mmx_stack_overwritten(const struct mmx_task_stack *s)
{
	return !s->depth.unread.code && s->last_word != MMX_STACK_END;
}

/** mmx_stack_has() - whether @sp is a place in it; where it is empty the end counts */
static inline bool mmx_stack_has(const struct mmx_stack *s, uint64_t sp)
{
	return sp >= s->start && sp <= s->end;
}

/** struct mmx_cpu_stack - a stack that a CPU switches to; @what for: "irq", "NMI", ... */
struct mmx_cpu_stack {
	unsigned int cpu;
	const char *what;
	uint64_t start, end;
	struct mmx_stack_depth depth;
};

/**
 * struct mmx_stack_uses - all of them
 * @v: of tasks, by PID
 * @cpus: of CPUs, by CPU
 * @gone: tasks that have given their stack away since they exited
 */
struct mmx_stack_uses {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_task_stack);
	struct {
		MMX_ARRAY(struct mmx_cpu_stack);
	} cpus;
	uint64_t gone;
};

/** mmx_stack_uses_find() - -1 without memory, or when stopped */
int mmx_stack_uses_find(struct mmx_stack_uses *u, struct mmx_view *view, struct mmx_err *err);
void mmx_stack_uses_free(struct mmx_stack_uses *u);

/** mmx_cpu_stacks_find() - those of CPUs; for stack_use.c */
int mmx_cpu_stacks_find(struct mmx_stack_uses *u, struct mmx_view *view, uint64_t size,
			struct mmx_err *err);

/** mmx_stack_depth_find() - of the stack at [start, end), from @from on */
void mmx_stack_depth_find(struct mmx_stack_depth *d, struct mmx_view *view, uint64_t start,
			  uint64_t from, uint64_t end);

#endif
