// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/percpu.h"
#include "mm/lru/lru_batches.h"
#include "mm/mem.h"

/* Low bits of a pointer in mlock()'s batch: locked, or new and locked; without either it was unlocked. */
#define MLOCK_LRU 1ULL
#define MLOCK_NEW 2ULL

#define BATCH_BYTES 1024u

const char *mmx_lru_batch_name(unsigned int kind)
{
	static const char *const names[] = {
#define BATCH(id, name, words) [MMX_LRU_BATCH_##id] = name,
		MMX_LRU_BATCH_KINDS(BATCH)
#undef BATCH
	};

	return names[kind];
}

const char *mmx_lru_batch_words(enum mmx_lru_batch_kind kind)
{
	static const char *const of[] = {
#define BATCH(id, name, words) [MMX_LRU_BATCH_##id] = words,
		MMX_LRU_BATCH_KINDS(BATCH)
#undef BATCH
	};

	return of[kind];
}

/* Where batches are: a per-CPU variable, the batch in it, and where that has its count and its pages. */
struct place {
	const char *symbol;
	enum mmx_layout_struct strct;
	enum mmx_layout_member batch, nr, pages;
	enum mmx_lru_batch_kind kind;
};

#define FBATCH(symbol, strct, member, kind)                                                      \
	{                                                                                        \
		symbol, S_##strct, M_##strct##_##member, M_folio_batch_nr, M_folio_batch_folios, \
			MMX_LRU_BATCH_##kind                                                     \
	}

/* Pages to be moved to the tail had a variable of their own up to 6.12, mlock() a pagevec up to 6.2. */
static const struct place places[] = {
	FBATCH("cpu_fbatches", cpu_fbatches, lru_add, ADD),
	FBATCH("cpu_fbatches", cpu_fbatches, lru_deactivate_file, DEACTIVATE_FILE),
	FBATCH("cpu_fbatches", cpu_fbatches, lru_deactivate, DEACTIVATE),
	FBATCH("cpu_fbatches", cpu_fbatches, lru_lazyfree, LAZYFREE),
	FBATCH("cpu_fbatches", cpu_fbatches, lru_activate, ACTIVATE),
	FBATCH("cpu_fbatches", cpu_fbatches, lru_move_tail, MOVE_TAIL),
	FBATCH("lru_rotate", lru_rotate, fbatch, MOVE_TAIL),
	FBATCH("mlock_fbatch", mlock_fbatch, fbatch, MLOCK),
	{"mlock_pvec", S_mlock_pvec, M_mlock_pvec_vec, M_pagevec_nr, M_pagevec_pages,
	 MMX_LRU_BATCH_MLOCK},
};

/* A walk over the batches of one place. */
struct walk {
	struct mmx_lru_batches *batches;
	struct mmx_view *view;
	const struct place *place;
	uint64_t symbol;
	unsigned int cpu;
};

static enum mmx_lru_batch_kind kind_of(const struct place *place, uint64_t pointer)
{
	if (place->kind != MMX_LRU_BATCH_MLOCK)
		return place->kind;
	return pointer & MLOCK_LRU   ? MMX_LRU_BATCH_MLOCK
	       : pointer & MLOCK_NEW ? MMX_LRU_BATCH_MLOCK_NEW
				     : MMX_LRU_BATCH_MUNLOCK;
}

static int take(struct walk *w, uint64_t pointer, struct mmx_err *err)
{
	struct mmx_lru_batched page = {.cpu = w->cpu, .kind = kind_of(w->place, pointer)};

	if (!mmx_page_pfn(w->view->kernel, pointer & ~(MLOCK_LRU | MLOCK_NEW), &page.pfn))
		return mmx_fail(err, MMX_ECORRUPT, "it holds 0x%" PRIx64 ", which is no page",
				pointer);
	w->batches->coverage.found++;
	return mmx_array_add(w->batches, page) ? 0 : mmx_fail_nomem(err);
}

