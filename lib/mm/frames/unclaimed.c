// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/frames/mapcount.h"
#include "mm/frames/unclaimed.h"
#include "mm/mem.h"

const char *mmx_unclaimed_brief(enum mmx_unclaimed_kind kind)
{
	static const char *const brief[] = {
#define KIND(id, text, words) [MMX_UNCLAIMED_##id] = text,
		MMX_UNCLAIMED_KINDS(KIND)
#undef KIND
	};

	return brief[kind];
}

const char *mmx_unclaimed_words(enum mmx_unclaimed_kind kind)
{
	static const char *const words[] = {
#define KIND(id, brief, text) [MMX_UNCLAIMED_##id] = text,
		MMX_UNCLAIMED_KINDS(KIND)
#undef KIND
	};

	return words[kind];
}

enum mmx_unclaimed_kind mmx_unclaimed_kind(struct mmx_page_walk *w)
{
	int64_t mappings;

	if (!mmx_page_mapcount(w, &mappings) && mappings > 0)
		return MMX_UNCLAIMED_MAPPED;
	if (w->folio.large)
		return MMX_UNCLAIMED_COMPOUND;
	return mmx_int(w->folio.bytes, mmx_walk_format(w)->refcount) > 0 ? MMX_UNCLAIMED_HELD
									 : MMX_UNCLAIMED_UNCOUNTED;
}
