// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Growable arrays. A struct that holds one has the three members that MMX_ARRAY() declares; the
 * element type stays visible to the compiler, so nothing is cast.
 */
#ifndef MMX_BASE_ARRAY_H
#define MMX_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

#define MMX_ARRAY(type)           \
	struct {                  \
		type *v;          \
		size_t n;         \
		size_t allocated; \
	}

/* Grows *v to hold at least want elements; false when there is no memory. */
bool mmx_array_reserve(void **v, size_t *allocated, size_t want, size_t size);

/** mmx_array_grow() - make room for @more elements behind the used ones; false without memory */
#define mmx_array_grow(a, more)                                                       \
	mmx_array_reserve((void **)&(a)->v, &(a)->allocated, (a)->n + (size_t)(more), \
			  sizeof(*(a)->v))

/** mmx_array_add() - append one element by value; false without memory */
#define mmx_array_add(a, ...) \
	(mmx_array_grow(a, 1) ? ((a)->v[(a)->n++] = (__VA_ARGS__), true) : false)

/** mmx_array_free() - release and empty the array */
#define mmx_array_free(a)           \
	do {                        \
		free((a)->v);       \
		(a)->v = NULL;      \
		(a)->n = 0;         \
		(a)->allocated = 0; \
	} while (0)

#endif
