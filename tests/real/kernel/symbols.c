// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE symbols     every symbol: address, type, name, and the module that it is of
 * ask CORE nearest     reads addresses; "name+0x10 [module]"
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"

static int symbols(const struct mmx_kernel *k)
{
	const struct mmx_symbols *s = &k->symbols;

	char name[MMX_SYMBOL_NAME];

	for (size_t i = 0; i < mmx_symbols_count(s); i++) {
		const struct mmx_symbol *sym = mmx_symbols_at(s, i);
		const char *module = mmx_symbol_module(s, sym);

		printf("%016" PRIx64 "\t%c\t%s\t%s\n", sym->addr, sym->type,
		       mmx_symbol_name(s, sym, name), module ? module : "");
	}
	return 0;
}

static int nearest(const struct mmx_kernel *k)
{
	char text[512];
	uint64_t addr;

	while (scanf(" %" SCNx64, &addr) == 1) {
		mmx_symbol_format(&k->symbols, addr, text, sizeof(text));
		puts(text);
	}
	return 0;
}

ASK(symbols);
ASK(nearest);
