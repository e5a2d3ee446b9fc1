// SPDX-License-Identifier: GPL-2.0-or-later
/* What stackx shows. */
#ifndef MMX_RECORDS_STACKS_H
#define MMX_RECORDS_STACKS_H

#include "mm/owners/stack_use.h"

/**
 * struct mmx_stackx - a run of stackx
 * @shown: those of tasks that are shown
 * @cpus: those of CPUs are, too
 * @bytes: that all tasks' stacks take
 */
struct mmx_stackx {
	struct mmx_stack_uses uses;
	struct {
		MMX_ARRAY(const struct mmx_task_stack *);
	} shown;
	bool cpus;
	uint64_t bytes;
};

/** mmx_stack_fault() - the nth thing that is wrong with it, as a sentence; false when there are no more */
bool mmx_stack_fault(const struct mmx_task_stack *s, unsigned int nth, char *text, size_t size);

#endif
