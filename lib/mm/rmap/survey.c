// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/progress.h"
#include "mm/mem.h"
#include "mm/rmap/areas.h"
#include "mm/rmap/frame_counts.h"
#include "mm/rmap/survey.h"

#define USER_LAST   ((1ULL << 63) - 1)
#define PIECE_PAGES (1ULL << 20) /* that areas of one piece may have, present or not */
#define VM_SHARED   0x8ULL
#define VM_HUGETLB  0x400000ULL
#define NO_AREA     UINT32_MAX
#define PROGRESS    1000 /* all of it */
#define OF_SPACES   400  /* what finding areas and walking trees is of that */

/* A part of an address space, from one area on. */
struct piece {
	uint64_t first, last;
	uint32_t space, area;
};

/* What all threads work on. */
struct shared {
	struct mmx_view *view;
	struct mmx_survey *survey;
	const struct mmx_survey_ask *ask;
	struct mmx_progress progress;
	const struct mmx_entry_rules *rules;
	uint64_t special; /* the bit of entries whose page the kernel does not see */
	uint64_t kept;    /* strays that are, or would be were there fewer */
	struct mmx_frame_counts frames;
	struct {
		MMX_ARRAY(struct piece);
	} pieces;
	/* Entries of hugetlb's tables that address spaces share. */
	pthread_mutex_t lock;
	struct mmx_seen shared_entries;
	bool no_memory;
};

/* A thread's walk. @area: the first one that does not end before the current address. */
struct walker {
	struct shared *shared;
	struct mmx_view *view;
	struct mmx_page_walk pages;
	struct mmx_pt pt;
	const struct mmx_mm_space *space;
	uint32_t area, areas_end;
	struct mmx_vma leaving; /* the last one that an entry was in */
	size_t hint;
	/* What it found; @coverage is of the current piece. */
	struct mmx_coverage coverage;
	uint32_t piece;
	uint64_t entries, tables, kept;
	uint64_t stray[MMX_STRAY_WHYS];
	struct {
		MMX_ARRAY(struct mmx_stray);
	} strays;
};

const char *mmx_stray_words(unsigned int why)
{
	static const char *const words[] = {
#define STRAY(id, words) [MMX_STRAY_##id] = words,
		MMX_STRAYS(STRAY)
#undef STRAY
	};

	return words[why];
}

/*
 * Strays.
 */

static const struct mmx_space_area *area_at(struct walker *w, uint64_t addr)
{
	const struct mmx_space_area *areas = w->shared->survey->spaces.areas.v;

	while (w->area < w->areas_end && areas[w->area].end <= addr)
		w->area++;
	return w->area < w->areas_end && areas[w->area].start <= addr ? &areas[w->area] : NULL;
}

static bool is_kept(const struct walker *w, uint64_t pfn, uint64_t pages, enum mmx_stray_why why)
{
	const struct mmx_survey_ask *ask = w->shared->ask;

	if (mmx_stray_wrong(why) || why == MMX_STRAY_NO_MAPPING || why == MMX_STRAY_OTHER_FILE)
		return true;
	return pfn <= ask->last && pfn + pages > ask->first;
}

static void add_stray(struct walker *w, const struct mmx_pte *pte, uint64_t addr, uint64_t pfn,
		      uint64_t pages, enum mmx_stray_why why, bool counted)
{
	const struct mmx_space_area *area = area_at(w, addr);
	const struct mmx_stray stray = {
		.pfn = pfn,
		.mm = w->space->mm,
		.addr = addr,
		.at = pte->at,
		.raw = pte->raw,
		.area = area ? (uint32_t)(area - w->shared->survey->spaces.areas.v) : NO_AREA,
		.pages = pages < UINT32_MAX ? pages : UINT32_MAX,
		.piece = w->piece,
		.level = pte->level,
		.why = why,
		.counted = counted,
	};

	w->stray[why]++;
	if (!is_kept(w, pfn, pages, why))
		return;
	w->kept++;
	if (w->strays.n < MMX_SURVEY_STRAYS && !mmx_array_add(&w->strays, stray))
		mmx_cover_failf(&w->coverage, MMX_ENOMEM, "out of memory");
}

