// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "mm/frames/mapcount.h"
#include "mm/frames/page_steps.h"
#include "mm/frames/page_walk.h"
#include "mm/frames/refcount.h"

/* In _nr_pages_mapped: an entry maps the folio as a whole. */
#define ENTIRELY_MAPPED 0x800000u

static struct mmx_term int_of(const struct mmx_page_told *t, struct mmx_term page,
			      const unsigned char *bytes, enum mmx_layout_member id)
{
	return mmx_step_signed(t->s, mmx_told_word(t, page, bytes, id), 4);
}

static struct mmx_term signed_given(struct mmx_steps *s, int64_t v, const char *what,
				    const char *source)
{
	const struct mmx_term term = {.v = (uint64_t)v, .is_signed = true};

	return mmx_step_given_term(s, term, what, "%s", source);
}

/*
 * Page types: the word is a type below a bound that depends on the kernel, and a mapcount from there on.
 */

static void tell_type(const struct mmx_page_told *t, struct mmx_term word, enum mmx_page_type type)
{
	const struct mmx_page_types *types = &t->f->types;
	struct mmx_term code, raw;

	code = mmx_step_given(t->s, types->code[type], mmx_page_type_name(type),
			      "code of a page type");
	raw = mmx_step_calc(t->s, "its 32 bits", word, MMX_OP_AND, mmx_plain(UINT32_MAX));
	if (types->scheme == MMX_TYPES_BYTE)
		raw = mmx_step_calc(t->s, "its top byte", raw, MMX_OP_RIGHT, mmx_plain(24));
	else
		raw = mmx_step_calc(t->s, "bits of the type that are set", raw, MMX_OP_AND, code);
	mmx_step_check(t->s, "the type", raw, MMX_OP_EQUAL,
		       types->scheme == MMX_TYPES_BYTE ? code : mmx_plain(0));
}

/* Returns whether the word of a page is a mapcount. */
static bool tell_word(const struct mmx_page_told *t, struct mmx_term word, enum mmx_page_type type)
{
	struct mmx_term below =
		signed_given(t->s, t->f->types.below, "types are below",
			     t->f->types.scheme == MMX_TYPES_BYTE ? "enum pagetype" : "page types");

	if (mmx_step_test(t->s, "it is a type", word, MMX_OP_BELOW, below)) {
		if (type != MMX_PAGE_UNKNOWN && type != MMX_PAGE_NONE)
			tell_type(t, word, type);
		return false;
	}
	return true;
}

/*
 * Mapcounts.
 */

static struct mmx_term unbiased(const struct mmx_page_told *t, enum mmx_layout_member id,
				const char *what)
{
	struct mmx_term word = int_of(t, t->head, t->w->folio.bytes, id);

	return mmx_step_calc(t->s, what, word, MMX_OP_PLUS, mmx_plain(1));
}

static void tell_nr_pages_mapped(const struct mmx_page_told *t, enum mmx_counted counted)
{
	struct mmx_term word, entirely;

	if (!mmx_has(&t->k->layout, M_folio_nr_pages_mapped))
		return;
	word = int_of(t, t->head, t->w->folio.bytes, M_folio_nr_pages_mapped);
	if (counted == MMX_COUNTED_FOLIO) {
		mmx_step_says(t->s, word, "not kept by this kernel");
		return;
	}
	entirely = mmx_step_calc(t->s, "ENTIRELY_MAPPED", word, MMX_OP_AND,
				 mmx_plain(ENTIRELY_MAPPED));
	mmx_step_says(t->s, entirely, "%s",
		      entirely.v ? "an entry maps the whole folio" : "none maps the whole folio");
	entirely = mmx_step_calc(t->s, "pages with entries of their own", word, MMX_OP_AND,
				 mmx_plain(ENTIRELY_MAPPED - 1));
}

/* Without counts of pages: entries for the whole for each page, others by their share, rounded; what is mapped counts 1. */
static struct mmx_term tell_average(const struct mmx_page_told *t, struct mmx_term entire)
{
	struct mmx_term large = unbiased(t, M_folio_large_mapcount, "mappings of the folio"), order,
			shared;

	order = mmx_step_given(t->s, t->w->folio.order, "order", "its folio");
	shared = mmx_step_calc(t->s, "for parts of it", large, MMX_OP_MINUS, entire);
	shared = mmx_step_calc(
		t->s, "rounded up at half", shared, MMX_OP_PLUS,
		mmx_step_given(t->s, 1ULL << t->w->folio.order >> 1, "half its pages", "order"));
	shared = mmx_step_calc(t->s, "a page's share", shared, MMX_OP_RIGHT, order);
	shared = mmx_step_calc(t->s, "and the whole ones", shared, MMX_OP_PLUS, entire);
	return mmx_step_calc(t->s, "mapcount", shared, MMX_OP_MOST, mmx_plain(1));
}

