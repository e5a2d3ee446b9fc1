// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "mm/frames/memmap.h"
#include "mm/mem.h"
#include "mm/owners/owner.h"

#define ENTRY(id, word) word,
const char *mmx_memmap_state_word(unsigned int state)
{
	static const char *const words[] = {MMX_MEMMAP_STATES(ENTRY)};

	return words[state];
}

const char *mmx_memmap_place_word(unsigned int place)
{
	static const char *const words[] = {MMX_MEMMAP_PLACES(ENTRY)};

	return words[place];
}

const char *mmx_memmap_fault_word(unsigned int fault)
{
	static const char *const words[] = {MMX_MEMMAP_FAULTS(ENTRY)};

	return words[fault];
}
#undef ENTRY

int mmx_memmap_found(struct mmx_memmap *memmap, struct mmx_view *view, enum mmx_memmap_fault fault,
		     uint64_t pfn, const char *fmt, ...)
{
	struct mmx_memmap_finding finding = {
		.fault = fault,
		.pfn = pfn,
		.addr = mmx_page_addr(&mmx_mem(view->kernel)->vmemmap, pfn)};
	va_list args;

	if (memmap->findings.count[fault]++ >= MMX_MEMMAP_FINDINGS_KEPT)
		return 0;
	va_start(args, fmt);
	vsnprintf(finding.text, sizeof(finding.text), fmt, args);
	va_end(args);
	return mmx_array_add(&memmap->findings, finding) ? 0 : -1;
}

uint64_t mmx_memmap_findings(const struct mmx_memmap *memmap)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < MMX_MEMMAP_FAULT_COUNT; i++)
		n += memmap->findings.count[i];
	return n;
}

/*
 * @extent: the first one that does not end before the frames that are looked at
 * @section: runs of the section that is looked at
 * @gap: of its struct pages, those that no page table maps
 */
struct finder {
	struct mmx_memmap *memmap;
	struct mmx_view *view;
	const struct mmx_mem *mem;
	const struct mmx_altmaps *altmaps;
	size_t extent;
	struct {
		MMX_ARRAY(struct mmx_memmap_run);
	} section;
	struct mmx_range gap;
	uint64_t gap_bytes;
};

static int node_of_page(const struct finder *f, uint64_t pfn)
{
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t got;

	if (!mmx_fact_usable(&f->mem->kernel.facts, FACT_PAGES) ||
	    mmx_pages_read(f->view, pfn, 1, bytes, &got))
		return MMX_NODE_UNKNOWN;
	return mmx_flag_field(&f->mem->flags, FIELD_NODE,
			      mmx_word(bytes, f->mem->page_format.flags));
}

/*
 * Where the zones of one node alone span a frame, it is that node's; else its struct page tells. What is offline
 * may lie within the span of another node's zone, and have a struct page that nobody ever filled.
 */
static int node_of(const struct finder *f, uint64_t pfn)
{
	const struct mmx_zones *zones = &f->mem->zones;
	int node = MMX_NODE_UNKNOWN;

	if (mmx_pfn_offline(&f->mem->sparse, pfn))
		return mmx_altmaps_node(f->altmaps, pfn);
	for (size_t i = 0; i < zones->n; i++) {
		const struct mmx_zone *zone = &zones->v[i];

		if (pfn < zone->start_pfn || pfn - zone->start_pfn >= zone->spanned)
			continue;
		if (node != MMX_NODE_UNKNOWN && node != (int)zone->node)
			return node_of_page(f, pfn);
		node = zone->node;
	}
	return node != MMX_NODE_UNKNOWN ? node : mmx_altmaps_node(f->altmaps, pfn);
}

static int same_node(int a, int b)
{
	return a == b ? a : MMX_NODE_SEVERAL;
}

static int node_of_frames(const struct finder *f, uint64_t first, uint64_t end)
{
	return same_node(node_of(f, first), node_of(f, end - 1));
}

static enum mmx_memmap_place place_of(const struct finder *f, uint64_t pfn)
{
	unsigned char bytes[MMX_STRUCT_PAGE_MAX];
	uint64_t got;

	if (mmx_altmap_at(f->altmaps, pfn))
		return MMX_PLACE_SELF;
	if (!mmx_fact_usable(&f->mem->kernel.facts, FACT_PAGES) ||
	    mmx_pages_read(f->view, pfn, 1, bytes, &got))
		return MMX_PLACE_UNKNOWN;
	return mmx_bit(mmx_word(bytes, f->mem->page_format.flags), f->mem->page_format.reserved)
		       ? MMX_PLACE_BOOT
		       : MMX_PLACE_ALLOCATED;
}

