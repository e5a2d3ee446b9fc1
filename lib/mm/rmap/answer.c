// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/files/mapping.h"
#include "mm/frames/mapcount.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "mm/rmap/answer.h"

/* What an answer is worked out from. */
struct work {
	struct mmx_rmap_answer *a;
	struct mmx_page_walk *w;
	const struct mmx_rmap_source *source;
	enum mmx_class class;
	bool has_mapping;
	struct mmx_err *err;
};

/*
 * Whether its mapping word is one. Pages that a driver maps may have that of the file that they are mapped
 * through, as perf's rings had up to 6.13: then it is an address_space. Of memory of a device it is one while
 * the page is mapped.
 */
static bool has_mapping(const struct work *k)
{
	const struct mmx_class_row *row = &mmx_class_rows[k->class];
	uint64_t word = mmx_word(k->w->folio.bytes, mmx_walk_format(k->w)->mapping);
	struct mmx_mapping m;
	struct mmx_err err;
	bool mapped;

	if (row->has_mapping || k->w->folio.read)
		return row->has_mapping;
	if (k->class == CLASS_DEVICE)
		return !mmx_folio_mapped(k->w, &mapped) && mapped;
	return row->held & MMX_HELD_USERS && !row->arms[0].members && word && !(word & 3) &&
	       !mmx_mapping_read(&m, k->w->view, word, &err);
}

static enum mmx_read kernels_count(struct work *k)
{
	struct mmx_rmap_answer *a = k->a;
	enum mmx_counted counted;
	enum mmx_read read = mmx_page_mapcount(k->w, &a->mapcount);

	if (!read)
		read = mmx_folio_counted(k->w, &counted);
	if (read)
		return read;
	a->of_folio = k->w->folio.large && counted == MMX_COUNTED_FOLIO;
	a->kernel = a->mapcount;
	return a->of_folio ? mmx_folio_mapcount(k->w, &a->kernel) : MMX_READ_OK;
}

/* All entries of the folio, where its pages are not counted. */
static int count_folio(struct work *k, bool whole)
{
	struct mmx_rmap_page page;
	struct mmx_rmap rmap = {0};
	int ret;

	mmx_rmap_folio_of(&page, k->w, k->has_mapping);
	ret = mmx_rmap_find(&rmap, k->w->view, &page, whole, k->err);
	k->a->found = (int64_t)rmap.counted;
	mmx_rmap_free(&rmap);
	return ret;
}

static int search(struct work *k, bool whole)
{
	struct mmx_rmap_answer *a = k->a;

	if (mmx_rmap_find(&a->rmap, k->w->view, &a->page, whole, k->err))
		return -1;
	a->found = (int64_t)a->rmap.counted;
	return a->of_folio ? count_folio(k, whole) : 0;
}

static bool agrees(const struct work *k)
{
	return !k->a->read && k->a->found == k->a->kernel;
}

/* A tree that is in order hides nothing: then a second walk costs more than it could find. */
static int search_tables(struct work *k)
{
	struct mmx_rmap_answer *a = k->a;
	const struct mmx_survey *survey;
	uint64_t before = a->rmap.counted;

	if (!k->source)
		return 0;
	survey = k->source->survey(k->source->arg, &a->page, k->err);
	if (!survey || mmx_survey_add(survey, &a->rmap, k->w->view, &a->page, k->err))
		return -1;
	if (survey->uncertain)
		mmx_cover_inherit(&a->coverage, &survey->coverage);
	a->found += (int64_t)(a->rmap.counted - before);
	return 0;
}

/*
 * Words.
 */

static void say(struct mmx_rmap_answer *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct mmx_rmap_answer *a, const char *fmt, ...)
{
	size_t n = strlen(a->explained);
	va_list args;

	va_start(args, fmt);
	if (n + 3 < sizeof(a->explained)) {
		n += (size_t)snprintf(a->explained + n, sizeof(a->explained) - n, n ? "; " : "");
		vsnprintf(a->explained + n, sizeof(a->explained) - n, fmt, args);
	}
	va_end(args);
}

static uint64_t of_kind(const struct mmx_rmap *rmap, enum mmx_user_kind kind)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rmap->n; i++)
		n += rmap->v[i].entry.kind == kind;
	return n;
}

static uint64_t by_way(const struct mmx_rmap *rmap, enum mmx_rmap_way way)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rmap->n; i++)
		n += rmap->v[i].way == way;
	return n;
}

static uint64_t outside(const struct mmx_rmap *rmap)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rmap->n; i++)
		n += rmap->v[i].outside;
	return n;
}

static uint64_t again(const struct mmx_rmap *rmap)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rmap->n; i++)
		n += rmap->v[i].again;
	return n;
}