static bool leads_to(const struct walker *w, const struct mmx_space_area *area, uint64_t anon_vma)
{
	const uint64_t *anon = w->shared->survey->spaces.anon.v + area->first_anon;

	for (uint32_t i = 0; i < area->anons; i++) {
		if (anon[i] == anon_vma)
			return true;
	}
	return false;
}

static bool is_in(const struct walker *w, const struct mmx_vma *vma, uint64_t addr)
{
	return vma->mm == w->space->mm && addr >= vma->start && addr < vma->end;
}

/* The page's own tree still has the VMA that munmap() took out of the process's. */
static bool is_leaving(struct walker *w, const struct mmx_rmap_page *page, uint64_t addr)
{
	const struct mmx_areas_ask ask = {
		.tree = page->kind == MMX_RMAP_ANON ? MMX_AREAS_ANON : MMX_AREAS_FILE,
		.of = page->pointer,
		.first = page->index,
		.last = page->index,
	};
	struct mmx_areas a;

	if (is_in(w, &w->leaving, addr))
		return true;
	if (page->kind != MMX_RMAP_ANON && page->kind != MMX_RMAP_FILE)
		return false;
	mmx_areas_begin(&a, w->view, &ask);
	while (mmx_areas_next(&a)) {
		if (!is_in(w, &a.vma, addr) || !mmx_vma_leaves(w->view, &a.vma))
			continue;
		w->leaving = a.vma;
		return true;
	}
	return false;
}

/* Why no tree leads to an entry that is counted. */
static enum mmx_stray_why why_stray(struct walker *w, const struct mmx_space_area *area,
				    uint64_t addr, uint64_t pfn)
{
	const struct mmx_page_walk *p = &w->pages;
	struct mmx_rmap_page page;

	if (!mmx_page_walk_look(&w->pages, pfn) || p->read || p->folio.read)
		return MMX_STRAY_NO_PAGE;
	if (!mmx_int(p->folio.bytes, mmx_walk_format(p)->refcount))
		return MMX_STRAY_FREE;
	mmx_rmap_page_of(&page, p, true);
	if (!area)
		return is_leaving(w, &page, addr) ? MMX_STRAY_LEAVING : MMX_STRAY_NO_AREA;
	switch (page.kind) {
	case MMX_RMAP_ANON:
		return leads_to(w, area, page.pointer) ? MMX_STRAY_WRONG_PLACE : MMX_STRAY_LOST;
	case MMX_RMAP_FILE:
		if (area->mapping != page.pointer)
			return area->mapping ? MMX_STRAY_OTHER_FILE : MMX_STRAY_LOST;
		return area->in_tree ? MMX_STRAY_WRONG_PLACE : MMX_STRAY_LOST;
	default:
		return MMX_STRAY_NO_MAPPING;
	}
}

/*
 * Entries.
 */

static bool reached(const struct walker *w, const struct mmx_space_area *area, uint64_t addr,
		    uint64_t key)
{
	const uint64_t *anon = w->shared->survey->spaces.anon.v + area->first_anon;
	uint64_t page = (addr - area->start) >> w->view->kernel->arch->page_shift;

	if (area->in_tree && key == mmx_frame_key(area->mapping, area->pgoff + page))
		return true;
	for (uint32_t i = 0; i < area->anons; i++) {
		if (key == mmx_frame_key(anon[i], area->anon_pgoff + page))
			return true;
	}
	return false;
}

/* Where nobody else counts, nobody need be kept from it: that costs as much as all the rest of an entry. */
static void count_one(const struct walker *w, _Atomic uint32_t *count)
{
	if (w->view->kernel->jobs > 1)
		atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
	else
		atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1,
				      memory_order_relaxed);
}

/* An entry of a page that it counts, unless it was counted before; of one that holds many, for each of them. */
static void count_frame(struct walker *w, const struct mmx_space_area *area,
			const struct mmx_pte *pte, uint64_t addr, uint64_t pfn, uint64_t pages,
			bool again)
{
	const struct mmx_frame_counts *f = &w->shared->frames;
	uint64_t slot, key;

	if (!mmx_frame_slot(f, pfn, &w->hint, &slot)) {
		add_stray(w, pte, addr, pfn, pages, MMX_STRAY_NO_PAGE, false);
		return;
	}
	if (!again)
		count_one(w, &f->count[slot]);
	key = f->key[slot];
	if (area && (key == MMX_KEY_KSM || (key && reached(w, area, addr, key))))
		return;
	add_stray(w, pte, addr, pfn, pages, why_stray(w, area, addr, pfn), true);
}

