// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "mm/mem.h"
#include "mm/frames/flagnames.h"

/* What a page is, as far as its flags' names depend on it. */
enum state {
	ANY,
	ANON_PAGE, /* its folio is anonymous */
	SWAP_BACKED,
	NOT_SWAP_BACKED,
	WRITING, /* under writeback */
	FREE_BLOCK,
	SECOND_PAGE, /* the second page of a large folio */
};

/*
 * Other names for a bit, the first that applies wins. The bit is that of the flag whose name every
 * kernel gives it; a name that this kernel's enum lacks at that bit is passed over.
 */
static const struct {
	const char *flag, *name;
	enum mmx_layout_enumerator id; /* of @name */
	enum state state;
} aliases[] = {
#define ALIAS(flag, name, state)                 \
	{                                        \
#flag, #name, E_PG_##name, state \
	}
	ALIAS(active, has_hwpoisoned, SECOND_PAGE),
	ALIAS(active, hugetlb, SECOND_PAGE),
	ALIAS(error, has_hwpoisoned, SECOND_PAGE),
	ALIAS(workingset, large_rmappable, SECOND_PAGE),
	ALIAS(workingset, double_map, SECOND_PAGE),
	ALIAS(reclaim, partially_mapped, SECOND_PAGE),
	ALIAS(owner_priv_1, swapcache, SWAP_BACKED),
	ALIAS(owner_priv_1, checked, NOT_SWAP_BACKED),
	ALIAS(mappedtodisk, anon_exclusive, ANON_PAGE),
	ALIAS(owner_2, anon_exclusive, ANON_PAGE),
	ALIAS(reclaim, reclaim, WRITING),
	ALIAS(reclaim, readahead, NOT_SWAP_BACKED),
	ALIAS(uptodate, reported, FREE_BLOCK),
#undef ALIAS
};

static bool second_page(const struct mmx_page_walk *w)
{
	return w->folio.large && w->pfn == w->folio.head + 1;
}

static bool in_state(const struct mmx_page_walk *w, enum state state)
{
	const struct mmx_kernel *k = w->view->kernel;
	const struct mmx_page_format *f = &mmx_mem(k)->page_format;

	if (w->folio.read && state != ANY && state != FREE_BLOCK)
		return false;
	switch (state) {
	case ANY:
		return true;
	case ANON_PAGE:
		return mmx_folio_anon(w);
	case SWAP_BACKED:
		return mmx_bit(w->folio.flags, f->swapbacked);
	case NOT_SWAP_BACKED:
		return !mmx_bit(w->folio.flags, f->swapbacked);
	case WRITING:
		return mmx_bit(w->folio.flags, f->writeback);
	case FREE_BLOCK:
		return w->type == MMX_PAGE_BUDDY;
	case SECOND_PAGE:
		return second_page(w);
	}
	return false;
}

static const char *name_of(const struct mmx_page_walk *w, unsigned int bit)
{
	const struct mmx_kernel *k = w->view->kernel;
	const char *usual = mmx_mem(k)->flags.name[bit];

	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
		if (!strcmp(aliases[i].flag, usual) && in_state(w, aliases[i].state) &&
		    mmx_has_enum(&k->layout, aliases[i].id) &&
		    mmx_enum(&k->layout, aliases[i].id) == bit)
			return aliases[i].name;
	}
	return usual;
}

unsigned int mmx_flag_names(const struct mmx_page_walk *w, const char *names[MMX_FLAG_NAMES_MAX])
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t word = mmx_word(w->bytes, mmx_mem(k)->page_format.flags);
	unsigned int n = 0, from = 0;

	if (word == ~0ULL)
		return 0;
	/* The second page's low byte is the folio's order, since that is kept there. */
	if (second_page(w) && !mmx_mem(k)->page_format.order_is_byte)
		from = 8;
	for (unsigned int bit = from; bit < mmx_mem(k)->flags.named; bit++) {
		if (word >> bit & 1)
			names[n++] = name_of(w, bit);
	}
	return n;
}
