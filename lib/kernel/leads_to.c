// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/kernel.h"
#include "kernel/leads_to.h"

const struct mmx_symbol *mmx_symbol_there(const struct mmx_kernel *k, uint64_t addr)
{
	enum mmx_region_id region = mmx_region_of(&k->regions, addr);

	return region == REGION_KERNEL_IMAGE || region == REGION_MODULES
		       ? mmx_symbols_nearest(&k->symbols, addr)
		       : NULL;
}

const char *mmx_leads_to(const struct mmx_kernel *k, uint64_t addr, char *buf, size_t size)
{
	buf[0] = 0;
	if (mmx_symbol_there(k, addr))
		mmx_symbol_format(&k->symbols, addr, buf, size);
	return buf;
}