static enum mmx_memmap_state state_of(const struct finder *f, const struct mmx_section *section,
				      uint64_t pfn)
{
	const struct mmx_sparse *s = &f->mem->sparse;

	if (s->holes.n && mmx_ranges_has(&s->holes, pfn, 1))
		return MMX_MEMMAP_HOLE;
	if ((section->device || !section->online) &&
	    !mmx_fact_usable(&f->mem->kernel.facts, FACT_ONLINE))
		return MMX_MEMMAP_UNTOLD;
	if (mmx_pfn_device(s, pfn))
		return MMX_MEMMAP_DEVICE;
	return mmx_pfn_offline(s, pfn) ? MMX_MEMMAP_OFFLINE : MMX_MEMMAP_ONLINE;
}

/* The second of two runs joins the first. */
static void join(struct mmx_memmap_run *a, const struct mmx_memmap_run *b)
{
	if (a->place == MMX_PLACE_NONE) {
		a->place = b->place;
		a->place_node = b->place_node;
	} else if (b->place != MMX_PLACE_NONE) {
		a->place = a->place == b->place ? a->place : MMX_PLACE_MIXED;
		a->place_node = same_node(a->place_node, b->place_node);
	}
	if (b->pieces && !a->pieces) {
		a->phys = b->phys;
		a->begins = b->begins;
	} else if (b->pieces) {
		a->phys = b->phys < a->phys ? b->phys : a->phys;
		a->pieces -= a->ends == b->begins;
	}
	if (b->pieces)
		a->ends = b->ends;
	a->pieces += b->pieces;
	a->end = b->end;
	a->pages += b->pages;
	a->saved += b->saved;
	a->elsewhere += b->elsewhere;
}

/* What of one extent is for the run's frames, from @va to @end. */
static void add_piece(const struct finder *f, struct mmx_memmap_run *run,
		      const struct mmx_vmemmap_extent *e, uint64_t va, uint64_t end)
{
	unsigned int shift = f->mem->kernel.arch->page_shift;
	uint64_t pages = (end - va) >> shift, own = pages;
	struct mmx_memmap_run piece = {.end = run->end, .pages = pages};

	piece.phys = piece.begins = e->phys + (e->repeat ? 0 : va - e->va);
	piece.ends = piece.phys + (e->repeat ? 1ULL << shift : end - va);
	if (e->repeat)
		own = va == e->va && mmx_memmap_owns(f->view, e);
	piece.saved = pages - own;
	piece.place = place_of(f, piece.phys >> shift);
	piece.place_node = node_of_frames(f, piece.phys >> shift, piece.ends >> shift);
	piece.pieces = own ? 1 : 0;
	if (run->node >= 0 && piece.place_node >= 0 && run->node != piece.place_node)
		piece.elsewhere = own;
	join(run, &piece);
}

static int check_extent(const struct finder *f, const struct mmx_memmap_run *run,
			const struct mmx_vmemmap_extent *e, uint64_t va)
{
	uint64_t size = f->mem->vmemmap.page_size;

	if (run->state != MMX_MEMMAP_ONLINE || e->repeat)
		return 0;
	return mmx_memmap_check_page(f->memmap, f->view,
				     (va - f->mem->vmemmap.base + size - 1) / size);
}

static int tell_gap(struct finder *f, const struct mmx_section *section)
{
	uint64_t size = f->mem->vmemmap.page_size, bytes = f->gap_bytes;

	f->gap_bytes = 0;
	/* Page tables that could not be read tell nothing, and are told of already. */
	if (!bytes || !mmx_cover_whole(&f->mem->vmemmap.coverage))
		return 0;
	return mmx_memmap_found(f->memmap, f->view, MMX_MEMMAP_UNMAPPED, f->gap.start,
				"%" PRIu64 " struct pages of PFN 0x%" PRIx64 " to 0x%" PRIx64
				" (section %" PRIu64 ") are mapped by no page table",
				(bytes + size - 1) / size, f->gap.start, f->gap.end - 1,
				section->nr);
}

static void note_gap(struct finder *f, const struct mmx_memmap_run *run, uint64_t bytes)
{
	if (!f->gap_bytes)
		f->gap.start = run->first;
	f->gap.end = run->end;
	f->gap_bytes += bytes;
}

/* Where the struct pages of the run's frames lie. */
static int place(struct finder *f, const struct mmx_section *section, struct mmx_memmap_run *run)
{
	const struct mmx_vmemmap *v = &f->mem->vmemmap;
	uint64_t va = mmx_page_addr(v, run->first), last = mmx_page_addr(v, run->end), missing;

	missing = last - va;
	while (f->extent < v->n && v->v[f->extent].va + v->v[f->extent].len <= va)
		f->extent++;
	for (size_t i = f->extent; i < v->n && v->v[i].va < last; i++) {
		const struct mmx_vmemmap_extent *e = &v->v[i];
		uint64_t from = e->va > va ? e->va : va,
			 to = e->va + e->len < last ? e->va + e->len : last;

		add_piece(f, run, e, from, to);
		if (check_extent(f, run, e, from))
			return -1;
		missing -= to - from;
	}
	if (missing)
		note_gap(f, run, missing);
	else if (tell_gap(f, section))
		return -1;
	return 0;
}

