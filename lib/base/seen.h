// SPDX-License-Identifier: GPL-2.0-or-later
/* A set of numbers: what was met before, where the same thing can be met many times over. */
#ifndef MMX_BASE_SEEN_H
#define MMX_BASE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct mmx_seen - the set; all zeros is an empty one */
struct mmx_seen {
	uint64_t *slot; /* a number + 1; 0 is an empty slot */
	size_t slots;   /* a power of two, or 0 */
	size_t n;
};

/** mmx_seen_add() - 1 when @number is new, 0 when it was there, -1 without memory; not ~0 */
int mmx_seen_add(struct mmx_seen *s, uint64_t number);

void mmx_seen_free(struct mmx_seen *s);

#endif
