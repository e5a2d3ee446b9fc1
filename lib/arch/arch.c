// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "arch/arch.h"

static const struct mmx_arch *const all[] = {
	&mmx_arch_x86_64,
};

const struct mmx_arch *mmx_arch_find(const char *machine)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (!strcmp(all[i]->machine, machine))
			return all[i];
	}
	return NULL;
}
