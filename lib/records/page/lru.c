// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a page is on the LRU. */
#include <stdio.h>

#include "mm/lru/lru_where.h"
#include "mm/owners/memcg.h"
#include "records/page/page.h"

/* @unread: why the memory cgroup is not known, when there is one */
struct page_lru {
	struct mmx_lru_where where;
	struct mmx_memcg memcg;
	struct mmx_err unread;
};

/* Memory that reclaim works on; and whatever else says by its flags that it is on the LRU. */
static bool has_lru(struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);
	const struct mmx_folio *folio = &p->walk.folio;

	if (folio->read || folio->hugetlb)
		return false;
	switch (p->verdict.class) {
	case CLASS_ANON:
	case CLASS_KSM:
	case CLASS_FILE:
	case CLASS_SHMEM:
	case CLASS_SWAP_CACHE:
		return true;
	case CLASS_HWPOISON:
	case CLASS_UNATTRIBUTED:
		return mmx_bit(folio->flags, mmx_page_format_of(r)->lru);
	default:
		return false;
	}
}

static const void *next_lru(struct mmx_rows *r)
{
	struct page_lru *lru = r->state;

	if (r->nth)
		return NULL;
	lru->unread = (struct mmx_err){0};
	mmx_lru_where(&mmx_page_of(r)->walk, &lru->where);
	if (lru->where.memcg)
		mmx_memcg_read(&lru->memcg, r->view, lru->where.memcg, &lru->unread);
	return lru;
}

static const struct mmx_lru_where *where_of(const struct mmx_rows *r)
{
	const struct page_lru *lru = r->row;

	return &lru->where;
}

static const char *const states[] = {
	[MMX_LRU_LISTED] = "listed",
	[MMX_LRU_IS_UNEVICTABLE] = "unevictable",
	[MMX_LRU_WAITS] = "waits",
	[MMX_LRU_OFF] = "off",
};

static void state(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_where *where = where_of(r);

	v->word = where->state;
}

static void list(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_where *where = where_of(r);

	v->text = v->scratch->text;
	if (where->state != MMX_LRU_LISTED)
		mmx_value_none(v);
	else if (where->lruvec_why.code)
		mmx_value_unknown(v, &where->lruvec_why);
	else
		mmx_lru_list_name(mmx_know_lruvecs(r->view), r->view->kernel, &where->lruvec,
				  where->list, v->scratch->text);
}

static void list_is(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_where *where = where_of(r);

	v->text = "what its flags say: the list's head was not found among the pages around it";
	if (where->state != MMX_LRU_LISTED || where->lruvec_why.code || where->seen)
		mmx_value_none(v);
}

static void node(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_where *where = where_of(r);

	v->word = where->lruvec.node;
	if (where->lruvec_why.code)
		mmx_value_none(v);
}

static void memcg(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page_lru *lru = r->row;

	v->text = lru->memcg.path;
	if (lru->where.lruvec_why.code || !lru->where.memcg)
		mmx_value_none(v);
	else if (lru->unread.code)
		mmx_value_unknown(v, &lru->unread);
}

/* It can be in several: one that mlock() has, and another. */
static void batch(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_batches *batches = mmx_know_lru_batches(r->view);
	uint64_t pfn = mmx_page_of(r)->walk.folio.head;
	const struct mmx_lru_batched *in = mmx_lru_batched(batches, pfn);
	size_t at = 0, size = sizeof(v->scratch->text);

	if (!in)
		mmx_value_none(v);
	v->text = v->scratch->text;
	for (; in && in < batches->v + batches->n && in->pfn == pfn && at < size; in++)
		at += snprintf(v->scratch->text + at, size - at, "%s%s of CPU %u: %s",
			       at ? "; " : "", mmx_lru_batch_name(in->kind), in->cpu,
			       mmx_lru_batch_words(in->kind));
}

/* Without all batches, that it is in none cannot be said. */
static void off_is(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_batches *batches = mmx_know_lru_batches(r->view);
	const struct mmx_lru_where *where = where_of(r);

	v->text =
		"on no list and in no batch: taken off to be reclaimed or migrated, or never put there";
	if (where->state != MMX_LRU_OFF)
		mmx_value_none(v);
	else if (!mmx_cover_whole(&batches->coverage))
		mmx_value_unknown(v, &batches->coverage.first);
}

static void neighbour(const struct mmx_lru_where *where, struct mmx_value *v, uint64_t pfn)
{
	v->word = pfn;
	if (where->state != MMX_LRU_LISTED || where->lruvec_why.code)
		mmx_value_none(v);
	else if (pfn == UINT64_MAX)
		mmx_value_null(v);
}

static void before(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_where *where = where_of(r);

	neighbour(where, v, where->before);
}

static void behind(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_where *where = where_of(r);

	neighbour(where, v, where->behind);
}

static void misplaced(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_lru_where *where = where_of(r);

	v->err = &where->wrong;
	if (!where->wrong.code)
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"state", MMX_WORD,
	 "on a list; unevictable, so on none; waiting in a CPU's batch to be added; or off the LRU",
	 WORD_LIST(states), .get = state},
	{"off", MMX_TEXT, "of one that is off the LRU, in words",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = off_is},
	{"list", MMX_TEXT, "which list it is on", .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = list},
	{"list_is", MMX_TEXT, "only where its list was not seen, but follows from its flags",
	 .may = MMX_OR_NONE, .get = list_is},
	{"node", MMX_COUNT, "whose lists those are", .may = MMX_OR_NONE, .get = node},
	{"memcg", MMX_TEXT, "the memory cgroup whose lists those are, where they have them",
	 .may = MMX_OR_NONE | MMX_OR_UNKNOWN, .get = memcg},
	{"batch", MMX_TEXT, "which CPU's batches it is in, and what for", .may = MMX_OR_NONE,
	 .get = batch},
	{"before", MMX_PFN, "the folio before it on its list; null where it is the first",
	 .may = MMX_OR_NONE | MMX_OR_NULL, .get = before},
	{"behind", MMX_PFN,
	 "the folio behind it, which is reclaimed before it; null where it is the last",
	 .may = MMX_OR_NONE | MMX_OR_NULL, .get = behind},
	{"misplaced", MMX_TROUBLE, "its list is not one that it can be on", .get = misplaced},
	{0},
};

static const struct mmx_record lru = {
	.name = "page_lru",
	.doc = "where the folio is on the LRU, by which pages are reclaimed",
	.fields = fields,
	.state_size = sizeof(struct page_lru),
	.has = has_lru,
	.next = next_lru,
};

const struct mmx_field mmx_page_fields_lru[] = {
	{"lru", MMX_BLOCK, "of memory of processes and of files", .title = "LRU",
	 .may = MMX_OR_NONE, .record = &lru},
	{0},
};
