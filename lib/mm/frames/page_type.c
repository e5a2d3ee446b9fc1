// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>

#include "kernel/kernel.h"
#include "mm/frames/page_type.h"

const char *mmx_page_type_name(enum mmx_page_type type)
{
	static const char *const names[] = {
#define TYPE(id, name) [MMX_PAGE_##id] = name,
		MMX_PAGE_TYPES(TYPE)
#undef TYPE
	};

	return names[type];
}

/*
 * Types by enumerator, and what they were before there was an enum, up to 6.10: macros, the same for
 * all. Where VMCOREINFO lacks the named line such a kernel lacks the macro; all have those without one.
 */
static const struct {
	enum mmx_page_type type;
	enum mmx_layout_enumerator id;
	uint32_t macro;
	const char *vmcoreinfo;
} type_sources[] = {
	{MMX_PAGE_BUDDY, E_PGTY_buddy, 0x80, NULL},
	{MMX_PAGE_OFFLINE, E_PGTY_offline, 0x100, NULL},
	{MMX_PAGE_TABLE, E_PGTY_table, 0x200, NULL},
	{MMX_PAGE_GUARD, E_PGTY_guard, 0x400, NULL},
	{MMX_PAGE_HUGETLB, E_PGTY_hugetlb, 0x800, "PAGE_HUGETLB_MAPCOUNT_VALUE"},
	{MMX_PAGE_SLAB, E_PGTY_slab, 0x1000, "PAGE_SLAB_MAPCOUNT_VALUE"},
	{MMX_PAGE_ZSMALLOC, E_PGTY_zsmalloc, 0, NULL},
	{MMX_PAGE_UNACCEPTED, E_PGTY_unaccepted, 0, NULL},
	{MMX_PAGE_LARGE_KMALLOC, E_PGTY_large_kmalloc, 0, NULL},
	{MMX_PAGE_NETPP, E_PGTY_netpp, 0, NULL},
};

void mmx_page_types_find(const struct mmx_kernel *k, struct mmx_page_types *types)
{
	const struct mmx_layout *l = &k->layout;
	bool enumerated = mmx_has_enum(l, E_PGTY_buddy);
	int64_t value;

	for (size_t i = 0; i < sizeof(type_sources) / sizeof(*type_sources); i++) {
		uint32_t code = 0;

		if (mmx_has_enum(l, type_sources[i].id))
			code = mmx_enum(l, type_sources[i].id);
		else if (!enumerated && (!type_sources[i].vmcoreinfo ||
					 mmx_vmcoreinfo_number(&k->vmcoreinfo,
							       type_sources[i].vmcoreinfo, &value)))
			code = type_sources[i].macro;
		types->code[type_sources[i].type] = code;
	}
	/* 6.11 had the enum with the bits of before; since 6.12 its values are bytes. */
	if (enumerated && types->code[MMX_PAGE_BUDDY] <= 0xff) {
		types->scheme = MMX_TYPES_BYTE;
		types->below = (int32_t)((uint32_t)mmx_enum(l, E_PGTY_mapcount_underflow) << 24);
	} else {
		types->scheme = MMX_TYPES_CLEAR_BITS;
		types->base = enumerated ? 0x80000000 : 0xf0000000;
		types->below = enumerated ? (int32_t)0xffff0000 : -128;
	}
}

enum mmx_page_type mmx_page_type_coded(const struct mmx_page_types *types, uint32_t word)
{
	for (unsigned int t = MMX_PAGE_NONE + 1; t < MMX_PAGE_UNKNOWN; t++) {
		uint32_t code = types->code[t];

		if (code && (types->scheme == MMX_TYPES_BYTE
				     ? word >> 24 == code
				     : (word & (types->base | code)) == types->base))
			return t;
	}
	return MMX_PAGE_UNKNOWN;
}
