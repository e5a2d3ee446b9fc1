// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/list.h"
#include "kernel/member.h"
#include "kernel/percpu.h"
#include "mm/owners/percpu.h"
#include "mm/owners/owner.h"

#define MAX_SLOTS      256u
#define MAX_CHUNKS     (1u << 14)
#define MAX_UNIT_PAGES (1u << 16)

static const struct mmx_wanted chunk_wanted[] = {
	MMX_WANT(struct mmx_percpu_chunk, base, pcpu_chunk, base_addr),
	MMX_WANT(struct mmx_percpu_chunk, pages, pcpu_chunk, nr_pages),
	MMX_WANT(struct mmx_percpu_chunk, populated, pcpu_chunk, nr_populated),
};

static const struct mmx_decode chunk_table = MMX_DECODE("pcpu_chunk", chunk_wanted);

struct gather {
	struct mmx_view *view;
	struct mmx_percpu *p;
	uint64_t first,
		reserved; /* the first chunk's structs, which other chunks' lists hold too */
	uint64_t unit_pages;
	uint64_t left; /* frames that there can be still */
};

/* Without memory for more there is nothing to go on with; all else leaves the other chunks alone. */
static int troubled(struct gather *g, struct mmx_err *why)
{
	if (why->code == MMX_ENOMEM)
		return -1;
	mmx_fail_prefix(why, "per-CPU memory");
	mmx_cover_fail(&g->p->coverage, why);
	return 0;
}

static int read_units(struct gather *g, struct mmx_err *err)
{
	struct mmx_cpus cpus;
	uint64_t offsets;
	int ret = 0;

	if (mmx_kread_variable(g->view, "pcpu_unit_offsets", 8, &offsets))
		return mmx_fail(err, MMX_EABSENT, "pcpu_unit_offsets is unknown or unreadable");
	if (mmx_cpus_find(&cpus, g->view, err))
		return -1;
	for (size_t i = 0; i < cpus.n && !ret; i++) {
		struct mmx_percpu_unit unit = {.cpu = cpus.v[i].nr};
		unsigned char bytes[8];

		ret = mmx_kread_ok(g->view, offsets + unit.cpu * 8ull, bytes, sizeof(bytes),
				   "pcpu_unit_offsets", err);
		unit.offset = mmx_le64(bytes);
		if (!ret && !mmx_array_add(&g->p->units, unit))
			ret = mmx_fail_nomem(err);
	}
	mmx_cpus_free(&cpus);
	return ret;
}

/* Whether a page's owner is this chunk; the word that says so is index in 6.8, and private in 6.14. */
static enum mmx_read points_back(struct mmx_view *view, uint64_t pfn, uint64_t chunk, bool *back)
{
	const struct mmx_page_format *f = &mmx_mem(view->kernel)->page_format;
	unsigned char page[256];
	enum mmx_read read;
	uint64_t got;

	*back = false;
	if (f->size > sizeof(page) || !mmx_pfn_valid(&mmx_mem(view->kernel)->sparse, pfn))
		return MMX_READ_OK;
	read = mmx_pages_read(view, pfn, 1, page, &got);
	*back = !read && (mmx_word(page, f->index) == chunk || mmx_word(page, f->private) == chunk);
	return read;
}

/* A frame of a chunk: its own when its struct page says so, or is not asked. */
static int take_frame(struct gather *g, struct mmx_percpu_chunk *chunk, uint32_t owner, uint64_t at,
		      uint64_t pfn, struct mmx_err *err)
{
	enum mmx_read read = MMX_READ_OK;
	bool back = true;

	if (chunk->kind == MMX_PERCPU_DYNAMIC)
		read = points_back(g->view, pfn, chunk->addr, &back);
	if (read)
		chunk->unread++;
	else if (!back)
		chunk->strangers++;
	else if (!mmx_owned_add(&g->p->frames, owner, at, pfn, 1))
		return mmx_fail_nomem(err);
	return 0;
}

/* One page of a chunk on every CPU. */
static int take_page(struct gather *g, struct mmx_percpu_chunk *chunk, uint64_t at,
		     struct mmx_err *err)
{
	const struct mmx_kernel *k = g->view->kernel;
	uint32_t owner = (uint32_t)((g->p->n - 1) * g->p->units.n);

