// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/frames/page_pieces.h"
#include "mm/ledger/ledger.h"
#include "mm/ledger/owned.h"
#include "mm/owners/balloons.h"
#include "mm/owners/owner.h"
#include "mm/owners/slab_caches.h"

/*
 * A piece has 64 pageblocks and, in a sound dump, frames of a few zones; what a damaged one has beyond so
 * many cells is counted in its last one, whose zone and type are then not known.
 */
#define CELLS 80u

/* Frames between two ranges from which on they are walked apart: a piece without memory costs some time, too. */
#define FAR (64ull * MMX_PIECE_FRAMES)

struct piece {
	uint64_t missing;
	struct mmx_err first_missing;
	unsigned int n;
	struct mmx_ledger_cell cell[CELLS];
};

/* What all threads read, and the sums that they add to by themselves. */
struct shared {
	struct mmx_kernel *kernel;
	struct mmx_classifier classifier;
	struct mmx_tally_rules rules;
	const struct mmx_pageblock_format *blocks;
	uint64_t zone_bits; /* of a flags word: node and zone */
	struct mmx_owned_rules owned, fresh;
	struct mmx_heat *heat;
	struct mmx_class_map *map;
	const struct mmx_class_map *was;
};

/* A thread's walk over a piece. @cell is that of frames below @block_end with the same @zone_word. */
struct count {
	const struct shared *shared;
	struct mmx_page_walk *w;
	struct piece *piece;
	struct mmx_tallier tallier;
	struct mmx_owned_runs runs, fresh_runs;
	struct mmx_ledger_cell *cell;
	uint64_t zone_word, block_end;
	uint32_t block;
	bool zone_known;
};

static uint64_t field_bits(const struct mmx_flags *flags, enum mmx_flag_field_id id)
{
	const struct mmx_flag_field *field = &flags->field[id];

	return field->width ? ((1ULL << field->width) - 1) << field->shift : 0;
}

static uint32_t zone_by_flags(const struct mmx_kernel *k, uint64_t flags)
{
	const struct mmx_zones *zones = &mmx_mem(k)->zones;
	const struct mmx_zone *zone =
		mmx_zone_of(zones, mmx_flag_field(&mmx_mem(k)->flags, FIELD_NODE, flags),
			    mmx_flag_field(&mmx_mem(k)->flags, FIELD_ZONE, flags));

	return zone ? (uint32_t)(zone - zones->v) : zones->n;
}

/* Without a struct page only the zones' ends tell, and where two span a frame they do not. */
static uint32_t zone_by_span(const struct mmx_kernel *k, uint64_t pfn)
{
	const struct mmx_zones *zones = &mmx_mem(k)->zones;
	uint32_t found = zones->n;

	for (size_t i = 0; i < zones->n; i++) {
		if (pfn - zones->v[i].start_pfn >= zones->v[i].spanned)
			continue;
		if (found != zones->n)
			return zones->n;
		found = i;
	}
	return found;
}

static uint32_t block_at(const struct count *c, uint64_t pfn, uint64_t *end)
{
	const struct mmx_pageblock_format *f = c->shared->blocks;
	struct mmx_pageblock block;

	*end = pfn + 1;
	if (!f->bits) {
		*end = ~0ULL;
		return MMX_BLOCK_UNKNOWN;
	}
	if (mmx_pageblock_of(f, c->w->view, pfn, &block)) {
		*end = block.first + block.frames;
		return MMX_BLOCK_UNKNOWN;
	}
	*end = block.first + block.frames;
	if (block.isolated)
		return MMX_BLOCK_ISOLATED;
	return block.type < MMX_MIGRATE_TYPES ? block.type : MMX_BLOCK_UNKNOWN;
}

static struct mmx_ledger_cell *cell_of(struct piece *piece, uint32_t zone, uint32_t block,
				       uint32_t no_zone)
{
	struct mmx_ledger_cell *cell;

	for (unsigned int i = 0; i < piece->n; i++) {
		if (piece->cell[i].zone == zone && piece->cell[i].block == block)
			return &piece->cell[i];
	}
	if (piece->n == CELLS)
		return &piece->cell[CELLS - 1];
	cell = &piece->cell[piece->n++];
	*cell = (struct mmx_ledger_cell){.zone = zone, .block = block};
	if (piece->n == CELLS) {
		cell->zone = no_zone;
		cell->block = MMX_BLOCK_UNKNOWN;
	}
	return cell;
}

static void enter(struct count *c, uint64_t pfn, uint32_t zone)
{
	if (pfn >= c->block_end)
		c->block = block_at(c, pfn, &c->block_end);
	c->cell = cell_of(c->piece, zone, c->block, mmx_mem(c->shared->kernel)->zones.n);
}

