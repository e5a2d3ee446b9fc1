// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Growable arrays, and sorted ones. A struct that holds one has the three members that MMX_ARRAY() declares; the
 * element type stays visible to the compiler, so nothing is cast.
 */
#ifndef MMX_BASE_ARRAY_H
#define MMX_BASE_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

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

/* Sorts by the 64-bit word that each element has at that offset. */
void mmx_array_sort_words(void *v, size_t n, size_t size, size_t offset);

/** mmx_array_sort() - by a function as qsort() has it; an empty array is sorted */
#define mmx_array_sort(a, compare)                                         \
	do {                                                               \
		if ((a)->n)                                                \
			qsort((a)->v, (a)->n, sizeof(*(a)->v), (compare)); \
	} while (0)

/** mmx_array_sort_by() - by a member, which is a uint64_t */
#define mmx_array_sort_by(a, member)                                         \
	({                                                                   \
		_Static_assert(_Generic((a)->v->member, uint64_t             \
					: true, default                      \
					: false),                            \
			       #member " is no uint64_t");                   \
		mmx_array_sort_words((a)->v, (a)->n, sizeof(*(a)->v),        \
				     offsetof(__typeof__(*(a)->v), member)); \
	})

/**
 * mmx_array_bound() - where in a sorted array a condition ends that the first elements hold, all or none
 * @e: what the condition calls an element's address: mmx_array_bound(a, e, e->end <= addr)
 *
 * Returns the index of the first element that does not hold it, or @a->n.
 */
#define mmx_array_bound(a, e, condition)                                 \
	({                                                               \
		size_t low_ = 0, high_ = (a)->n;                         \
                                                                         \
		while (low_ < high_) {                                   \
			size_t middle_ = low_ + (high_ - low_) / 2;      \
			const __typeof__(*(a)->v) *e = &(a)->v[middle_]; \
                                                                         \
			if (condition)                                   \
				low_ = middle_ + 1;                      \
			else                                             \
				high_ = middle_;                         \
		}                                                        \
		low_;                                                    \
	})

/** mmx_array_at() - the first element whose @member is @key, in an array that is sorted by it; or NULL */
#define mmx_array_at(a, member, key)                                              \
	({                                                                        \
		__typeof__((a)->v->member) key_ = (key);                          \
		size_t at_ = mmx_array_bound(a, e_, e_->member < key_);           \
                                                                                  \
		at_ < (a)->n && (a)->v[at_].member == key_ ? &(a)->v[at_] : NULL; \
	})

#endif
