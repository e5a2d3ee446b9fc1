// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

bool mmx_array_reserve(void **v, size_t *allocated, size_t want, size_t size)
{
	size_t room = *allocated;
	void *grown;

	if (want <= room)
		return true;
	room = room ? room : 8;
	while (room < want) {
		if (room > SIZE_MAX / 2 / size)
			return false;
		room *= 2;
	}
	grown = realloc(*v, room * size);
	if (!grown)
		return false;
	*v = grown;
	*allocated = room;
	return true;
}

static int by_word(const void *a, const void *b, void *offset)
{
	uint64_t x, y;

	memcpy(&x, (const char *)a + *(const size_t *)offset, sizeof(x));
	memcpy(&y, (const char *)b + *(const size_t *)offset, sizeof(y));
	return (x > y) - (x < y);
}

/* What was found in order, as most is, is left alone: to sort takes as much memory once more. */
void mmx_array_sort_words(void *v, size_t n, size_t size, size_t offset)
{
	const char *at = v;

	for (size_t i = 1; i < n; i++, at += size) {
		if (by_word(at, at + size, &offset) > 0) {
			qsort_r(v, n, size, by_word, &offset);
			return;
		}
	}
}
