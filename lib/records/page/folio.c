// SPDX-License-Identifier: GPL-2.0-or-later
/* What a page shares with its folio, and its place in there. */
#include "mm/frames/mapcount.h"
#include "mm/frames/page_steps.h"
#include "records/page/page.h"

/* Where the folio's link leads astray, that it is broken tells why the rest is absent. */
static bool is_absent(const struct mmx_pages *p, struct mmx_value *v, enum mmx_read read)
{
	v->told = p->walk.folio.bad;
	return mmx_value_absent(v, read);
}

static void refcount(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->count = mmx_int(p->walk.folio.bytes, mmx_page_format_of(r)->refcount);
	is_absent(p, v, p->walk.folio.read);
}

static void mapcount(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_pages *p = mmx_page_of(r);
	int64_t count = 0;
	enum mmx_read read = mmx_page_mapcount(&p->walk, &count);

	v->count = count;
	is_absent(p, v, read);
}

static void mapcount_is(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_pages *p = mmx_page_of(r);
	enum mmx_counted counted;

	v->text = "the average of the folio's pages: this kernel does not count each";
	if (mmx_folio_counted(&p->walk, &counted) || counted != MMX_COUNTED_FOLIO)
		mmx_value_none(v);
}

static void head(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->word = p->walk.folio.head;
	if (p->walk.folio.bad)
		is_absent(p, v, p->walk.folio.read);
}

static void order(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->word = p->walk.folio.order;
	if (!is_absent(p, v, p->walk.folio.read) && p->walk.folio.bad)
		mmx_value_null(v);
}

static void broken_folio(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;

	v->err = &v->scratch->err;
	if (p->walk.folio.bad)
		mmx_fail(&v->scratch->err, MMX_ECORRUPT, "%s", p->walk.folio.bad);
	else
		mmx_value_none(v);
}

/*
 * Its mapping.
 */

/* The word, and whether it is a mapping. */
static bool take_mapping(const struct mmx_rows *r, uint64_t *word)
{
	const struct mmx_pages *p = mmx_page_of(r);

	*word = mmx_word(p->walk.folio.bytes, mmx_page_format_of(r)->mapping);
	return mmx_class_rows[p->verdict.class].has_mapping && *word & ~3ULL;
}

static void mapping_kind(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;
	uint64_t word;

	v->word = take_mapping(r, &word) ? word & 3 : 4;
	is_absent(p, v, p->walk.folio.read);
}

static void mapping_pointer(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = r->row;
	uint64_t word;

	if (!take_mapping(r, &word))
		mmx_value_null(v);
	v->word = word & ~3ULL;
	is_absent(p, v, p->walk.folio.read);
}

static void index_in_mapping(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_pages *p = mmx_page_of(r);
	uint64_t word;

	if (!take_mapping(r, &word) || (word & 3) == 3)
		mmx_value_null(v);
	v->word = mmx_step_index(NULL, &p->walk, mmx_plain(p->walk.pfn)).v;
	is_absent(p, v, p->walk.folio.read);
}

static const char *const kinds[] = {"file", "anon", "movable", "ksm", "none"};

static const struct mmx_field mapping_fields[] = {
	{"kind", MMX_WORD, "what its low bits say that it leads to", .may = MMX_OR_ABSENT,
	 WORD_LIST(kinds), .get = mapping_kind},
	{"pointer", MMX_ADDR, "the word without its low bits", .may = MMX_OR_NULL | MMX_OR_ABSENT,
	 .get = mapping_pointer},
	{0},
};

static const struct mmx_record mapping = {
	.name = "mapping",
	.doc = "its mapping word; absent where the folio's first struct pages are not in the dump",
	.fields = mapping_fields,
};

const struct mmx_field mmx_page_fields_folio[] = {
	{"refcount", MMX_NUMBER, "the folio's reference count", .may = MMX_OR_ABSENT,
	 .get = refcount},
	{"mapcount", MMX_NUMBER,
	 "how many user page-table entries map this page, by this kernel's own rules",
	 .may = MMX_OR_ABSENT, .get = mapcount},
	{"mapcount_is", MMX_TEXT,
	 "only where it is an average, since this kernel does not count each page of a large folio",
	 .may = MMX_OR_NONE, .get = mapcount_is},
	{"head", MMX_PFN, "the folio's first page; the page's own when it is a folio by itself",
	 .may = MMX_OR_ABSENT, .get = head},
	{"order", MMX_COUNT, "the folio's; null when it is out of range",
	 .may = MMX_OR_NULL | MMX_OR_ABSENT, .get = order},
	{"tail", MMX_BOOL, "it is not the folio's first page", AT(struct mmx_pages, walk.tail)},
	{"broken_folio", MMX_TROUBLE, "why its link or order cannot be", .get = broken_folio},
	{"mapping", MMX_BLOCK, "what it is mapped from", .title = "mapping", .record = &mapping},
	{"index", MMX_HEX, "the page's own, in pages; null where a page of this class has none",
	 .may = MMX_OR_NULL | MMX_OR_ABSENT, .get = index_in_mapping},
	{0},
};