/* Entries of a table that address spaces share are counted once. */
static bool met_before(struct walker *w, const struct mmx_pte *pte)
{
	struct shared *shared = w->shared;
	int is_new;

	pthread_mutex_lock(&shared->lock);
	is_new = mmx_seen_add(&shared->shared_entries, pte->at);
	shared->no_memory |= is_new < 0;
	pthread_mutex_unlock(&shared->lock);
	return !is_new;
}

static void count_pages(struct walker *w, const struct mmx_pte *pte, uint64_t pfn)
{
	unsigned int shift = w->view->kernel->arch->page_shift;
	const struct mmx_space_area *area = area_at(w, pte->start);
	uint64_t pages = pte->size >> shift;

	/* One that a piece begins within was counted where it begins. */
	if (pte->start != pte->va)
		return;
	w->entries++;
	if (area && area->flags & VM_HUGETLB && pte->level > 1) {
		bool again = area->flags & VM_SHARED && met_before(w, pte);

		w->entries -= again;
		count_frame(w, area, pte, pte->start, pfn, pages, again);
		return;
	}
	for (uint64_t i = 0; i < pages; i++) {
		uint64_t addr = pte->start + (i << shift);

		count_frame(w, i ? area_at(w, addr) : area, pte, addr, pfn + i, 1, false);
	}
}

/* One that is none of a page that anybody counts; swapped pages have no frame. */
static void pass_entry(struct walker *w, const struct mmx_user_entry *entry)
{
	static const uint8_t why[MMX_USER_KIND_COUNT] = {
		[MMX_USER_MIGRATION] = MMX_STRAY_MIGRATION,
		[MMX_USER_EXCLUSIVE] = MMX_STRAY_MIGRATION,
		[MMX_USER_HWPOISON] = MMX_STRAY_POISON,
	};
	uint64_t pages = (entry->pte.size >> w->view->kernel->arch->page_shift);

	if (!mmx_user_has_pfn(entry->kind))
		return;
	add_stray(w, &entry->pte, entry->pte.start, entry->pfn, pages,
		  entry->zero ? MMX_STRAY_ZERO : why[entry->kind], false);
}

static void take_entry(struct walker *w, const struct mmx_pte *pte)
{
	struct mmx_user_entry entry;

	mmx_user_entry(&entry, w->view, w->shared->rules, pte, pte->start);
	if (mmx_rmap_counts(w->view->kernel, w->shared->rules, &entry))
		count_pages(w, pte, entry.pfn);
	else
		pass_entry(w, &entry);
}

/* One that simply maps a page, as nearly all do. */
static bool is_plain(const struct walker *w, const struct mmx_pte *pte)
{
	return pte->kind == MMX_PTE_LEAF && !(pte->raw & w->shared->special) &&
	       pte->phys >> w->view->kernel->arch->page_shift != w->shared->rules->zero_pfn;
}

/* @like: the bits beside those of the frame of the last one that was present; most are like the one before. */
static void decode_lowest(const struct walker *w, struct mmx_pte *pte, uint64_t *like)
{
	const struct mmx_arch *arch = w->view->kernel->arch;
	uint64_t frame = arch->frame_mask & ~w->pt.paging.clear;

	if (*like && (pte->raw & ~frame) == *like) {
		pte->phys = pte->raw & frame;
		return;
	}
	pte->no_access = false;
	pte->kind = MMX_PTE_EMPTY;
	arch->decode(&w->pt.paging, pte);
	*like = pte->kind == MMX_PTE_LEAF && !pte->no_access ? pte->raw & ~frame : 0;
}

/* The entries of a lowest table, which are most of all. */
static void take_table(struct walker *w)
{
	const struct mmx_arch *arch = w->view->kernel->arch;
	const struct mmx_pte table = w->pt.pte;
	const uint64_t *entries = mmx_pt_take(&w->pt);
	uint64_t page = 1ULL << arch->page_shift;
	struct mmx_pte pte = {.size = page, .level = 1};
	uint64_t like = 0;

	w->tables++;
	for (uint64_t addr = table.start; entries && addr <= table.last; addr += page) {
		unsigned int i = addr >> arch->page_shift & ((1u << arch->level_bits) - 1);

		if (!entries[i])
			continue;
		pte.raw = le64toh(entries[i]);
		pte.start = pte.va = addr;
		pte.last = addr + page - 1;
		pte.at = table.phys + i * 8u;
		decode_lowest(w, &pte, &like);
		if (is_plain(w, &pte)) {
			w->entries++;
			count_frame(w, area_at(w, addr), &pte, addr, pte.phys >> arch->page_shift,
				    1, false);
		} else if (pte.kind != MMX_PTE_EMPTY) {
			take_entry(w, &pte);
		}
	}
}