/* What is to be known of entries, whether they come to the count or not. */
static void say_of_entries(struct mmx_rmap_answer *a, bool held)
{
	uint64_t waiting = of_kind(&a->rmap, MMX_USER_MIGRATION),
		 mapped =
			 of_kind(&a->rmap, MMX_USER_MAPPED) + of_kind(&a->rmap, MMX_USER_NO_ACCESS),
		 counted = 0, hidden = by_way(&a->rmap, MMX_RMAP_HIDDEN);
	bool zero = false;

	for (size_t i = 0; i < a->rmap.n; i++) {
		counted += a->rmap.v[i].counted;
		zero |= a->rmap.v[i].entry.zero;
	}
	if (waiting)
		say(a, "under migration: %" PRIu64 " %s for it and %s not counted", waiting,
		    waiting == 1 ? "entry waits" : "entries wait", waiting == 1 ? "is" : "are");
	if (zero)
		say(a, "it is the page of zeros, whose entries nobody counts");
	else if (mapped > counted)
		say(a, "%" PRIu64 " %s it as it is, a special mapping that is not counted",
		    mapped - counted, mapped - counted == 1 ? "entry maps" : "entries map");
	if (again(&a->rmap))
		say(a,
		    "%" PRIu64 " of the mappings %s through page tables that are shared, and "
		    "counted once",
		    again(&a->rmap), again(&a->rmap) == 1 ? "is" : "are");
	if (hidden)
		say(a,
		    "%" PRIu64 " %s in a part of the tree that a search passes over: a "
		    "subtree_last is wrong",
		    hidden, hidden == 1 ? "is" : "are");
	if (a->page.kind == MMX_RMAP_NONE && counted && held)
		say(a, "the page has no mapping, so no tree leads to it: a driver or the kernel "
		       "itself mapped it");
}

/* Why the count is another; nothing where that is not known. */
static void say_of_difference(struct work *k)
{
	struct mmx_rmap_answer *a = k->a;

	if (!mmx_class_counts_mappings(k->class) && !a->found)
		say(a, "that word is no count on such a page");
	else if (a->found > a->kernel && k->class == CLASS_PAGE_POOL)
		say(a, "its word for a count holds its type, so the kernel has none");
	else if (a->found < a->kernel && (a->coverage.absent || a->coverage.broken))
		say(a, "there may be more, where not all could be walked: %s",
		    a->coverage.first.text);
}

/* Nobody has it, so nobody may map it. */
static bool is_held(const struct work *k)
{
	return !k->w->folio.read && mmx_class_counts_mappings(k->class) &&
	       mmx_int(k->w->folio.bytes, mmx_walk_format(k->w)->refcount);
}

static void explain(struct work *k)
{
	uint64_t lost = 0, strange = outside(&k->a->rmap);

	for (size_t i = 0; i < k->a->rmap.n; i++) {
		k->a->wrong += k->a->rmap.v[i].wrong;
		lost += k->a->rmap.v[i].wrong && k->a->rmap.v[i].way == MMX_RMAP_BY_TABLES;
	}
	if (!k->a->read && !k->a->agree)
		say_of_difference(k);
	say_of_entries(k->a, is_held(k));
	if (k->a->agree && lost)
		say(k->a, "no tree leads to %" PRIu64 " of them, and one should", lost);
	if (strange)
		say(k->a,
		    "%" PRIu64 " of them in a VMA that the process's maple tree does not have",
		    strange);
}

/*
 * Who.
 */

static int count_users(struct mmx_rmap_answer *a, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	struct mmx_seen pids = {0};
	uint64_t mm = 0;
	int is_new = 0;

	for (size_t i = 0; is_new >= 0 && i < a->rmap.n; i++) {
		const struct mmx_mm_user *users;
		size_t n;

		if (!a->rmap.v[i].counted || a->rmap.v[i].mm == mm)
			continue;
		mm = a->rmap.v[i].mm;
		a->spaces++;
		users = mmx_mm_users(tasks, mm, &n);
		for (size_t u = 0; is_new >= 0 && u < n; u++)
			is_new = mmx_seen_add(&pids, (uint32_t)users[u].tgid);
	}
	a->processes = pids.n;
	mmx_seen_free(&pids);
	return is_new < 0 ? mmx_fail_nomem(err) : 0;
}

static int work_out(struct work *k)
{
	struct mmx_rmap_answer *a = k->a;

	if (search(k, false))
		return -1;
	if (a->page.kind != MMX_RMAP_NONE && !a->read && !agrees(k) && search(k, true))
		return -1;
	if ((a->page.kind == MMX_RMAP_NONE || !agrees(k) || (k->source && k->source->always)) &&
	    search_tables(k))
		return -1;
	mmx_cover_inherit(&a->coverage, &a->rmap.coverage);
	a->agree = agrees(k);
	mmx_rmap_sort(&a->rmap);
	explain(k);
	return count_users(a, k->w->view, k->err);
}

int mmx_rmap_answer(struct mmx_rmap_answer *a, struct mmx_page_walk *w, enum mmx_class class,
		    const struct mmx_rmap_source *source, struct mmx_err *err)
{
	struct work k = {.a = a, .w = w, .source = source, .class = class, .err = err};

	memset(a, 0, sizeof(*a));
	k.has_mapping = has_mapping(&k);
	mmx_rmap_page_of(&a->page, w, k.has_mapping);
	a->read = kernels_count(&k);
	if (work_out(&k)) {
		mmx_rmap_answer_free(a);
		return -1;
	}
	return mmx_stopped(w->view->kernel->image) ? mmx_fail(err, MMX_EIO, "stopped") : 0;
}

void mmx_rmap_answer_free(struct mmx_rmap_answer *a)
{
	mmx_rmap_free(&a->rmap);
}