static int read_batch(struct walk *w, uint64_t addr, struct mmx_err *err)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	const struct mmx_member *pages = &l->member[w->place->pages].m;
	uint64_t at = mmx_off(l, w->place->pages), size = at + pages->nelems * 8ull;
	unsigned char bytes[BATCH_BYTES];
	unsigned int n;

	if (mmx_off(l, w->place->nr) >= at || size > sizeof(bytes))
		return mmx_fail(err, MMX_ECORRUPT, "a batch of %u pages makes no sense",
				pages->nelems);
	if (mmx_kread_ok(w->view, addr, bytes, size, "the batch", err))
		return -1;
	n = bytes[mmx_off(l, w->place->nr)];
	if (n > pages->nelems)
		return mmx_fail(err, MMX_ECORRUPT, "it says that it has %u pages, of at most %u", n,
				pages->nelems);
	for (unsigned int i = 0; i < n; i++) {
		if (take(w, mmx_le64(bytes + at + 8 * i), err))
			return -1;
	}
	return 0;
}

static void read_place(struct walk *w, const struct mmx_cpus *cpus)
{
	const struct mmx_layout *l = &w->view->kernel->layout;
	struct mmx_err err;

	for (size_t i = 0; i < cpus->n; i++) {
		w->cpu = cpus->v[i].nr;
		if (!read_batch(w, w->symbol + cpus->v[i].offset + mmx_off(l, w->place->batch),
				&err))
			continue;
		mmx_fail_prefix(&err, "batch %s of CPU %u", mmx_lru_batch_name(w->place->kind),
				w->cpu);
		mmx_cover_fail(&w->batches->coverage, &err);
	}
}

/* Kernels without SMP have no batches of some kinds, so a member that is not there is none of that kind. */
static void find_place(struct mmx_lru_batches *b, struct mmx_view *view, const struct place *place,
		       const struct mmx_cpus *cpus)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct walk w = {.batches = b, .view = view, .place = place};

	if (!mmx_has(l, place->batch))
		return;
	if (!mmx_has(l, place->nr) || !mmx_has(l, place->pages))
		mmx_cover_failf(&b->coverage, MMX_EMISSING,
				"what a batch is made of is needed and no source of types has it");
	else if (!mmx_symbol_addr(&view->kernel->symbols, place->symbol, &w.symbol))
		mmx_cover_failf(&b->coverage, MMX_EMISSING, "symbol %s is needed", place->symbol);
	else
		read_place(&w, cpus);
}

/* One that has the flag tells; one that has not may have been taken off its list since. */
static bool clears_lru(const struct mmx_lru_batches *b, struct mmx_view *view)
{
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	unsigned char page[MMX_STRUCT_PAGE_MAX];
	uint64_t moving = 0, got;

	for (size_t i = 0; i < b->n; i++) {
		if (!mmx_lru_batch_moves(b->v[i].kind) ||
		    mmx_pages_read(view, b->v[i].pfn, 1, page, &got))
			continue;
		if (mmx_bit(mmx_word(page, f->flags), f->lru))
			return false;
		moving++;
	}
	return moving;
}

int mmx_lru_batches_find(struct mmx_lru_batches *b, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	struct mmx_cpus cpus = {0};

	if (!mmx_has(l, M_cpu_fbatches_lru_add))
		return mmx_fail(err, MMX_EMISSING,
				"struct cpu_fbatches is needed and no source of types has it");
	if (mmx_fact_require(&view->kernel->facts, FACT_PAGES, err) ||
	    mmx_cpus_find(&cpus, view, err))
		return -1;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		find_place(b, view, &places[i], &cpus);
	mmx_array_sort_by(b, pfn);
	b->clear_lru = clears_lru(b, view);
	mmx_cpus_free(&cpus);
	return 0;
}

void mmx_lru_batches_free(struct mmx_lru_batches *b)
{
	mmx_array_free(b);
}

const struct mmx_lru_batched *mmx_lru_batched(const struct mmx_lru_batches *b, uint64_t pfn)
{
	size_t at = mmx_array_bound(b, page, page->pfn < pfn);

	return at < b->n && b->v[at].pfn == pfn ? &b->v[at] : NULL;
}

bool mmx_lru_is_moving(const struct mmx_lru_batches *b, uint64_t pfn)
{
	const struct mmx_lru_batched *in = b->clear_lru ? mmx_lru_batched(b, pfn) : NULL;
	bool moves = false;

	for (; in && in < b->v + b->n && in->pfn == pfn; in++) {
		if (in->kind == MMX_LRU_BATCH_ADD)
			return false;
		moves |= mmx_lru_batch_moves(in->kind);
	}
	return moves;
}
