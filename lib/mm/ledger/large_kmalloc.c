// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/mem.h"
#include "mm/ledger/large_kmalloc.h"
#include "mm/owners/page_owner.h"
#include "mm/owners/stackdepot.h"

#define SMALLEST_ORDER 2u /* slabs of kmalloc go up to two pages */

/* Whether code is of the functions that make one: kmalloc_large() and kin, with any number of underscores before it. */
static bool is_its_code(const struct mmx_view *view, uint64_t return_address)
{
	const struct mmx_symbols *symbols = &view->kernel->symbols;
	const struct mmx_symbol *symbol = mmx_symbols_nearest(symbols, return_address - 1);
	char text[MMX_SYMBOL_NAME] = "";
	const char *name = text;

	if (symbol)
		mmx_symbol_name(symbols, symbol, text);
	name += strspn(name, "_");
	return !strncmp(name, "kmalloc_large", 13) || !strncmp(name, "kmalloc_order", 13);
}

enum mmx_is_kmalloc mmx_is_large_kmalloc(const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	const struct mmx_page_owners *owners;
	struct mmx_page_owner owner;
	struct mmx_trace trace;
	struct mmx_err err;

	if (f->types.code[MMX_PAGE_LARGE_KMALLOC] || w->folio.order < SMALLEST_ORDER ||
	    mmx_word(w->folio.bytes, f->mapping) || mmx_bit(w->folio.flags, f->lru))
		return MMX_KMALLOC_NOT;
	owners = mmx_know_page_owners(w->view);
	if (!owners->kept || mmx_page_owner_read(&owner, owners, w->view, w->folio.head) ||
	    !owner.recorded || !owner.allocated ||
	    mmx_trace_fetch(&trace, w->view, owner.stack, &err))
		return MMX_KMALLOC_UNKNOWN;
	for (unsigned int i = 0; i < trace.n; i++) {
		if (is_its_code(w->view, trace.entry[i]))
			return MMX_KMALLOC_LARGE;
	}
	return MMX_KMALLOC_NOT;
}