	for (size_t i = 0; i < g->p->units.n; i++) {
		uint64_t va = chunk->base + g->p->units.v[i].offset + (at << k->arch->page_shift);
		uint64_t phys, pfn;
		enum mmx_read read = mmx_kphys(g->view, va, &phys);

		if (read)
			return mmx_fail(err, MMX_EABSENT,
					"0x%" PRIx64 " of CPU %u in the chunk at 0x%" PRIx64
					" is %s",
					va, g->p->units.v[i].cpu, chunk->base, mmx_read_name(read));
		pfn = phys >> k->arch->page_shift;
		if (!g->left)
			return mmx_fail(err, MMX_ECORRUPT, "more pages than the machine has");
		g->left--;
		if (take_frame(g, chunk, owner + (uint32_t)i, at, pfn, err))
			return -1;
	}
	return 0;
}

static int add_chunk(struct gather *g, const struct mmx_percpu_chunk *chunk, struct mmx_err *err)
{
	if (g->p->n >= MAX_CHUNKS || chunk->pages > MAX_UNIT_PAGES)
		return mmx_fail(err, MMX_ECORRUPT,
				"chunk %zu, of %" PRIu64 " pages, is beyond all measure", g->p->n,
				chunk->pages);
	return mmx_array_add(g->p, *chunk) ? 0 : mmx_fail_nomem(err);
}

/* The first chunk: from pcpu_base_addr to where the part for dynamic allocations ends. */
static int read_static(struct gather *g, struct mmx_err *err)
{
	struct mmx_percpu_chunk *chunk, first = {.kind = MMX_PERCPU_STATIC, .addr = g->first};
	unsigned int shift = g->view->kernel->arch->page_shift;
	struct mmx_percpu_chunk dynamic;

	if (mmx_kread_variable(g->view, "pcpu_base_addr", 8, &first.base) ||
	    mmx_decode_into(&chunk_table, g->view, g->first, &dynamic))
		return mmx_fail(err, MMX_EABSENT, "the first chunk is unknown or unreadable");
	first.pages = first.populated = ((dynamic.base - first.base) >> shift) + dynamic.pages;
	if (dynamic.base < first.base || first.pages > g->unit_pages)
		return mmx_fail(err, MMX_ECORRUPT,
				"the first chunk begins at 0x%" PRIx64
				" and its dynamic part, of %" PRIu64 " pages, at 0x%" PRIx64,
				first.base, dynamic.pages, dynamic.base);
	if (add_chunk(g, &first, err))
		return -1;
	chunk = &g->p->v[g->p->n - 1];
	for (; chunk->found < chunk->pages; chunk->found++) {
		if (take_page(g, chunk, chunk->found, err))
			return -1;
	}
	return 0;
}

static int read_dynamic(struct gather *g, uint64_t addr, struct mmx_err *err)
{
	const struct mmx_layout *l = &g->view->kernel->layout;
	struct mmx_percpu_chunk *chunk, made = {.kind = MMX_PERCPU_DYNAMIC, .addr = addr};
	uint64_t map_at = addr + mmx_off(l, M_pcpu_chunk_populated);
	unsigned char map[512];

	if (mmx_decode_read(&chunk_table, g->view, addr, &made, err))
		return -1;
	if (made.pages != g->unit_pages)
		return mmx_fail(err, MMX_ECORRUPT,
				"chunk 0x%" PRIx64 " has %" PRIu64
				" pages, and a unit has %" PRIu64,
				addr, made.pages, g->unit_pages);
	if (add_chunk(g, &made, err))
		return -1;
	chunk = &g->p->v[g->p->n - 1];
	for (uint64_t at = 0; at < chunk->pages; at++) {
		uint64_t bit = at % (sizeof(map) * 8), left = (chunk->pages - at + 63) / 64 * 8;

		if (!bit && mmx_kread_ok(g->view, map_at + at / 8, map,
					 left < sizeof(map) ? left : sizeof(map),
					 "a chunk's map of pages", err))
			return -1;
		if (!(map[bit / 8] >> bit % 8 & 1))
			continue;
		chunk->found++;
		if (take_page(g, chunk, at, err))
			return -1;
	}
	if (chunk->found != chunk->populated)
		return mmx_fail(err, MMX_ECORRUPT,
				"chunk 0x%" PRIx64 " says that %" PRIu64
				" pages are there, its map has %" PRIu64,
				addr, chunk->populated, chunk->found);
	if (chunk->strangers)
		return mmx_fail(err, MMX_ECORRUPT,
				"%" PRIu64 " pages of chunk 0x%" PRIx64 " do not point back to it",
				chunk->strangers, addr);
	if (chunk->unread)
		return mmx_fail(err, MMX_EABSENT,
				"the struct pages of %" PRIu64 " pages of chunk 0x%" PRIx64
				" cannot be read",
				chunk->unread, addr);
	return 0;
}