static int walk_piece(void *own, uint64_t nth, void *result, struct mmx_err *err)
{
	struct walker *w = own;
	const struct mmx_mm_spaces *spaces = &w->shared->survey->spaces;
	const struct piece *piece = &w->shared->pieces.v[nth];

	w->coverage = (struct mmx_coverage){0};
	w->piece = nth;
	w->space = &spaces->v[piece->space];
	w->area = piece->area;
	w->areas_end = w->space->first + w->space->n;
	if (mmx_user_begin(&w->pt, w->view, w->space->mm, piece->first, piece->last, MMX_PT_TABLES,
			   err)) {
		mmx_cover_fail(&w->coverage, err);
	} else {
		while (mmx_pt_next(&w->pt)) {
			if (w->pt.pte.kind == MMX_PTE_TABLE && w->pt.pte.level == 2)
				take_table(w);
			else if (w->pt.pte.kind != MMX_PTE_TABLE)
				take_entry(w, &w->pt.pte);
		}
		mmx_cover_inherit(&w->coverage, &w->pt.coverage);
	}
	*(struct mmx_coverage *)result = w->coverage;
	return mmx_stopped(w->view->kernel->image) ? mmx_fail(err, MMX_EIO, "stopped") : 0;
}

/*
 * Threads.
 */

static void *walker_new(void *arg, struct mmx_err *err)
{
	struct shared *shared = arg;
	struct walker *w = calloc(1, sizeof(*w));

	if (!w) {
		mmx_fail_nomem(err);
		return NULL;
	}
	w->shared = shared;
	w->view = mmx_view_new(shared->view->kernel, err);
	if (w->view && !mmx_page_walk_begin(&w->pages, w->view, 0, 0, err))
		return w;
	mmx_view_free(w->view);
	free(w);
	return NULL;
}

static void join_strays(struct shared *shared, struct walker *w)
{
	struct mmx_survey *s = shared->survey;

	if (!mmx_array_grow(&s->strays, w->strays.n)) {
		shared->no_memory = true;
		return;
	}
	if (w->strays.n)
		memcpy(s->strays.v + s->strays.n, w->strays.v, w->strays.n * sizeof(*w->strays.v));
	s->strays.n += w->strays.n;
}

/* What a thread found goes to the others, in the caller's thread. */
static void walker_end(void *own)
{
	struct walker *w = own;
	struct mmx_survey *s = w->shared->survey;

	s->entries += w->entries;
	s->tables += w->tables;
	w->shared->kept += w->kept;
	for (unsigned int i = 0; i < MMX_STRAY_WHYS; i++)
		s->stray[i] += w->stray[i];
	join_strays(w->shared, w);
	mmx_array_free(&w->strays);
	mmx_page_walk_end(&w->pages);
	mmx_view_free(w->view);
	free(w);
}

static int add_piece(struct shared *shared, uint32_t space, uint32_t area, uint64_t *first,
		     uint64_t last, struct mmx_err *err)
{
	if (!mmx_array_add(&shared->pieces, (struct piece){*first, last, space, area}))
		return mmx_fail_nomem(err);
	*first = last + 1;
	return 0;
}

