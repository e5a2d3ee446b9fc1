// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm/frames/mapcount.h"
#include "mm/frames/page_pieces.h"
#include "mm/mem.h"
#include "mm/rmap/answer.h"
#include "mm/rmap/frame_counts.h"

#define PAGES_KEPT 64u /* of one piece */

/* What a thread found in a piece of memory. */
struct piece {
	uint64_t frames, missing, all;
	unsigned int n;
	struct mmx_survey_page page[PAGES_KEPT];
	struct mmx_err first_missing;
	struct mmx_coverage coverage; /* of what KSM's items lead to */
};

int mmx_frame_counts_begin(struct mmx_frame_counts *c, const struct mmx_kernel *k,
			   struct mmx_err *err)
{
	*c = (struct mmx_frame_counts){.pfn = &mmx_mem(k)->sparse.pfn};
	c->n = mmx_ranges_total(c->pfn);
	c->base = calloc(c->pfn->n + 1, sizeof(*c->base));
	/* Memory of frames that nothing maps is never touched. */
	c->key = calloc(c->n + 1, sizeof(*c->key));
	c->count = calloc(c->n + 1, sizeof(*c->count));
	if (!c->base || !c->key || !c->count) {
		mmx_frame_counts_end(c);
		return mmx_fail_nomem(err);
	}
	for (size_t i = 0; i < c->pfn->n; i++)
		c->base[i + 1] = c->base[i] + (c->pfn->v[i].end - c->pfn->v[i].start);
	return 0;
}

void mmx_frame_counts_end(struct mmx_frame_counts *c)
{
	free(c->base);
	free(c->key);
	free((void *)c->count);
	c->base = c->key = NULL;
	c->count = NULL;
}

/* All frames over threads, and what each piece came to. */
static int each_piece(struct mmx_frame_counts *c, struct mmx_view *view,
		      int (*work)(const void *arg, struct mmx_page_walk *w, void *result,
				  struct mmx_err *err),
		      int (*take)(struct mmx_survey *survey, const struct piece *piece,
				  struct mmx_err *err),
		      struct mmx_survey *survey, struct mmx_err *err)
{
	const struct mmx_page_pieces pieces = {
		.kernel = view->kernel,
		.jobs = view->kernel->jobs,
		.end = c->pfn->n ? c->pfn->v[c->pfn->n - 1].end : 0,
		.result_size = sizeof(struct piece),
		.arg = c,
		.work = work,
	};
	struct mmx_page_team *team = mmx_page_pieces_begin(&pieces, err);
	const void *result;
	uint64_t pfn;
	int ret = -1;

	while (team && (ret = mmx_page_pieces_next(team, &pfn, &result, err)) > 0) {
		if (take(survey, result, err)) {
			ret = -1;
			break;
		}
	}
	mmx_page_pieces_end(team);
	return ret;
}

static void miss(struct piece *piece, const struct mmx_page_walk *w)
{
	if (w->read == MMX_READ_ABSENT)
		return;
	if (!piece->missing)
		mmx_fail(&piece->first_missing, MMX_EABSENT,
			 "the struct pages from PFN 0x%" PRIx64 " on are %s", w->pfn,
			 mmx_read_name(w->read));
	piece->missing += w->frames;
}

/*
 * Keys.
 */

static uint64_t key_of(const struct mmx_page_walk *w)
{
	struct mmx_rmap_page page;

	mmx_rmap_page_of(&page, w, true);
	switch (page.kind) {
	case MMX_RMAP_FILE:
	case MMX_RMAP_ANON:
		return mmx_frame_key(page.pointer, page.index);
	case MMX_RMAP_KSM:
		return MMX_KEY_KSM;
	default:
		return MMX_KEY_NONE;
	}
}

static int find_keys(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err)
{
	const struct mmx_frame_counts *c = arg;
	struct piece *piece = result;
	size_t hint = 0;
	uint64_t slot;

	(void)err;
	memset(piece, 0, sizeof(*piece));
	while (mmx_page_walk_next(w)) {
		bool mapped;

		if (w->read) {
			miss(piece, w);
			continue;
		}
		if (w->folio.read || (!mmx_folio_mapped(w, &mapped) && !mapped))
			continue;
		if (mmx_frame_slot(c, w->pfn, &hint, &slot))
			c->key[slot] = key_of(w);
	}
	return 0;
}

static int take_missing(struct mmx_survey *survey, const struct piece *piece, struct mmx_err *err)
{
	(void)err;
	if (piece->missing)
		mmx_cover_fail(&survey->coverage, &piece->first_missing);
	return 0;
}

