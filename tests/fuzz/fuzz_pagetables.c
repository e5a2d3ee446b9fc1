// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Page tables of any content, walked over any range with 4 and 5 levels: a walk ends, reports only
 * what lies in its range's tables, and reads nothing that is not there.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "fake_memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAGE 4096u

/* What is yielded lies in the range, behind what was before it, and all of the range is with gaps. */
static void check(const struct mmx_pt *pt, uint64_t *at, uint64_t last)
{
	const struct mmx_pte *pte = &pt->pte;

	if (pte->level < 1 || pte->level > 6 || (pte->kind == MMX_PTE_LEAF && !pte->size) ||
	    pte->start > pte->last || pte->start < *at || pte->last > last)
		abort();
	if (pte->kind != MMX_PTE_TABLE)
		*at = pte->last + 1;
}

/* The input: three words that say where and how to walk, then memory. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mmx_paging paging = {.levels = 4};
	struct fake_memory *m;
	uint64_t entries = 0, at, last;
	struct mmx_pt pt;

	if (size < 24 || size > 64 * PAGE)
		return 0;
	m = fake_memory_new((size - 24 + PAGE - 1) / PAGE * PAGE + PAGE);
	memcpy(m->bytes, data + 24, size - 24);
	paging.levels += data[0] & 1;
	paging.clear = data[0] & 2 ? 1ULL << 47 : 0;
	paging.root = (mmx_le64(data) >> 8) % m->size & ~(uint64_t)(PAGE - 1);
	at = mmx_le64(data + 8);
	last = at + mmx_le64(data + 16);
	if (last < at)
		last = ~0ULL;
	mmx_pt_begin(&pt, m->view->reader, &mmx_arch_x86_64, &paging, paging.root, at, last,
		     data[0] >> 2 & 15);
	/* A caller may end a walk at any time, and leave out any table. */
	while (mmx_pt_next(&pt) && ++entries < 1u << 16) {
		check(&pt, &at, last);
		if (pt.pte.kind == MMX_PTE_TABLE && data[0] & 0x40 && pt.pte.phys & 0x1000)
			mmx_pt_skip(&pt);
	}
	fake_memory_free(m);
	return 0;
}