/* A run of frames whose struct pages are not there, block by block; those that never had one are in no class. */
static void count_missing(struct count *c)
{
	const struct mmx_page_walk *w = c->w;
	uint64_t end = w->pfn + w->frames;

	if (w->read == MMX_READ_ABSENT)
		return;
	if (!c->piece->missing)
		mmx_fail(&c->piece->first_missing, MMX_EABSENT,
			 "the struct pages from PFN 0x%" PRIx64 " on are %s", w->pfn,
			 mmx_read_name(w->read));
	c->piece->missing += w->frames;
	c->zone_known = false;
	for (uint64_t pfn = w->pfn; pfn < end;) {
		uint64_t next;

		enter(c, pfn, zone_by_span(c->shared->kernel, pfn));
		next = c->block_end < end ? c->block_end : end;
		c->cell->tally.class[CLASS_MISSING] += next - pfn;
		if (c->shared->heat)
			mmx_heat_add(c->shared->heat, pfn, next - pfn, c->cell->zone,
				     CLASS_MISSING);
		if (c->shared->map)
			mmx_class_map_set(c->shared->map, pfn, next - pfn, CLASS_MISSING);
		pfn = next;
	}
}

/* Of frames that are alike some may have been free before. */
static void count_fresh(struct count *c, enum mmx_class class, uint64_t pfn, uint64_t n)
{
	for (; n--; pfn++) {
		enum mmx_class was = mmx_class_map_get(c->shared->was, pfn);

		if (was == CLASS_FREE || was == CLASS_FREE_PCP)
			mmx_owned_count(&c->shared->fresh, &c->fresh_runs, c->w, class, pfn, 1);
	}
}

/* Frames that are alike: one, or those of a step that lie in one pageblock. */
static void count_frames(struct count *c, const struct mmx_verdict *verdict, uint64_t zone_word,
			 uint64_t pfn, uint64_t n)
{
	if (!c->zone_known || zone_word != c->zone_word || pfn >= c->block_end) {
		bool by_flags =
			verdict->class != CLASS_UNINITIALISED && verdict->class != CLASS_OFFLINE;

		enter(c, pfn,
		      by_flags ? zone_by_flags(c->shared->kernel, zone_word)
			       : zone_by_span(c->shared->kernel, pfn));
		c->zone_known = by_flags;
		c->zone_word = zone_word;
	}
	mmx_tally_frame(&c->cell->tally, &c->tallier, c->w, verdict->class, n);
	if (c->shared->heat)
		mmx_heat_add(c->shared->heat, pfn, n, c->cell->zone, verdict->class);
	if (c->shared->map)
		mmx_class_map_set(c->shared->map, pfn, n, verdict->class);
	if (c->shared->owned.asked)
		mmx_owned_count(&c->shared->owned, &c->runs, c->w, verdict->class, pfn, n);
	if (c->shared->was)
		count_fresh(c, verdict->class, pfn, n);
}

static void count_step(struct count *c)
{
	const struct mmx_page_format *f = mmx_walk_format(c->w);
	struct mmx_verdict verdict = mmx_classify_run(&c->shared->classifier, c->w);
	uint64_t zone_word = mmx_word(c->w->bytes, f->flags) & c->shared->zone_bits;
	uint64_t pfn = c->w->pfn, end = pfn + c->w->frames;

	while (pfn < end) {
		uint64_t next = pfn < c->block_end && c->block_end < end ? c->block_end : end;

		/* What lies behind the current pageblock is looked up when its first frame is counted. */
		if (pfn >= c->block_end)
			next = pfn + 1;
		count_frames(c, &verdict, zone_word, pfn, next - pfn);
		pfn = next;
	}
}

static int count_piece(const void *arg, struct mmx_page_walk *w, void *result, struct mmx_err *err)
{
	const struct shared *shared = arg;
	struct count c = {
		.shared = shared, .w = w, .piece = result, .tallier = {.rules = &shared->rules}};

	(void)err;
	c.piece->missing = c.piece->n = 0;
	w->runs = MMX_RUNS_OF_CLASS;
	while (mmx_page_walk_next(w)) {
		if (w->read)
			count_missing(&c);
		else
			count_step(&c);
	}
	if (shared->owned.asked)
		mmx_owned_flush(&shared->owned, &c.runs);
	if (shared->was)
		mmx_owned_flush(&shared->fresh, &c.fresh_runs);
	return 0;
}

static int add_cell(struct mmx_ledger *ledger, const struct mmx_ledger_cell *cell,
		    struct mmx_err *err)
{
	mmx_tally_add(&ledger->total, &cell->tally);
	for (size_t i = 0; i < ledger->n; i++) {
		if (ledger->v[i].zone == cell->zone && ledger->v[i].block == cell->block) {
			mmx_tally_add(&ledger->v[i].tally, &cell->tally);
			return 0;
		}
	}
	return mmx_array_add(ledger, *cell) ? 0 : mmx_fail_nomem(err);
}

static int add_piece(struct mmx_ledger *ledger, const struct piece *piece, struct mmx_err *err)
{
	if (piece->missing)
		mmx_cover_fail(&ledger->coverage, &piece->first_missing);
	for (unsigned int i = 0; i < piece->n; i++) {
		if (add_cell(ledger, &piece->cell[i], err))
			return -1;
	}
	return 0;
}

