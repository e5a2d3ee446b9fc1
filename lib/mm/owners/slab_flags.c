// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/layout.h"
#include "mm/owners/slab_flags.h"

const char *mmx_slab_flag_name(enum mmx_slab_flag flag)
{
	static const char *const names[] = {
#define FLAG(id, name, old) [MMX_SLAB_##id] = name,
		MMX_SLAB_FLAGS(FLAG)
#undef FLAG
	};

	return names[flag];
}

/*
 * Since 6.10 they are numbered by an enum, without gaps, so that the configuration moves them. Before that
 * they were macros, the same in all releases since 6.1, and a kernel of then has no such enum.
 */
void mmx_slab_flags_find(struct mmx_slab_flags *f, const struct mmx_layout *l)
{
	static const struct {
		enum mmx_layout_enumerator bit;
		uint32_t old;
	} flags[] = {
#define FLAG(id, name, old) [MMX_SLAB_##id] = {E_SLAB_##id, old},
		MMX_SLAB_FLAGS(FLAG)
#undef FLAG
	};
	bool numbered = mmx_has_enum(l, E_SLAB_RED_ZONE);

	f->known = true;
	for (unsigned int i = 0; i < MMX_SLAB_FLAG_COUNT; i++) {
		if (!numbered)
			f->mask[i] = flags[i].old;
		else if (mmx_has_enum(l, flags[i].bit) && mmx_enum(l, flags[i].bit) < 32)
			f->mask[i] = 1u << mmx_enum(l, flags[i].bit);
		else
			f->mask[i] = 0;
	}
}
