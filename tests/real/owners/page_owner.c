// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE page_owner  each frame's record: PFN, whether the page is free, order, flags, PID, comm, number
 *                      of its stack; then the stacks
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../ask.h"
#include "mm/owners/page_owner.h"
#include "mm/owners/stackdepot.h"

struct stacks {
	MMX_ARRAY(uint32_t);
};

static size_t stack_number(struct stacks *stacks, uint32_t handle)
{
	for (size_t i = stacks->n; i-- > 0;) {
		if (stacks->v[i] == handle)
			return i;
	}
	if (!mmx_array_add(stacks, handle))
		abort();
	return stacks->n - 1;
}

static int print_stacks(const struct mmx_kernel *k, const struct stacks *stacks)
{
	int status = 0;

	for (size_t i = 0; i < stacks->n; i++) {
		struct mmx_trace trace;
		struct mmx_err err;

		if (mmx_trace_fetch(&trace, k->view, stacks->v[i], &err)) {
			status = ask_trouble(&err);
			continue;
		}
		printf("stack\t%zu", i);
		for (unsigned int e = 0; e < trace.n; e++) {
			char text[MMX_SYMBOL_NAME + 64];

			mmx_symbol_format(&k->symbols, trace.entry[e], text, sizeof(text));
			printf("\t%s", text);
		}
		putchar('\n');
	}
	return status;
}

static int page_owner(const struct mmx_kernel *k)
{
	struct mmx_page_owners owners;
	struct stacks stacks = {0};
	struct mmx_page_walk w;
	struct mmx_err err;
	int status;

	if (mmx_page_owners_find(&owners, k->view, &err) || ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	if (!owners.kept)
		printf("not kept\t%s\n", owners.why_not);
	while (owners.kept && mmx_page_walk_next(&w)) {
		bool in_block = w.pfn < w.block_end && w.block_type == MMX_PAGE_BUDDY;
		const char *free = in_block ? "free" : "used";
		struct mmx_page_owner o;
		enum mmx_read read;

		if (w.read)
			continue;
		read = mmx_page_owner_read(&o, &owners, k->view, w.pfn);
		if (read || !o.recorded) {
			printf("none\t%" PRIx64 "\t%s\t%s\n", w.pfn, free, mmx_read_name(read));
			continue;
		}
		printf("%s\t%" PRIx64 "\t%s\t%u\t%x\t%d\t%s\t%zu\n",
		       o.allocated ? "allocated" : "freed", w.pfn, free, o.order, o.gfp, o.pid,
		       o.comm, stack_number(&stacks, o.stack));
	}
	mmx_page_walk_end(&w);
	status = print_stacks(k, &stacks);
	mmx_array_free(&stacks);
	return status;
}

ASK(page_owner);