static bool alike(const struct mmx_memmap_run *a, const struct mmx_memmap_run *b)
{
	return a->end == b->first && a->state == b->state && a->early == b->early &&
	       a->node == b->node;
}

/* Within a section only the frames tell runs apart: huge pages would make a run each. */
static bool add_to_section(struct finder *f, const struct mmx_memmap_run *run)
{
	struct mmx_memmap_run *last = f->section.n ? &f->section.v[f->section.n - 1] : NULL;

	if (!last || !alike(last, run))
		return mmx_array_add(&f->section, *run);
	join(last, run);
	return true;
}

static bool add_runs(struct finder *f)
{
	struct mmx_memmap *m = f->memmap;

	for (size_t i = 0; i < f->section.n; i++) {
		const struct mmx_memmap_run *run = &f->section.v[i];
		struct mmx_memmap_run *last = m->n ? &m->v[m->n - 1] : NULL;

		if (last && alike(last, run) && last->place == run->place &&
		    last->place_node == run->place_node)
			join(last, run);
		else if (!mmx_array_add(m, *run))
			return false;
	}
	f->section.n = 0;
	return true;
}

static int add_section(struct finder *f, const struct mmx_section *section, struct mmx_err *err)
{
	struct mmx_subsections sub;

	if (section->map != f->mem->vmemmap.base &&
	    mmx_memmap_found(
		    f->memmap, f->view, MMX_MEMMAP_MAP_WORD,
		    section->nr << (f->mem->sparse.section_bits - f->mem->kernel.arch->page_shift),
		    "the map word of section %" PRIu64 " leads to 0x%" PRIx64
		    ", and vmemmap is at 0x%" PRIx64,
		    section->nr, section->map, f->mem->vmemmap.base))
		return mmx_fail_nomem(err);
	if (!mmx_subsections_read(&f->mem->kernel, section, &sub)) {
		mmx_cover_failf(&f->memmap->coverage, MMX_EABSENT,
				"the subsection map of section %" PRIu64 " is unreadable",
				section->nr);
		return 0;
	}
	for (unsigned int i = 0; i < sub.n; i++) {
		struct mmx_memmap_run run = {.first = mmx_subsection_pfn(&sub, i),
					     .early = section->early};

		if (!section->early && !mmx_subsection_present(&sub, i))
			continue;
		run.end = run.first + (1ULL << sub.shift);
		run.state = state_of(f, section, run.first);
		run.node = node_of_frames(f, run.first, run.end);
		if (place(f, section, &run) || !add_to_section(f, &run))
			return mmx_fail_nomem(err);
	}
	return tell_gap(f, section) || !add_runs(f) ? mmx_fail_nomem(err) : 0;
}

static int find(struct finder *f, struct mmx_err *err)
{
	const struct mmx_sparse *sparse = &f->mem->sparse;

	for (size_t i = 0; i < sparse->n && !mmx_stopped(f->mem->kernel.image); i++) {
		if (add_section(f, &sparse->v[i], err))
			return -1;
	}
	if (mmx_fact_require(&f->mem->kernel.facts, FACT_PAGES, err)) {
		mmx_cover_fail(&f->memmap->coverage, err);
		return 0;
	}
	return mmx_memmap_shared(f->memmap, f->view, err) ||
			       mmx_memmap_check_places(f->memmap, f->view, err)
		       ? -1
		       : 0;
}

int mmx_memmap_find(struct mmx_memmap *memmap, struct mmx_view *view, struct mmx_err *err)
{
	struct finder f = {.memmap = memmap,
			   .view = view,
			   .mem = mmx_mem(view->kernel),
			   .altmaps = mmx_know_altmaps(view)};
	int failed;

	if (!f.mem->vmemmap.base)
		return mmx_fail(err, MMX_EMISSING, "vmemmap: %s",
				view->kernel->facts.v[FACT_VMEMMAP].text);
	mmx_cover_inherit(&memmap->coverage, &f.mem->vmemmap.coverage);
	/* Without that a device's frames cannot be told from what is offline. */
	if (mmx_fact_require(&view->kernel->facts, FACT_ONLINE, err))
		mmx_cover_fail(&memmap->coverage, err);
	failed = find(&f, err);
	mmx_array_free(&f.section);
	memmap->coverage.found = memmap->n;
	return failed;
}

void mmx_memmap_free(struct mmx_memmap *memmap)
{
	mmx_array_free(&memmap->findings);
	mmx_array_free(memmap);
}
