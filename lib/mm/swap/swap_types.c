// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/mem.h"
#include "mm/swap/swap_types.h"

static bool has_symbol(const struct mmx_kernel *k, const char *name)
{
	uint64_t addr;

	return mmx_symbol_addr(&k->symbols, name, &addr);
}

/* The next type from the top down. */
static void take(struct mmx_swap_types *t, enum mmx_swap_kind kind)
{
	t->kind[--t->areas] = kind;
}

static void take_devices(struct mmx_swap_types *t, bool both)
{
	if (both)
		take(t, MMX_SWAP_EXCLUSIVE_READ);
	take(t, MMX_SWAP_EXCLUSIVE_WRITE);
	take(t, MMX_SWAP_DEVICE_READ);
	take(t, MMX_SWAP_DEVICE_WRITE);
}

static void take_migration(struct mmx_swap_types *t)
{
	take(t, MMX_SWAP_MIGRATION_WRITE);
	take(t, MMX_SWAP_MIGRATION_EXCLUSIVE);
	take(t, MMX_SWAP_MIGRATION_READ);
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
	if (first)
		take(t, MMX_SWAP_ERROR);
	if (!first || has_symbol(k, "handle_userfault"))
		take(t, MMX_SWAP_MARKER);
	/* Since 6.15 what a device has for itself is always writable, and the function that makes it so has a new name. */
	if (has_symbol(k, "make_device_exclusive_range") || has_symbol(k, "make_device_exclusive"))
		take_devices(t, has_symbol(k, "make_device_exclusive_range"));
	if (has_symbol(k, "migrate_pages"))
		take_migration(t);
	if (mmx_has_enum(&k->layout, E_PG_hwpoison))
		take(t, MMX_SWAP_HWPOISON);
	if (!mmx_vmcoreinfo_number(&k->vmcoreinfo, "MAX_PHYSMEM_BITS", &bits) || bits < 32 ||
	    bits > 52)
		bits = k->paging.levels == 5 ? 52 : 46;
	t->pfn_mask = (1ULL << (bits - k->arch->page_shift)) - 1;
}

void mmx_swap_types_assume(struct mmx_swap_types *t)
{
	memset(t, 0, sizeof(*t));
	t->areas = MMX_SWAP_TYPES;
	take(t, MMX_SWAP_MARKER);
	take_devices(t, true);
	take_migration(t);
	take(t, MMX_SWAP_HWPOISON);
	t->pfn_mask = (1ULL << (46 - 12)) - 1;
}
