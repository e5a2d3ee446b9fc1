// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/files/mapping.h"
#include "mm/ledger/folded.h"
#include "mm/owners/memcg.h"
#include "mm/owners/slab_caches.h"
#include "mm/owners/stackdepot.h"

#define LINE 8192

struct folded {
	const struct mmx_ledger *ledger;
	const struct mmx_largest *largest;
	struct mmx_view *view;
	struct mmx_coverage *coverage;
	mmx_folded_fn fn;
	void *arg;
	enum mmx_class class;
	uint64_t left; /* frames of the class that no line has had yet */
	char line[LINE];
	size_t len;
};

/* A name may hold what parts lines and their numbers. */
static void put(struct folded *f, const char *part)
{
	if (f->len && f->len + 1 < LINE)
		f->line[f->len++] = ';';
	for (; *part && f->len + 1 < LINE; part++)
		f->line[f->len++] = *part == ';' || *part == '\n' || *part == ' ' ? '_' : *part;
	f->line[f->len] = 0;
}

static void begin(struct folded *f)
{
	f->len = 0;
	put(f, mmx_class_name(f->class));
}

/* No more than the class has: what owners count and frames say may differ in a damaged dump. */
static void end(struct folded *f, uint64_t frames)
{
	if (frames > f->left)
		frames = f->left;
	f->left -= frames;
	if (frames)
		f->fn(f->arg, f->line, frames << f->view->kernel->arch->page_shift);
}

static void each_file(struct folded *f, unsigned int column)
{
	const struct mmx_keyed_rows *rows = &f->largest->by[MMX_BY_FILE];
	struct mmx_mapping m;
	struct mmx_err err;
	char number[48];

	for (size_t i = 0; i < rows->n && !mmx_stopped(f->view->kernel->image); i++) {
		if (!rows->v[i].sum[column])
			continue;
		begin(f);
		if (mmx_mapping_read(&m, f->view, rows->v[i].key, &err)) {
			mmx_cover_fail(f->coverage, &err);
			snprintf(number, sizeof(number), "0x%" PRIx64, rows->v[i].key);
			put(f, number);
		} else if (m.kind == MMX_MAPPING_BLOCK || *m.path.text) {
			put(f, m.kind == MMX_MAPPING_BLOCK ? m.device : m.path.text);
		} else {
			snprintf(number, sizeof(number), "%s_inode_%" PRIu64, m.inode.fs,
				 m.inode.ino);
			put(f, number);
		}
		end(f, rows->v[i].sum[column]);
	}
}

static void each_cache(struct folded *f)
{
	const struct mmx_slab_caches *caches = mmx_know_slab_caches(f->view);
	const struct mmx_keyed_rows *rows = &f->largest->by[MMX_BY_CACHE];

	for (size_t i = 0; i < rows->n; i++) {
		const struct mmx_slab_cache *cache = mmx_slab_cache_at(caches, rows->v[i].key);

		begin(f);
		put(f, cache ? cache->name : "?");
		end(f, rows->v[i].total);
	}
}

static void put_code(struct folded *f, uint64_t addr)
{
	char name[256];

	mmx_symbol_format(&f->view->kernel->symbols, addr, name, sizeof(name));
	name[strcspn(name, "+ ")] = 0;
	put(f, name);
}

static void each_caller(struct folded *f)
{
	const struct mmx_keyed_rows *rows = &f->largest->callers;

	for (size_t i = 0; i < rows->n; i++) {
		begin(f);
		put_code(f, rows->v[i].key);
		end(f, rows->v[i].total);
	}
}

/* The outermost caller first, as flames grow. */
static void each_site(struct folded *f)
{
	const struct mmx_keyed_rows *rows = &f->largest->by[MMX_BY_SITE];
	struct mmx_trace trace;
	struct mmx_err err;

	for (size_t i = 0; i < rows->n; i++) {
		if (mmx_site_class(rows->v[i].key) != f->class)
			continue;
		begin(f);
		if (mmx_trace_fetch(&trace, f->view, mmx_site_stack(rows->v[i].key), &err)) {
			mmx_cover_fail(f->coverage, &err);
			continue;
		}
		while (trace.n--)
			put_code(f, trace.entry[trace.n]);
		end(f, rows->v[i].total);
	}
}

/* Where no stacks are kept, whom user memory is charged to is the next best. */
static void each_memcg(struct folded *f)
{
	const struct mmx_memcg_totals *memcgs = &f->largest->memcgs;
	struct mmx_memcg memcg;
	struct mmx_err err;

	for (size_t i = 0; i < memcgs->n; i++) {
		if (!memcgs->v[i].memcg || !memcgs->v[i].pages[MMX_MEMCG_ANON])
			continue;
		if (mmx_memcg_read(&memcg, f->view, memcgs->v[i].memcg, &err)) {
			mmx_cover_fail(f->coverage, &err);
			continue;
		}
		begin(f);
		put(f, memcg.path);
		end(f, memcgs->v[i].pages[MMX_MEMCG_ANON]);
	}
}

void mmx_folded_each(const struct mmx_ledger *ledger, const struct mmx_largest *largest,
		     struct mmx_view *view, struct mmx_coverage *coverage, mmx_folded_fn fn,
		     void *arg)
{
	struct folded f = {.ledger = ledger,
			   .largest = largest,
			   .view = view,
			   .coverage = coverage,
			   .fn = fn,
			   .arg = arg};

	for (unsigned int class = CLASS_NO_PAGE + 1; class < MMX_CLASS_COUNT; class ++) {
		f.class = class;
		f.left = ledger->total.class[class];
		if (class == CLASS_FILE || class == CLASS_SHMEM)
			each_file(&f, class == CLASS_SHMEM);
		else if (class == CLASS_SLAB)
			each_cache(&f);
		else if (class == CLASS_VMALLOC)
			each_caller(&f);
		else if (class == CLASS_ANON && !largest->by[MMX_BY_SITE].n)
			each_memcg(&f);
		else
			each_site(&f);
		begin(&f);
		end(&f, f.left);
	}
}
