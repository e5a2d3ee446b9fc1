// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/large.h"

#define HUGE_PAGE ((size_t)2 << 20)

/* Less than that would waste more than it saves. */
#define LARGE (HUGE_PAGE / 2)

void *mmx_large_alloc(size_t bytes)
{
	void *memory;

	if (bytes < LARGE || bytes > SIZE_MAX - HUGE_PAGE)
		return malloc(bytes);
	bytes = (bytes + HUGE_PAGE - 1) & -HUGE_PAGE;
	memory = aligned_alloc(HUGE_PAGE, bytes);
	/* A system without them refuses, and the memory is as good. */
	if (memory)
		(void)madvise(memory, bytes, MADV_HUGEPAGE);
	return memory;
}

void *mmx_large_zeroed(size_t n, size_t size)
{
	size_t bytes;
	void *memory;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes < LARGE)
		return calloc(n, size);
	memory = mmx_large_alloc(bytes);
	if (memory)
		memset(memory, 0, bytes);
	return memory;
}
