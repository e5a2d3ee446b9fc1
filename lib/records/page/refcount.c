// SPDX-License-Identifier: GPL-2.0-or-later
/* What the reference count is made of. */
#include "mm/frames/refcount.h"
#include "mm/rmap/rmap.h"
#include "records/page/page.h"

static bool has_references(struct mmx_rows *r)
{
	return mmx_page_of(r)->counted;
}

static const void *next_references(struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);

	if (r->nth)
		return NULL;
	mmx_refcount_of(r->state, &p->walk, p->verdict.class);
	return r->state;
}

static void take(const struct mmx_rows *r, struct mmx_value *v, enum mmx_read read, int64_t count)
{
	v->count = count;
	v->told = mmx_page_of(r)->walk.folio.bad;
	mmx_value_absent(v, read);
}

/* A part of the count, and how that stands which it rests on. */
#define PART(part, rests_on)                                            \
	static void get_##part(struct mmx_rows *r, struct mmx_value *v) \
	{                                                               \
		const struct mmx_refcount *refs = r->row;               \
                                                                        \
		take(r, v, refs->rests_on, refs->part);                 \
	}
PART(refcount, read)
PART(mappings, mapped)
PART(page_cache, read)
PART(swap_cache, read)
PART(private_data, read)
PART(pins, read)
PART(owner, read)
PART(remainder, mapped)
#undef PART

/* The folio's mappings as page tables have them: the count of references holds one for each. */
static void mappings_found(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_pages *p = mmx_page_of(r);
	struct mmx_rmap_page page;
	struct mmx_rmap rmap = {0};

	mmx_rmap_folio_of(&page, &p->walk, mmx_class_rows[p->verdict.class].has_mapping);
	if (page.kind == MMX_RMAP_NONE || page.kind == MMX_RMAP_MOVABLE)
		mmx_value_none(v);
	else if (mmx_rmap_find(&rmap, r->view, &page, false, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
	else if (!mmx_cover_whole(&rmap.coverage))
		mmx_value_unknown(
			v, memcpy(&v->scratch->err, &rmap.coverage.first, sizeof(v->scratch->err)));
	else
		v->count = (int64_t)rmap.counted;
	mmx_rmap_free(&rmap);
}

static void surprise(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_refcount *refs = r->row;
	struct mmx_err *err = &v->scratch->err;

	v->err = err;
	if (refs->mapped) {
		mmx_fail(err, mmx_read_code(refs->mapped),
			 "without all of its struct pages its mappings cannot be counted");
		if (mmx_page_of(r)->walk.folio.bad)
			err->code = MMX_OK; /* that is told with the folio */
		mmx_value_unknown(v, err);
	} else if (refs->remainder > 0) {
		mmx_fail(
			err, MMX_OK,
			"more references than mappings, caches and pins explain: somebody holds it for a "
			"while (a batch of the LRU, I/O, migration, a pipe, a packet on its way), or has leaked it");
	} else if (refs->remainder < 0) {
		mmx_fail(
			err, MMX_ECORRUPT,
			"fewer references than its users should hold: a reference was dropped twice");
	} else {
		mmx_value_none(v);
	}
}

static const struct mmx_field fields[] = {
	{"refcount", MMX_NUMBER, "the folio's, as it stands", .may = MMX_OR_ABSENT,
	 .get = get_refcount},
	{"mappings", MMX_NUMBER, "one for each entry of user page tables", .may = MMX_OR_ABSENT,
	 .get = get_mappings},
	{"mappings_found", MMX_NUMBER,
	 "entries of page tables that were found to hold any of the folio, which the former should be",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = mappings_found},
	{"page_cache", MMX_NUMBER, "one for each of its pages there", .may = MMX_OR_ABSENT,
	 .get = get_page_cache},
	{"swap_cache", MMX_NUMBER, "one for each of its pages there", .may = MMX_OR_ABSENT,
	 .get = get_swap_cache},
	{"private_data", MMX_NUMBER, "of a file system that keeps data of its own about it",
	 .may = MMX_OR_ABSENT, .get = get_private_data},
	{"pins", MMX_NUMBER, "of whoever pinned it", .may = MMX_OR_ABSENT, .get = get_pins},
	{"owner", MMX_NUMBER,
	 "of the kernel, which holds it for itself: one, or one for each piece of it that was found",
	 .may = MMX_OR_ABSENT, .get = get_owner},
	{"remainder", MMX_NUMBER, "what is left; negative when references are missing",
	 .may = MMX_OR_ABSENT, .get = get_remainder},
	{"surprise", MMX_TROUBLE, "what a remainder other than 0 can mean", .may = MMX_OR_UNKNOWN,
	 .get = surprise},
	{0},
};

static const struct mmx_record references = {
	.name = "references",
	.doc = "the references that the folio is expected to have, and what is left of its count",
	.fields = fields,
	.state_size = sizeof(struct mmx_refcount),
	.has = has_references,
	.next = next_references,
};

const struct mmx_field mmx_page_fields_refcount[] = {
	{"references", MMX_BLOCK, "with `-c`: what the reference count is made of",
	 .title = "references", .may = MMX_OR_NONE, .record = &references},
	{0},
};
