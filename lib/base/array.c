// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>

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
