// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/kernel.h"
#include "mm/flagnames.h"

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
	enum state state;
} aliases[] = {
	{"active", "has_hwpoisoned", SECOND_PAGE},
	{"active", "hugetlb", SECOND_PAGE},
	{"error", "has_hwpoisoned", SECOND_PAGE},
	{"workingset", "large_rmappable", SECOND_PAGE},
	{"workingset", "double_map", SECOND_PAGE},
	{"reclaim", "partially_mapped", SECOND_PAGE},
	{"owner_priv_1", "swapcache", SWAP_BACKED},
	{"owner_priv_1", "checked", NOT_SWAP_BACKED},
	{"mappedtodisk", "anon_exclusive", ANON_PAGE},
	{"owner_2", "anon_exclusive", ANON_PAGE},
	{"reclaim", "reclaim", WRITING},
	{"reclaim", "readahead", NOT_SWAP_BACKED},
	{"uptodate", "reported", FREE_BLOCK},
};

static bool second_page(const struct mmx_page_walk *w)
{
	return w->folio.large && w->pfn == w->folio.head + 1;
}

static bool in_state(const struct mmx_page_walk *w, enum state state)
{
	const struct mmx_kernel *k = w->view->kernel;
	const struct mmx_page_format *f = &k->page_format;

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

struct wanted {
	const char *name;
	int64_t bit;
	bool found;
};

static bool take_bit(void *arg, const char *name, int64_t value)
{
	struct wanted *want = arg;

	want->found =
		value == want->bit && !strncmp(name, "PG_", 3) && !strcmp(name + 3, want->name);
	return !want->found;
}

static bool kernel_has(const struct mmx_kernel *k, const char *name, unsigned int bit)
{
	struct wanted want = {.name = name, .bit = bit};

	mmx_types_each_enumerator(&k->types, "pageflags", take_bit, &want);
	return want.found;
}

static const char *name_of(const struct mmx_page_walk *w, unsigned int bit)
{
	const struct mmx_kernel *k = w->view->kernel;
	const char *usual = k->flags.name[bit];

	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
		if (!strcmp(aliases[i].flag, usual) && in_state(w, aliases[i].state) &&
		    kernel_has(k, aliases[i].name, bit))
			return aliases[i].name;
	}
	return usual;
}

unsigned int mmx_flag_names(const struct mmx_page_walk *w, const char *names[MMX_FLAG_NAMES_MAX])
{
	const struct mmx_kernel *k = w->view->kernel;
	uint64_t word = mmx_word(w->bytes, k->page_format.flags);
	unsigned int n = 0, from = 0;

	if (word == ~0ULL)
		return 0;
	/* The second page's low byte is the folio's order, since that is kept there. */
	if (second_page(w) && !k->page_format.order_is_byte)
		from = 8;
	for (unsigned int bit = from; bit < k->flags.named; bit++) {
		if (word >> bit & 1)
			names[n++] = name_of(w, bit);
	}
	return n;
}