int mmx_frame_keys_find(struct mmx_frame_counts *c, struct mmx_view *view,
			struct mmx_survey *survey, struct mmx_err *err)
{
	return each_piece(c, view, find_keys, take_missing, survey, err);
}

/*
 * Comparing.
 */

struct compare {
	const struct mmx_frame_counts *counts;
	struct mmx_page_walk *w;
	struct piece *piece;
	size_t hint;
};

static uint32_t count_at(struct compare *c, uint64_t pfn)
{
	uint64_t slot;

	return mmx_frame_slot(c->counts, pfn, &c->hint, &slot)
		       ? atomic_load_explicit(&c->counts->count[slot], memory_order_relaxed)
		       : 0;
}

static void disagree(struct compare *c, int64_t mapcount, int64_t entries, bool of_folio)
{
	struct piece *piece = c->piece;
	enum mmx_class class = mmx_classify(&c->counts->classifier, c->w).class;

	/* What zsmalloc has in that word up to 6.11 looks like a count. */
	if (!entries && !mmx_class_counts_mappings(class))
		return;
	piece->all++;
	if (piece->n < PAGES_KEPT)
		piece->page[piece->n++] =
			(struct mmx_survey_page){c->w->pfn, mapcount, entries, of_folio};
}

/*
 * A folio whose pages are not counted one by one: what its pages were found mapped by, where a large entry
 * counts for each of them, is what the kernel counts of whole mappings for each, and of others once.
 */
static void compare_folio(struct compare *c)
{
	const struct mmx_page_format *f = mmx_walk_format(c->w);
	const struct mmx_folio *folio = &c->w->folio;
	int64_t entire = (int64_t)mmx_int(folio->bytes, f->entire_mapcount) + 1, large, found = 0;

	if (c->w->tail || mmx_folio_mapcount(c->w, &large))
		return;
	for (uint64_t i = 0; i < 1ULL << folio->order; i++)
		found += count_at(c, folio->head + i);
	found -= entire * ((1LL << folio->order) - 1);
	if (found != large)
		disagree(c, large, found, true);
}

/* Whether a KSM page's own items lead to all that was found. */
static void compare_items(struct compare *c, int64_t entries)
{
	struct mmx_rmap_page page;
	struct mmx_rmap rmap = {0};
	struct mmx_err err;

	mmx_rmap_page_of(&page, c->w, true);
	if (page.kind == MMX_RMAP_KSM && !mmx_rmap_find(&rmap, c->w->view, &page, true, &err) &&
	    (int64_t)rmap.counted != entries)
		disagree(c, entries, (int64_t)rmap.counted, false);
	mmx_cover_inherit(&c->piece->coverage, &rmap.coverage);
	mmx_rmap_free(&rmap);
}

static void compare_page(struct compare *c)
{
	int64_t entries = count_at(c, c->w->pfn), mapcount;
	enum mmx_counted counted;

	if (mmx_folio_counted(c->w, &counted) || mmx_page_mapcount(c->w, &mapcount))
		return;
	c->piece->frames += entries > 0;
	if (c->w->folio.large && counted == MMX_COUNTED_FOLIO) {
		compare_folio(c);
		return;
	}
	/* One entry holds all of such a page, and its first frame stands for it. */
	if (c->w->folio.hugetlb && c->w->tail)
		return;
	if (entries != mapcount)
		disagree(c, mapcount, entries, false);
	else if (entries && !c->w->folio.large)
		compare_items(c, entries);
}

static int compare_piece(const void *arg, struct mmx_page_walk *w, void *result,
			 struct mmx_err *err)
{
	struct compare c = {.counts = arg, .w = w, .piece = result};

	(void)err;
	memset(c.piece, 0, sizeof(*c.piece));
	while (mmx_page_walk_next(w)) {
		if (!w->read && !w->folio.read)
			compare_page(&c);
	}
	return 0;
}

static int take_pages(struct mmx_survey *survey, const struct piece *piece, struct mmx_err *err)
{
	survey->frames += piece->frames;
	survey->all_pages += piece->all;
	mmx_cover_inherit(&survey->coverage, &piece->coverage);
	for (unsigned int i = 0; i < piece->n && survey->pages.n < MMX_SURVEY_PAGES; i++) {
		if (!mmx_array_add(&survey->pages, piece->page[i]))
			return mmx_fail_nomem(err);
	}
	return 0;
}

int mmx_frame_counts_compare(struct mmx_frame_counts *c, struct mmx_view *view,
			     struct mmx_survey *survey, struct mmx_err *err)
{
	mmx_classifier_find(&c->classifier, view, false);
	return each_piece(c, view, compare_piece, take_pages, survey, err);
}
