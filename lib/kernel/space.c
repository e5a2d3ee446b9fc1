// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/space.h"

static const struct mmx_space *const all[] = {
	&mmx_space_x86_64,
};

const struct mmx_space *mmx_space_find(const char *machine)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (!strcmp(all[i]->machine, machine))
			return all[i];
	}
	return NULL;
}