/* All of an address space, what no area has included, in pieces that take about as long each. */
static int cut_space(struct shared *shared, uint32_t space, struct mmx_err *err)
{
	const struct mmx_mm_spaces *spaces = &shared->survey->spaces;
	const struct mmx_mm_space *s = &spaces->v[space];
	unsigned int shift = shared->view->kernel->arch->page_shift;
	uint64_t first = 0, pages = 0;
	uint32_t begin = s->first;

	for (size_t i = s->first; i < s->first + s->n; i++) {
		const struct mmx_space_area *area = &spaces->areas.v[i];
		uint64_t size = (area->end - area->start) >> shift, step = PIECE_PAGES;

		/* One piece of a large area has all that is in it, as far as that is not too large itself. */
		while (size / step > 4096)
			step *= 2;
		for (uint64_t at = area->start;
		     size > PIECE_PAGES && area->end - at > step << shift; at += step << shift) {
			if (add_piece(shared, space, begin, &first, at + (step << shift) - 1, err))
				return -1;
			begin = i;
			pages = 0;
		}
		pages += size < PIECE_PAGES ? size : PIECE_PAGES;
		if (pages < PIECE_PAGES || area->end > USER_LAST)
			continue;
		if (add_piece(shared, space, begin, &first, area->end - 1, err))
			return -1;
		begin = i;
		pages = 0;
	}
	return add_piece(shared, space, begin, &first, USER_LAST, err);
}

static void take_coverage(struct mmx_survey *s, const struct mmx_coverage *of)
{
	mmx_cover_inherit(&s->coverage, of);
	s->uncertain |= of->absent || of->broken;
}

static int walk_tables(struct shared *shared, struct mmx_err *err)
{
	const struct mmx_parallel work = {
		.jobs = shared->view->kernel->jobs,
		.pieces = shared->pieces.n,
		.result_size = sizeof(struct mmx_coverage),
		.arg = shared,
		.begin = walker_new,
		.end = walker_end,
		.work = walk_piece,
	};
	struct mmx_team *team = mmx_parallel_begin(&work, err);
	const void *coverage;
	uint64_t piece;
	int ret = -1;

	while (team && (ret = mmx_parallel_next(team, &piece, &coverage, err)) > 0) {
		take_coverage(shared->survey, coverage);
		mmx_progress_at(&shared->progress, OF_SPACES + (PROGRESS - OF_SPACES) *
								       (piece + 1) /
								       shared->pieces.n);
	}
	mmx_parallel_end(team);
	return ret;
}

