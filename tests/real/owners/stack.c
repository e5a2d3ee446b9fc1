// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE stacks      PID, name, start, end, caller of its vmalloc area, pages that the area agrees
 *                      about, PFN of the first page
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/owners/stack.h"
#include "mm/owners/vmalloc_pages.h"
#include "mm/processes/task.h"

struct agreement {
	const struct mmx_stacks *stacks;
	const struct mmx_stack *stack;
	uint64_t n;
};

static void agree(struct agreement *a, const struct mmx_vmalloc_pages *p)
{
	for (uint64_t i = 0; i < p->frames; i++) {
		const struct mmx_owned_run *run = mmx_owned_find(&a->stacks->frames, p->pfn + i);

		a->n += run && &a->stacks->v[run->owner] == a->stack &&
			run->at + (p->pfn + i - run->pfn) == p->at + i;
	}
}

static int stacks(const struct mmx_kernel *k)
{
	const struct mmx_stacks *s = mmx_know_stacks(k->view);
	struct mmx_vmalloc_pages pages;
	int status = mmx_cover_whole(&s->coverage) ? 0 : ask_trouble(&s->coverage.first);

	for (size_t i = 0; i < s->n; i++) {
		const struct mmx_stack *stack = &s->v[i];
		const struct mmx_vmalloc_area *area =
			mmx_vmalloc_of(mmx_know_vmalloc(k->view), stack->start);
		struct agreement a = {.stacks = s, .stack = stack};
		char caller[128] = "";
		uint64_t phys = 0;

		if (area) {
			mmx_symbol_format(&k->symbols, area->caller, caller, sizeof(caller));
			mmx_vmalloc_pages_begin(&pages, k->view, area);
			while (mmx_vmalloc_pages_next(&pages))
				agree(&a, &pages);
			if (!mmx_cover_whole(&pages.coverage))
				status = ask_trouble(&pages.coverage.first);
		}
		if (mmx_kphys(k->view, stack->start, &phys))
			status = 1;
		printf("%d\t%s\t%" PRIx64 "\t%" PRIx64 "\t%s\t%" PRIu64 "\t%" PRIx64 "\n",
		       stack->task->pid, stack->task->comm, stack->start, stack->end, caller, a.n,
		       phys >> k->arch->page_shift);
		if (mmx_stack_of(s, stack->end - 1) != stack)
			status = 1;
	}
	return status;
}

ASK(stacks);
