// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/mem.h"
#include "mm/swap/swap_types.h"

static bool has_symbol(const struct mmx_kernel *k, const char *name)
{
	uint64_t addr;

	return mmx_symbol_addr(&k->symbols, name, &addr);
}

static void take_types(struct mmx_swap_types *t, enum mmx_swap_kind kind, unsigned int n)
{
	while (n--)
		t->kind[--t->areas] = kind;
}

/*
 * The types in use for something else are taken from the top down, those that this kernel was built
 * with. 6.1, whose folios still count their mappings in each page, has one more at the top, and
 * markers only together with userfaultfd.
 */
void mmx_swap_types_find(struct mmx_swap_types *t, const struct mmx_kernel *k)
{
	bool first = mmx_mem(k)->page_format.mapped == MMX_MAPPED_PAGES;
	int64_t bits;

	memset(t, 0, sizeof(*t));
	t->areas = MMX_SWAP_TYPES;
	take_types(t, MMX_SWAP_ERROR, first);
	take_types(t, MMX_SWAP_MARKER, !first || has_symbol(k, "handle_userfault"));
	take_types(t, MMX_SWAP_DEVICE,
		   has_symbol(k, "make_device_exclusive_range") ? 4
		   : has_symbol(k, "make_device_exclusive")     ? 3
								: 0);
	take_types(t, MMX_SWAP_MIGRATION, has_symbol(k, "migrate_pages") ? 3 : 0);
	take_types(t, MMX_SWAP_HWPOISON, mmx_has_enum(&k->layout, E_PG_hwpoison));
	if (!mmx_vmcoreinfo_number(&k->vmcoreinfo, "MAX_PHYSMEM_BITS", &bits) || bits < 32 ||
	    bits > 52)
		bits = k->paging.levels == 5 ? 52 : 46;
	t->pfn_mask = (1ULL << (bits - k->arch->page_shift)) - 1;
}