static int read_list(struct gather *g, uint64_t head, struct mmx_err *err)
{
	struct mmx_list list;

	mmx_list_begin(&list, g->view, head, MAX_CHUNKS);
	while (mmx_list_next(&list)) {
		uint64_t addr = list.node - mmx_off(&g->view->kernel->layout, M_pcpu_chunk_list);

		if (addr != g->first && addr != g->reserved && read_dynamic(g, addr, err) &&
		    troubled(g, err))
			return -1;
	}
	if (!mmx_cover_whole(&list.coverage))
		troubled(g, &list.coverage.first);
	return 0;
}

static int require(struct gather *g, uint64_t *lists, uint64_t *slots, struct mmx_err *err)
{
	static const enum mmx_layout_member places[] = {M_pcpu_chunk_list, M_pcpu_chunk_populated};
	struct mmx_view *view = g->view;

	if (mmx_decode_require(&chunk_table, &view->kernel->layout, err) ||
	    mmx_layout_require(&view->kernel->layout, places, sizeof(places) / sizeof(*places),
			       err) ||
	    mmx_fact_require(&view->kernel->facts, FACT_VMEMMAP, err))
		return -1;
	if (mmx_kread_variable(view, "pcpu_chunk_lists", 8, lists) ||
	    mmx_kread_variable(view, "pcpu_nr_slots", 4, slots) ||
	    mmx_kread_variable(view, "pcpu_first_chunk", 8, &g->first) ||
	    mmx_kread_variable(view, "pcpu_reserved_chunk", 8, &g->reserved) ||
	    mmx_kread_variable(view, "pcpu_unit_pages", 4, &g->unit_pages))
		return mmx_fail(
			err, MMX_EABSENT,
			"per-CPU memory: pcpu_chunk_lists, pcpu_nr_slots, pcpu_first_chunk, "
			"pcpu_reserved_chunk or pcpu_unit_pages is unknown or unreadable");
	if (*slots > MAX_SLOTS || g->unit_pages > MAX_UNIT_PAGES)
		return mmx_fail(err, MMX_ECORRUPT,
				"per-CPU memory: %" PRIu64 " lists of chunks of %" PRIu64
				" pages make no sense",
				*slots, g->unit_pages);
	return 0;
}

int mmx_percpu_find(struct mmx_percpu *p, struct mmx_view *view, struct mmx_err *err)
{
	struct gather g = {
		.view = view, .p = p, .left = mmx_ranges_total(&mmx_mem(view->kernel)->sparse.pfn)};
	uint64_t lists, slots;

	if (require(&g, &lists, &slots, err))
		return -1;
	if (read_units(&g, err))
		return mmx_fail_prefix(err, "per-CPU memory");
	if (read_static(&g, err) && troubled(&g, err))
		return -1;
	for (uint64_t i = 0; i < slots; i++) {
		if (read_list(&g, lists + i * 16, err))
			return -1;
	}
	mmx_owned_sort(&p->frames);
	p->coverage.found = p->n;
	return 0;
}

void mmx_percpu_free(struct mmx_percpu *p)
{
	mmx_owned_free(&p->frames);
	mmx_array_free(&p->units);
	mmx_array_free(p);
}

bool mmx_percpu_page(const struct mmx_percpu *p, const struct mmx_view *view, uint64_t pfn,
		     struct mmx_percpu_page *page)
{
	const struct mmx_owned_run *run = mmx_owned_find(&p->frames, pfn);
	const struct mmx_percpu_unit *unit;

	if (!run)
		return false;
	unit = &p->units.v[run->owner % p->units.n];
	page->chunk = &p->v[run->owner / p->units.n];
	page->cpu = unit->cpu;
	page->at = run->at + (pfn - run->pfn);
	page->addr =
		page->chunk->base + unit->offset + (page->at << view->kernel->arch->page_shift);
	return true;
}

static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	return mmx_owned_run(&mmx_know_percpu(view)->frames, nth, run);
}

const struct mmx_owner_kind mmx_owner_percpu = {
	.name = "per-CPU memory",
	.class = CLASS_PERCPU,
	.why = "a per-CPU chunk has it",
	.known = MMX_KNOWN_percpu,
	.run = runs,
};