static struct mmx_term tell_large(const struct mmx_page_told *t, struct mmx_term own,
				  enum mmx_counted counted)
{
	struct mmx_term entire =
		unbiased(t, M_folio_entire_mapcount, "entries for the whole folio");
	bool doubled =
		mmx_bit(mmx_word(t->w->folio.bytes, t->f->size + t->f->flags), t->f->double_map);

	tell_nr_pages_mapped(t, counted);
	if (counted == MMX_COUNTED_FOLIO)
		return tell_average(t, entire);
	/* 6.1 counts those of files in each page as well, and of anonymous ones in double-map state too often. */
	if (t->f->mapped == MMX_MAPPED_PAGES && !mmx_folio_anon(t->w) && !t->w->folio.hugetlb)
		return own;
	if (t->f->mapped != MMX_MAPPED_PAGES || !doubled)
		return mmx_step_calc(t->s, "mapcount", own, MMX_OP_PLUS, entire);
	own = mmx_step_calc(t->s, "with the whole ones", own, MMX_OP_PLUS, entire);
	return mmx_step_calc(t->s, "mapcount", own, MMX_OP_MINUS,
			     mmx_step_given(t->s, 1, "PG_double_map", "flag of the second page"));
}

static void tell_mapcount(const struct mmx_page_told *t)
{
	struct mmx_term word = int_of(t, t->page, t->w->bytes, M_page_mapcount), own;
	enum mmx_counted counted;
	int64_t count;

	own = tell_word(t, word, t->w->type)
		      ? mmx_step_calc(t->s, "entries for the page", word, MMX_OP_PLUS, mmx_plain(1))
		      : mmx_step_given(t->s, 0, "entries for the page", "a type is no count");
	if (mmx_folio_counted(t->w, &counted) || mmx_page_mapcount(t->w, &count))
		return;
	if (t->w->folio.large)
		own = tell_large(t, own, counted);
	own.is_signed = true;
	mmx_step_check(t->s, "mapcount as told", own, MMX_OP_EQUAL,
		       (struct mmx_term){.v = (uint64_t)count, .is_signed = true});
}

/*
 * References.
 */

static void tell_refcount(const struct mmx_page_told *t)
{
	struct mmx_refcount refs;
	struct mmx_term left;

	mmx_refcount_of(&refs, t->w, t->verdict->class);
	left = int_of(t, t->head, t->w->folio.bytes, M_page_refcount);
	if (refs.read || refs.mapped)
		return;
	const struct {
		int64_t n;
		const char *what, *source;
	} parts[] = {
		{refs.mappings, "mappings", "a reference each"},
		{refs.page_cache, "page cache", "one for each page in it"},
		{refs.swap_cache, "swap cache", "one for each page"},
		{refs.private_data, "private data", "of the file system"},
		{refs.owner, "owner", "who has such pages"},
		{refs.pins, "pins", "what is left, by 1024, or _pincount"},
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (parts[i].n)
			left = mmx_step_calc(
				t->s, "references left", left, MMX_OP_MINUS,
				signed_given(t->s, parts[i].n, parts[i].what, parts[i].source));
	}
	mmx_step_check(t->s, "as -c has it", left, MMX_OP_EQUAL,
		       (struct mmx_term){.v = (uint64_t)refs.remainder, .is_signed = true});
}

void mmx_told_counts(struct mmx_page_told *t)
{
	if (t->w->folio.read)
		return;
	tell_mapcount(t);
	tell_refcount(t);
}

/*
 * All of it.
 */

struct mmx_term mmx_told_word(const struct mmx_page_told *t, struct mmx_term page,
			      const unsigned char *bytes, enum mmx_layout_member id)
{
	return mmx_step_member_as_read(t->s, t->k, page, id,
				       mmx_plain(mmx_get(&t->k->layout, id, bytes)));
}

void mmx_page_steps(struct mmx_steps *s, struct mmx_page_walk *w, struct mmx_term pfn,
		    const struct mmx_verdict *verdict)
{
	struct mmx_page_told t = {
		.s = s,
		.w = w,
		.k = w->view->kernel,
		.f = mmx_walk_format(w),
		.verdict = verdict,
		.pfn = pfn,
	};

	mmx_told_place(&t);
	if (w->read)
		return;
	mmx_told_flags(&t);
	if (t.flags.v == ~0ULL)
		return;
	mmx_told_folio(&t);
	mmx_told_mapping(&t);
	mmx_told_counts(&t);
}