static int by_piece(const void *a, const void *b)
{
	const struct mmx_stray *x = a, *y = b;

	if (x->piece != y->piece)
		return x->piece < y->piece ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Each thread has kept the first ones that it met: of all the first are kept, whoever met them. */
static void cut_strays(struct shared *shared)
{
	struct mmx_survey *s = shared->survey;

	if (shared->kept <= MMX_SURVEY_STRAYS)
		return;
	mmx_array_sort(&s->strays, by_piece);
	if (s->strays.n > MMX_SURVEY_STRAYS)
		s->strays.n = MMX_SURVEY_STRAYS;
	mmx_cover_failf(&s->coverage, MMX_EMISSING,
			"of entries that no tree leads to only the first %u are kept",
			MMX_SURVEY_STRAYS);
}

static int by_frame(const void *a, const void *b)
{
	const struct mmx_stray *x = a, *y = b;

	if (x->pfn != y->pfn)
		return x->pfn < y->pfn ? -1 : 1;
	if (x->mm != y->mm)
		return x->mm < y->mm ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* An architecture tells by its flags alone. */
static uint64_t special_bit(const struct mmx_arch *arch)
{
	uint64_t special = 0;

	for (unsigned int bit = 1; bit < 64; bit++) {
		struct mmx_pte pte = {.level = 1, .kind = MMX_PTE_LEAF, .raw = 1ULL << bit | 1};

		if (arch->flags(&pte) & MMX_PTE_SPECIAL)
			special |= 1ULL << bit;
	}
	return special;
}

static int survey_all(struct shared *shared, struct mmx_err *err)
{
	struct mmx_survey *s = shared->survey;

	if (mmx_mm_spaces_survey(&s->spaces, shared->view, &shared->progress, OF_SPACES, err) ||
	    mmx_frame_counts_begin(&shared->frames, shared->view->kernel, err))
		return -1;
	take_coverage(s, &s->spaces.coverage);
	if (!shared->frames.pfn->n)
		return 0;
	for (size_t i = 0; i < s->spaces.n; i++) {
		if (cut_space(shared, i, err))
			return -1;
	}
	if (mmx_frame_keys_find(&shared->frames, shared->view, s, err) ||
	    walk_tables(shared, err) ||
	    mmx_frame_counts_compare(&shared->frames, shared->view, s, err))
		return -1;
	cut_strays(shared);
	mmx_array_sort(&s->strays, by_frame);
	return shared->no_memory ? mmx_fail_nomem(err) : 0;
}

int mmx_survey_find(struct mmx_survey *survey, struct mmx_view *view,
		    const struct mmx_survey_ask *ask, struct mmx_err *err)
{
	struct shared shared = {
		.view = view,
		.survey = survey,
		.ask = ask,
		.rules = mmx_know_entry_rules(view),
		.special = special_bit(view->kernel->arch),
	};
	int ret;

	memset(survey, 0, sizeof(*survey));
	pthread_mutex_init(&shared.lock, NULL);
	mmx_progress_begin(&shared.progress, ask->progress, ask->progress_arg, PROGRESS);
	ret = survey_all(&shared, err);
	mmx_progress_end(&shared.progress);
	survey->coverage.found = survey->entries;
	pthread_mutex_destroy(&shared.lock);
	mmx_seen_free(&shared.shared_entries);
	mmx_array_free(&shared.pieces);
	mmx_frame_counts_end(&shared.frames);
	if (ret)
		mmx_survey_free(survey);
	return ret;
}

void mmx_survey_free(struct mmx_survey *survey)
{
	mmx_mm_spaces_free(&survey->spaces);
	mmx_array_free(&survey->strays);
	mmx_array_free(&survey->pages);
}

/* The area of a stray, as the VMA that it stands for. */
static void take_area(const struct mmx_survey *survey, const struct mmx_stray *stray,
		      struct mmx_vma *vma)
{
	const struct mmx_space_area *area = &survey->spaces.areas.v[stray->area];

	*vma = (struct mmx_vma){
		.addr = area->vma,
		.start = area->start,
		.end = area->end,
		.mm = stray->mm,
		.flags = area->flags,
		.pgoff = area->pgoff,
		.anon_pgoff = area->anon_pgoff,
	};
}

/* A tree may have led to it all the same. */
static void mark_outside(struct mmx_rmap *rmap, const struct mmx_stray *stray)
{
	for (size_t i = 0; i < rmap->n; i++) {
		struct mmx_rmap_entry *e = &rmap->v[i];

		if (e->mm == stray->mm && e->entry.pte.at == stray->at)
			e->outside = e->wrong = true;
	}
}

int mmx_survey_add(const struct mmx_survey *survey, struct mmx_rmap *rmap, struct mmx_view *view,
		   const struct mmx_rmap_page *page, struct mmx_err *err)
{
	const struct mmx_entry_rules *rules = mmx_know_entry_rules(view);
	const struct mmx_arch *arch = view->kernel->arch;
	uint64_t end = page->pfn + page->pages;
	/* Larger entries begin before the frame that is asked for. */
	uint64_t reach = 1ULL << 2 * arch->level_bits,
		 from = page->pfn > reach ? page->pfn - reach : 0;

	for (size_t i = mmx_array_bound(&survey->strays, e, e->pfn < from);
	     i < survey->strays.n && survey->strays.v[i].pfn < end; i++) {
		const struct mmx_stray *stray = &survey->strays.v[i];
		uint64_t first = stray->pfn > page->pfn ? stray->pfn : page->pfn;
		struct mmx_pte pte = {.start = stray->addr,
				      .at = stray->at,
				      .raw = stray->raw,
				      .level = stray->level};
		struct mmx_rmap_entry found = {.mm = stray->mm,
					       .pfn = first,
					       .pages = 1,
					       .way = MMX_RMAP_BY_TABLES,
					       .counted = stray->counted,
					       .wrong = mmx_stray_wrong(stray->why)};

		if (stray->pfn + stray->pages <= page->pfn)
			continue;
		found.addr = stray->addr + ((first - stray->pfn) << arch->page_shift);
		pte.size = 1ULL << mmx_level_shift(arch, stray->level);
		pte.va = stray->addr & ~(pte.size - 1);
		pte.start = pte.last = found.addr;
		arch->decode(&view->kernel->paging, &pte);
		mmx_user_entry(&found.entry, view, rules, &pte, found.addr);
		if (stray->area != NO_AREA)
			take_area(survey, stray, &found.vma);
		if (stray->why == MMX_STRAY_NO_AREA)
			mark_outside(rmap, stray);
		if (mmx_rmap_add(rmap, &found, err))
			return -1;
	}
	return 0;
}