/* Frames [start, end), which hold no hole worth leaving out. */
static int count_span(struct mmx_ledger *ledger, struct shared *shared, uint64_t start,
		      uint64_t end, struct mmx_progress *progress, uint64_t before,
		      struct mmx_err *err)
{
	const struct mmx_page_pieces pieces = {
		.kernel = shared->kernel,
		.jobs = shared->kernel->jobs,
		.start = start,
		.end = end,
		.result_size = sizeof(struct piece),
		.arg = shared,
		.work = count_piece,
	};
	struct mmx_page_team *team = mmx_page_pieces_begin(&pieces, err);
	const void *result;
	uint64_t pfn;
	int ret = -1;

	while (team && (ret = mmx_page_pieces_next(team, &pfn, &result, err)) > 0) {
		if (add_piece(ledger, result, err)) {
			ret = -1;
			break;
		}
		mmx_progress_at(progress,
				before + (pfn > start ? pfn - start : 0) + MMX_PIECE_FRAMES);
	}
	mmx_page_pieces_end(team);
	return ret;
}

static int count_all(struct mmx_ledger *ledger, struct shared *shared,
		     const struct mmx_ledger_ask *ask, struct mmx_err *err)
{
	const struct mmx_ranges *pfn = &mmx_mem(shared->kernel)->sparse.pfn;
	struct mmx_progress progress;
	uint64_t before = 0;
	int ret = 0;

	mmx_progress_begin(&progress, ask->progress, ask->progress_arg, mmx_ranges_total(pfn));
	for (size_t i = 0, last; !ret && i < pfn->n; i = last + 1) {
		for (last = i;
		     last + 1 < pfn->n && pfn->v[last + 1].start - pfn->v[last].end < FAR;)
			last++;
		ret = count_span(ledger, shared, pfn->v[i].start, pfn->v[last].end, &progress,
				 before, err);
		before += pfn->v[last].end - pfn->v[i].start;
	}
	mmx_progress_end(&progress);
	if (pfn->n)
		ledger->holes = pfn->v[pfn->n - 1].end - mmx_ranges_total(pfn);
	return ret;
}

static int begin(struct mmx_ledger *ledger, struct shared *shared, struct mmx_view *view,
		 const struct mmx_ledger_ask *ask, struct mmx_err *err)
{
	const struct mmx_flags *flags = &mmx_mem(view->kernel)->flags;

	shared->kernel = view->kernel;
	shared->heat = ask->heat;
	shared->map = ask->map;
	shared->was = ask->was;
	shared->zone_bits = field_bits(flags, FIELD_NODE) | field_bits(flags, FIELD_ZONE);
	shared->blocks = mmx_know_pageblock_format(view);
	mmx_classifier_find(&shared->classifier, view, true);
	mmx_cover_inherit(&ledger->coverage, &mmx_know_first_owners(view)->coverage);
	mmx_cover_inherit(&ledger->coverage, &mmx_know_last_owners(view)->coverage);
	mmx_cover_inherit(&ledger->coverage, &mmx_know_balloons(view)->coverage);
	if (mmx_tally_rules_find(&shared->rules, view, &ledger->coverage, err))
		return -1;
	if (ask->was && mmx_owned_begin(&shared->fresh, ledger->fresh, ask->by, view, err))
		return -1;
	return mmx_owned_begin(&shared->owned, ledger->by, ask->by, view, err);
}

int mmx_ledger_find(struct mmx_ledger *ledger, struct mmx_view *view,
		    const struct mmx_ledger_ask *ask, struct mmx_err *err)
{
	struct shared shared = {0};
	int ret;

	memset(ledger, 0, sizeof(*ledger));
	ret = begin(ledger, &shared, view, ask, err);
	if (!ret)
		ret = count_all(ledger, &shared, ask, err);
	if (!ret && mmx_stopped(view->kernel->image))
		ret = mmx_fail(err, MMX_EIO, "stopped");
	if (ledger->total.counted[MMX_COUNTED_SLAB_STRAY] && shared.rules.caches &&
	    mmx_cover_whole(&shared.rules.caches->coverage))
		mmx_cover_failf(&ledger->coverage, MMX_ECORRUPT,
				"%" PRIu64
				" frames are of slabs whose cache is none of the kernel's",
				ledger->total.counted[MMX_COUNTED_SLAB_STRAY]);
	mmx_tally_rules_free(&shared.rules);
	ledger->coverage.found = mmx_tally_frames(&ledger->total);
	if (ret)
		mmx_ledger_free(ledger);
	return ret;
}

void mmx_ledger_free(struct mmx_ledger *ledger)
{
	for (unsigned int i = 0; i < MMX_OWNED_BYS; i++) {
		mmx_keyed_free(&ledger->by[i]);
		mmx_keyed_free(&ledger->fresh[i]);
	}
	mmx_array_free(ledger);
}

uint64_t mmx_ledger_class(const struct mmx_ledger *ledger, uint32_t zone, uint32_t block,
			  enum mmx_class class)
{
	uint64_t frames = 0;

	for (size_t i = 0; i < ledger->n; i++) {
		if ((zone == ~0u || ledger->v[i].zone == zone) &&
		    (block == ~0u || ledger->v[i].block == block))
			frames += ledger->v[i].tally.class[class];
	}
	return frames;
}
