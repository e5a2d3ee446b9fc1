// SPDX-License-Identifier: GPL-2.0-or-later
/* Anonymous memory. */
#include "mm/frames/mapcount.h"
#include "mm/rmap/anon.h"
#include "records/page/page.h"

#define PMD_SHIFT 21 /* of what a transparent huge page is one entry of */

/* @unread: why there is nothing in @anon; code 0 when there is, and when there is no anon_vma either */
struct anon {
	struct mmx_anon anon;
	struct mmx_err unread;
};

static bool has_anon(struct mmx_rows *r)
{
	return mmx_page_user_of(r) == MMX_PAGE_ANON;
}

/*
 * The mapping word of a page that nothing maps any more stays as it is until the page is freed, as in a
 * batch of the LRU, and its anon_vma may be gone by then: what lies there now says nothing of the page.
 */
static void excuse_what_may_be_gone(struct mmx_rows *r, struct mmx_err *why)
{
	int64_t mappings;

	if (why->code != MMX_ECORRUPT || mmx_folio_mapcount(&mmx_page_of(r)->walk, &mappings) ||
	    mappings)
		return;
	mmx_fail_prefix(why, "nothing maps the page any more, so its anon_vma may be gone");
	why->code = MMX_ENOTFOUND;
}

static const void *next_anon(struct mmx_rows *r)
{
	struct anon *anon = r->state;
	uint64_t addr = mmx_page_mapping_of(r);

	if (r->nth)
		return NULL;
	if (addr && mmx_anon_read(&anon->anon, r->view, addr, &anon->unread)) {
		anon->anon = (struct mmx_anon){0};
		excuse_what_may_be_gone(r, &anon->unread);
	}
	return anon;
}

enum { ONE_PAGE, THP, LARGE, HUGETLB };

static void size(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_folio *folio = &mmx_page_of(r)->walk.folio;

	if (folio->hugetlb)
		v->word = HUGETLB;
	else if (!folio->large)
		v->word = ONE_PAGE;
	else
		v->word =
			folio->order + r->view->kernel->arch->page_shift == PMD_SHIFT ? THP : LARGE;
}

/* A folio that one entry maps as a whole has the flag on its first page, for all of it. */
static void exclusive(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_page_format *f = mmx_page_format_of(r);
	const struct mmx_layout *l = &r->view->kernel->layout;
	const struct mmx_page_walk *w = &mmx_page_of(r)->walk;
	unsigned int bit;

	if (!mmx_has_enum(l, E_PG_anon_exclusive)) {
		mmx_value_null(v);
		return;
	}
	bit = mmx_enum(l, E_PG_anon_exclusive);
	v->truth = mmx_bit(mmx_word(w->bytes, f->flags), bit) ||
		   (w->folio.large && mmx_int(w->folio.bytes, f->entire_mapcount) >= 0 &&
		    mmx_bit(w->folio.flags, bit));
}

static void anon_vma(struct mmx_rows *r, struct mmx_value *v)
{
	const struct anon *anon = r->row;

	v->word = anon->anon.addr;
	if (!mmx_page_mapping_of(r))
		mmx_value_null(v);
	else if (anon->unread.code)
		mmx_value_unknown(v, &anon->unread);
}

/* Whether there is an anon_vma that was read. */
static bool is_read(const struct mmx_rows *r)
{
	const struct anon *anon = r->row;

	return mmx_page_mapping_of(r) && !anon->unread.code;
}

static void root(struct mmx_rows *r, struct mmx_value *v)
{
	const struct anon *anon = r->row;

	v->word = anon->anon.root;
	if (!is_read(r))
		mmx_value_none(v);
}

static void parent(struct mmx_rows *r, struct mmx_value *v)
{
	const struct anon *anon = r->row;

	v->word = anon->anon.parent;
	if (!is_read(r))
		mmx_value_none(v);
}

static void areas(struct mmx_rows *r, struct mmx_value *v)
{
	const struct anon *anon = r->row;

	v->word = anon->anon.coverage.found;
	if (!is_read(r))
		mmx_value_none(v);
	else if (!mmx_cover_whole(&anon->anon.coverage))
		mmx_value_null(v);
}

static const char *const sizes[] = {
	[ONE_PAGE] = "one page",
	[THP] = "transparent huge page",
	[LARGE] = "large folio",
	[HUGETLB] = "huge page of hugetlb",
};

static const struct mmx_field fields[] = {
	{"size", MMX_WORD, "of the folio", WORD_LIST(sizes), .get = size},
	{"exclusive", MMX_BOOL,
	 "one process alone has it; null where the kernel does not keep that", .may = MMX_OR_NULL,
	 .get = exclusive},
	{"anon_vma", MMX_ADDR, "its anon_vma; null when it has none, or none that can be read",
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN, .get = anon_vma},
	{"root", MMX_ADDR, "the anon_vma whose lock it has", .may = MMX_OR_NONE, .get = root},
	{"parent", MMX_ADDR, "the anon_vma that it was forked off", .may = MMX_OR_NONE,
	 .get = parent},
	{"areas", MMX_COUNT,
	 "areas that its pages may be mapped in; null when their tree is broken",
	 .may = MMX_OR_NONE | MMX_OR_NULL, .get = areas},
	{"broken", MMX_TROUBLE, "what is wrong with that tree", AT(struct anon, anon.coverage)},
	{0},
};

static const struct mmx_record anon = {
	.name = "anon",
	.doc = "what it is as anonymous memory",
	.fields = fields,
	.state_size = sizeof(struct anon),
	.has = has_anon,
	.next = next_anon,
};

const struct mmx_field mmx_page_fields_anon[] = {
	{"anon", MMX_BLOCK, "of class anon, and of hugetlb and hwpoison that are or were it",
	 .title = "anonymous", .may = MMX_OR_NONE, .record = &anon},
	{0},
};
