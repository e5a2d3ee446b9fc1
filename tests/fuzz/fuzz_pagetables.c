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

static bool count(void *arg, const struct mmx_pte *pte)
{
	uint64_t *entries = arg;

	if (pte->level < 1 || pte->level > 6 || (pte->kind == MMX_PTE_LEAF && !pte->size))
		abort();
	return ++*entries < 1u << 16; /* a caller may end a walk at any time */
}

/* The input: four words that say where and how to walk, then memory. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mmx_paging paging = {.levels = 4};
	struct fake_memory *m;
	uint64_t entries = 0, start, len;

	if (size < 24 || size > 64 * PAGE)
		return 0;
	m = fake_memory_new((size - 24 + PAGE - 1) / PAGE * PAGE + PAGE);
	memcpy(m->bytes, data + 24, size - 24);
	paging.levels += data[0] & 1;
	paging.clear = data[0] & 2 ? 1ULL << 47 : 0;
	paging.root = (mmx_le64(data) >> 8) % m->size & ~(uint64_t)(PAGE - 1);
	start = mmx_le64(data + 8);
	len = mmx_le64(data + 16);
	mmx_arch_x86_64.walk(m->view->reader, &paging, paging.root, start,
			     start + len < start ? ~0ULL : start + len, count, &entries);
	fake_memory_free(m);
	return 0;
}
