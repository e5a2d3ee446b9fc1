// SPDX-License-Identifier: GPL-2.0-or-later
/* Struct pages: which frames have one, where it lies, what sharing saves, and what is wrong. */
#include <stdio.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/frames/memmap.h"
#include "mm/frames/vmemmap_steps.h"
#include "mm/owners/hugetlb_pools.h"
#include "mm/owners/page_ext.h"
#include "records/memmap.h"

static const struct mmx_memmap *memmap_of(const struct mmx_rows *r)
{
	return mmx_know_memmap(r->view);
}

static const struct mmx_mem *mem_of(const struct mmx_rows *r)
{
	return mmx_mem(r->view->kernel);
}

static unsigned int page_shift(const struct mmx_rows *r)
{
	return r->view->kernel->arch->page_shift;
}

/*
 * All of it.
 */

static int open_all(struct mmx_rows *r, struct mmx_err *err)
{
	(void)err;
	mmx_cover_inherit(r->coverage, &memmap_of(r)->coverage);
	return 0;
}

static const void *next_all(struct mmx_rows *r)
{
	return r->nth ? NULL : memmap_of(r);
}

static void derived(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mem_of(r)->kernel.facts.v[FACT_VMEMMAP].source;
}

static uint64_t frames_in(const struct mmx_rows *r, enum mmx_memmap_state state)
{
	const struct mmx_memmap *m = memmap_of(r);
	uint64_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].state == state)
			n += m->v[i].end - m->v[i].first;
	}
	return n;
}

static void online(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = frames_in(r, MMX_MEMMAP_ONLINE);
}

static void holes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = frames_in(r, MMX_MEMMAP_HOLE);
}

static void device(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = frames_in(r, MMX_MEMMAP_DEVICE);
}

static void offline(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = frames_in(r, MMX_MEMMAP_OFFLINE);
}

static void untold(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = frames_in(r, MMX_MEMMAP_UNTOLD);
}

static void from_boot(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_sparse *s = &mem_of(r)->sparse;

	v->word = 0;
	for (size_t i = 0; i < s->n; i++)
		v->word += s->v[i].early;
}

static void needed(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_step_array_needed(NULL, r->view->kernel).v;
}

static uint64_t physical_pages(const struct mmx_rows *r)
{
	return mem_of(r)->vmemmap.pages - mem_of(r)->vmemmap.shared;
}

static void physical(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_step_array_physical(NULL, r->view->kernel).v;
}

static void saved(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mem_of(r)->vmemmap.shared << page_shift(r);
}

static void elsewhere(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap *m = memmap_of(r);

	v->word = 0;
	for (size_t i = 0; i < m->n; i++)
		v->word += m->v[i].elsewhere;
}

/* The kernel's own counts, since 6.11. */
static void counter(struct mmx_rows *r, struct mmx_value *v, const char *name)
{
	if (!mmx_symbols_find(&r->view->kernel->symbols, name))
		mmx_value_null(v);
	else
		mmx_value_absent(v, mmx_kread_variable(r->view, name, 8, &v->word));
}

static void boot_counter(struct mmx_rows *r, struct mmx_value *v)
{
	counter(r, v, "nr_memmap_boot_pages");
}

static void later_counter(struct mmx_rows *r, struct mmx_value *v)
{
	counter(r, v, "nr_memmap_pages");
}

/* The same counters have the tables of page_ext, which are metadata of pages too: a table a section. */
static bool page_ext_pages(struct mmx_rows *r, uint64_t *pages)
{
	const struct mmx_sparse *s = &mem_of(r)->sparse;
	uint64_t size = 0, page = 1ULL << page_shift(r), table;

	*pages = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (!s->v[i].page_ext)
			continue;
		if (!size && mmx_kread_variable(r->view, "page_ext_size", 8, &size))
			return false;
		table = size << (s->section_bits - page_shift(r));
		*pages += (table + page - 1) / page;
	}
	return true;
}

static void uncounted(struct mmx_rows *r, struct mmx_value *v)
{
	uint64_t exts, boot, later;

	if (!mmx_symbols_find(&r->view->kernel->symbols, "nr_memmap_pages") ||
	    !page_ext_pages(r, &exts) ||
	    mmx_kread_variable(r->view, "nr_memmap_pages", 8, &later) ||
	    mmx_kread_variable(r->view, "nr_memmap_boot_pages", 8, &boot))
		mmx_value_null(v);
	else
		v->count = (int64_t)(physical_pages(r) - memmap_of(r)->tails + exts - boot - later);
}

static const struct mmx_field all_fields[] = {
	{"base_from", MMX_TEXT,
	 "what tells the base of the array; it is held against every section's map word",
	 .get = derived},
	{"boot_sections", MMX_COUNT, "sections that are from boot; the others came later",
	 .get = from_boot},
	{"online_frames", MMX_COUNT, "frames that the kernel itself looks at", .get = online},
	{"hole_frames", MMX_COUNT, "frames that are no memory, in sections from boot",
	 .get = holes},
	{"device_frames", MMX_COUNT, "frames of devices", .get = device},
	{"offline_frames", MMX_COUNT, "frames that are offline", .get = offline},
	{"unknown_frames", MMX_COUNT,
	 "frames that are offline or a device's, and which of them is not known", .get = untold},
	{"needed", MMX_BYTES, "bytes in a struct page, times all these frames", .get = needed},
	{"physical", MMX_BYTES, "what they take", .get = physical},
	{"saved", MMX_BYTES, "what they do not take, since parts of the array share physical pages",
	 .get = saved},
	{"shared_tails", MMX_COUNT,
	 "physical pages that stand for tails of several huge pages, since 7.1; in no count of the kernel's",
	 AT(struct mmx_memmap, tails)},
	{"boot_pages", MMX_COUNT, "pages with struct pages, set aside at boot",
	 AT(struct mmx_memmap, placed[MMX_PLACE_BOOT])},
	{"allocated_pages", MMX_COUNT, "those from the page allocator",
	 AT(struct mmx_memmap, placed[MMX_PLACE_ALLOCATED])},
	{"self_pages", MMX_COUNT, "those in the memory that their struct pages are of",
	 AT(struct mmx_memmap, placed[MMX_PLACE_SELF])},
	{"unknown_pages", MMX_COUNT, "those whose own struct page is not in the dump",
	 AT(struct mmx_memmap, placed[MMX_PLACE_UNKNOWN])},
	{"elsewhere_pages", MMX_COUNT, "pages with struct pages of frames of another node",
	 .get = elsewhere},
	{"kernel_boot", MMX_COUNT,
	 "nr_memmap_boot_pages, the kernel's count of those from boot; null on kernels without (before 6.11)",
	 .may = MMX_OR_NULL | MMX_OR_ABSENT, .get = boot_counter},
	{"kernel_later", MMX_COUNT, "nr_memmap_pages, of the others; both count page_ext too",
	 .may = MMX_OR_NULL | MMX_OR_ABSENT, .get = later_counter},
	{"uncounted_pages", MMX_NUMBER,
	 "pages that were found beyond those the kernel counts, page_ext and shared tails taken into account",
	 .may = MMX_OR_NULL, .get = uncounted},
	{0},
};

const struct mmx_record mmx_record_memmap = {
	.name = "memmap",
	.doc = "the struct pages of all frames, and where they lie",
	.fields = all_fields,
	.open = open_all,
	.next = next_all,
};

/*
 * Runs.
 */

static const void *next_run(struct mmx_rows *r)
{
	const struct mmx_memmap *m = memmap_of(r);

	return r->nth < m->n ? &m->v[r->nth] : NULL;
}

static void give_node(struct mmx_value *v, int32_t node)
{
	if (node < 0)
		mmx_value_null(v);
	else
		v->word = (uint64_t)node;
}

static void node(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap_run *run = r->row;

	give_node(v, run->node);
}

static void place_node(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap_run *run = r->row;

	give_node(v, run->place == MMX_PLACE_NONE ? MMX_NODE_UNKNOWN : run->place_node);
}

static void sections(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap_run *run = r->row;
	unsigned int shift = mem_of(r)->sparse.section_bits - page_shift(r);

	if (run->first >> shift == (run->end - 1) >> shift)
		mmx_value_textf(v, "%llu", (unsigned long long)(run->first >> shift));
	else
		mmx_value_textf(v, "%llu-%llu", (unsigned long long)(run->first >> shift),
				(unsigned long long)((run->end - 1) >> shift));
}

static void start_phys(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap_run *run = r->row;

	if (run->pieces)
		v->word = run->phys;
	else
		mmx_value_null(v);
}

static const char *origin_word(unsigned int early)
{
	return early ? "boot" : "later";
}

static const struct mmx_field run_fields[] = {
	{"start_pfn", MMX_PFN, "the first frame", .width = 9, AT(struct mmx_memmap_run, first)},
	{"end_pfn", MMX_PFN, "the first frame behind them", .width = 9,
	 AT(struct mmx_memmap_run, end)},
	{"sections", MMX_TEXT, "the numbers of the first and last section", .title = "SECTION",
	 .width = 7, .get = sections},
	{"state", MMX_WORD, "what the kernel has them as", .width = 7,
	 WORDS(MMX_MEMMAP_STATE_COUNT, mmx_memmap_state_word), AT(struct mmx_memmap_run, state)},
	{"origin", MMX_WORD, "since when the section is there", .title = "SINCE", .width = 5,
	 WORDS(2, origin_word), AT(struct mmx_memmap_run, early)},
	{"node", MMX_COUNT, "of the frames; null where they are of several, or nothing tells",
	 .width = 4, .may = MMX_OR_NULL, .get = node},
	{"memmap_node", MMX_COUNT,
	 "of the frames that hold their struct pages; null where they are of several, or nothing tells",
	 .title = "AT", .width = 4, .may = MMX_OR_NULL, .get = place_node},
	{"place", MMX_WORD, "what memory holds their struct pages", .width = 9,
	 WORDS(MMX_PLACE_COUNT, mmx_memmap_place_word), AT(struct mmx_memmap_run, place)},
	{"pages", MMX_COUNT, "pages of the array that are mapped for them", .width = 6,
	 AT(struct mmx_memmap_run, pages)},
	{"saved", MMX_COUNT, "those of them that share the physical page of another", .width = 6,
	 AT(struct mmx_memmap_run, saved)},
	{"elsewhere", MMX_COUNT, "those that lie on another node than the frames",
	 .title = "OFF-NODE", .width = 8, AT(struct mmx_memmap_run, elsewhere)},
	{"start_phys", MMX_ADDR,
	 "the lowest physical address of those that share none; null without any",
	 .title = "LOWEST", .width = 10, .may = MMX_OR_NULL, .get = start_phys},
	{"pieces", MMX_COUNT, "physical runs that they lie in", .width = 6,
	 AT(struct mmx_memmap_run, pieces)},
	{0},
};

const struct mmx_record mmx_record_memmap_runs = {
	.name = "memmap_run",
	.doc = "neighbouring frames that are alike, and where their struct pages lie",
	.fields = run_fields,
	.next = next_run,
};

/*
 * Savings.
 */

static const void *next_saving(struct mmx_rows *r)
{
	const struct mmx_memmap *m = memmap_of(r);

	return r->nth < m->n_savings ? &m->savings[r->nth] : NULL;
}

static void sharer(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap_saving *s = r->row;

	v->text = s->hstate ? s->hstate->name : "device";
}

static void page_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap_saving *s = r->row;

	v->word = 1ULL << (s->order + page_shift(r));
}

static void saved_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap_saving *s = r->row;

	v->word = s->pages << page_shift(r);
}

static void total(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_memmap_saving *s = r->row;

	if (s->hstate)
		v->word = s->hstate->total;
	else
		mmx_value_null(v);
}

static const struct mmx_field saving_fields[] = {
	{"of", MMX_TEXT, "the pool of huge pages, or devices", .width = 20, .get = sharer},
	{"size", MMX_BYTES, "of a page", .width = 8, .get = page_bytes},
	{"optimised", MMX_COUNT, "pages whose tails share their struct pages", .width = 10,
	 AT(struct mmx_memmap_saving, folios)},
	{"total", MMX_COUNT, "pages that the pool has; null of devices", .width = 10,
	 .may = MMX_OR_NULL, .get = total},
	{"saved_pages", MMX_COUNT, "pages of the array that need no memory of their own",
	 .title = "SAVED-PAGES", .width = 11, AT(struct mmx_memmap_saving, pages)},
	{"saved", MMX_BYTES, "the same in bytes; pages that stand for tails of several come off",
	 .width = 9, .get = saved_bytes},
	{0},
};

const struct mmx_record mmx_record_memmap_savings = {
	.name = "saving",
	.doc = "what sharing struct pages saves, by size of the huge pages",
	.fields = saving_fields,
	.next = next_saving,
};

/*
 * Altmaps.
 */

static const void *next_altmap(struct mmx_rows *r)
{
	const struct mmx_altmaps *a = mmx_know_altmaps(r->view);

	return r->nth < a->n ? &a->v[r->nth] : NULL;
}

static const char *owner_word(unsigned int device)
{
	return device ? "device" : "memory block";
}

static void give_told(struct mmx_rows *r, struct mmx_value *v, uint64_t word)
{
	const struct mmx_altmap *a = r->row;

	if (a->told)
		v->word = word;
	else
		mmx_value_null(v);
}

#define TOLD(member)                                                         \
	static void altmap_##member(struct mmx_rows *r, struct mmx_value *v) \
	{                                                                    \
		const struct mmx_altmap *a = r->row;                         \
                                                                             \
		give_told(r, v, a->member);                                  \
	}
TOLD(reserve)
TOLD(free)
TOLD(align)
#undef TOLD

static void altmap_end(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_altmap *a = r->row;

	give_told(r, v, a->end_pfn + 1);
}

/* Of the array's extents, those pages that lie in the frames that the altmap has given out. */
static void altmap_holds(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vmemmap *vmemmap = &mem_of(r)->vmemmap;
	const struct mmx_altmap *a = r->row;
	uint64_t first = a->base_pfn + a->reserve, end = first + a->align + a->alloc;

	v->word = 0;
	for (size_t i = 0; i < vmemmap->n; i++) {
		uint64_t from = vmemmap->v[i].phys >> page_shift(r),
			 to = from +
			      (vmemmap->v[i].repeat ? 1 : vmemmap->v[i].len >> page_shift(r));

		from = from < first ? first : from;
		to = to > end ? end : to;
		v->word += to > from ? to - from : 0;
	}
}

static const struct mmx_field altmap_fields[] = {
	{"of", MMX_WORD, "whose it is", .width = 12, WORDS(2, owner_word),
	 AT(struct mmx_altmap, device)},
	{"owner", MMX_ADDR, "address of the memory_block or dev_pagemap", .width = 16,
	 AT(struct mmx_altmap, owner)},
	{"start_pfn", MMX_PFN, "the first frame of what it is for", .width = 9,
	 AT(struct mmx_altmap, base_pfn)},
	{"end_pfn", MMX_PFN, "the first frame behind; null up to 6.5", .width = 9,
	 .may = MMX_OR_NULL, .get = altmap_end},
	{"reserve", MMX_COUNT, "frames at its beginning that are not for this; null up to 6.5",
	 .width = 8, .may = MMX_OR_NULL, .get = altmap_reserve},
	{"free", MMX_COUNT, "frames behind those that are; null up to 6.5", .width = 8,
	 .may = MMX_OR_NULL, .get = altmap_free},
	{"align", MMX_COUNT, "those that alignment has taken; null up to 6.5", .width = 6,
	 .may = MMX_OR_NULL, .get = altmap_align},
	{"alloc", MMX_COUNT, "those that hold struct pages, by the kernel's count", .width = 8,
	 AT(struct mmx_altmap, alloc)},
	{"holds", MMX_COUNT, "those that hold struct pages, by the page tables", .width = 8,
	 .get = altmap_holds},
	{0},
};

const struct mmx_record mmx_record_altmaps = {
	.name = "altmap",
	.doc = "memory that holds its own struct pages",
	.fields = altmap_fields,
	.next = next_altmap,
};

/*
 * Sections.
 */

static bool is_verbose(struct mmx_rows *r)
{
	const struct mmx_memmap_ask *ask = r->arg;

	return ask->verbose;
}

static const void *next_section(struct mmx_rows *r)
{
	const struct mmx_sparse *s = &mem_of(r)->sparse;

	return r->nth < s->n ? &s->v[r->nth] : NULL;
}

static void section_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_section *s = r->row;

	v->word = s->nr << (mem_of(r)->sparse.section_bits - page_shift(r));
}

static void subsections(struct mmx_rows *r, struct mmx_value *v)
{
	struct mmx_subsections sub;

	if (!mmx_subsections_read(r->view->kernel, r->row, &sub)) {
		mmx_value_absent(v, MMX_READ_UNREADABLE);
		return;
	}
	v->word = 0;
	for (unsigned int i = 0; i < sub.n; i++)
		v->word += mmx_subsection_present(&sub, i);
}

/* The pages of the array that are mapped for it. */
static void section_pages(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vmemmap *vmemmap = &mem_of(r)->vmemmap;
	const struct mmx_section *s = r->row;
	unsigned int shift = mem_of(r)->sparse.section_bits - page_shift(r);
	uint64_t first = mmx_page_addr(vmemmap, s->nr << shift),
		 end = mmx_page_addr(vmemmap, (s->nr + 1) << shift);

	v->word = 0;
	for (size_t i = mmx_array_bound(vmemmap, e, e->va + e->len <= first);
	     i < vmemmap->n && vmemmap->v[i].va < end; i++) {
		const struct mmx_vmemmap_extent *e = &vmemmap->v[i];

		v->word += (e->va + e->len < end ? e->va + e->len : end) -
			   (e->va > first ? e->va : first);
	}
	v->word >>= page_shift(r);
}

static const struct mmx_field section_fields[] = {
	{"section", MMX_COUNT, "its number", .width = 7, AT(struct mmx_section, nr)},
	{"start_pfn", MMX_PFN, "its first frame", .width = 9, .get = section_pfn},
	{"online", MMX_BOOL, "the kernel looks at its frames", .width = 6,
	 AT(struct mmx_section, online)},
	{"early", MMX_BOOL, "it is from boot, and all of its frames have struct pages", .width = 5,
	 AT(struct mmx_section, early)},
	{"device", MMX_BOOL, "memory of a device is in it beside other memory", .width = 6,
	 AT(struct mmx_section, device)},
	{"subsections", MMX_COUNT, "parts of 2 MiB that are memory", .width = 11,
	 .may = MMX_OR_ABSENT, .get = subsections},
	{"pages", MMX_COUNT, "pages of the array that are mapped for it", .width = 6,
	 .get = section_pages},
	{"map", MMX_ADDR, "where its map word says PFN 0's struct page would be", .width = 16,
	 AT(struct mmx_section, map)},
	{"usage", MMX_ADDR, "of its mem_section_usage", .width = 16, AT(struct mmx_section, usage)},
	{0},
};

const struct mmx_record mmx_record_sections = {
	.name = "section",
	.doc = "a memory section that is present",
	.fields = section_fields,
	.has = is_verbose,
	.next = next_section,
};

/*
 * Extents.
 */

static const void *next_extent(struct mmx_rows *r)
{
	const struct mmx_vmemmap *v = &mem_of(r)->vmemmap;

	return r->nth < v->n ? &v->v[r->nth] : NULL;
}

static void extent_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vmemmap *vmemmap = &mem_of(r)->vmemmap;
	const struct mmx_vmemmap_extent *e = r->row;

	v->word = (e->va - vmemmap->base + vmemmap->page_size - 1) / vmemmap->page_size;
}

static void extent_pages(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_vmemmap_extent *e = r->row;

	v->word = e->len >> page_shift(r);
}

static const struct mmx_field extent_fields[] = {
	{"page", MMX_ADDR, "where it begins in the array", .width = 16,
	 AT(struct mmx_vmemmap_extent, va)},
	{"pfn", MMX_PFN, "the frame whose struct page is the first to begin in it", .width = 9,
	 .get = extent_pfn},
	{"phys", MMX_ADDR, "where it lies", .width = 12, AT(struct mmx_vmemmap_extent, phys)},
	{"pages", MMX_COUNT, "pages of the array", .width = 9, .get = extent_pages},
	{"repeats", MMX_BOOL, "all of them are the one physical page",
	 AT(struct mmx_vmemmap_extent, repeat)},
	{0},
};

const struct mmx_record mmx_record_extents = {
	.name = "extent",
	.doc = "a part of the array that lies in one physical run, or all in one page",
	.fields = extent_fields,
	.has = is_verbose,
	.next = next_extent,
};

/*
 * Findings.
 */

static const void *next_finding(struct mmx_rows *r)
{
	const struct mmx_memmap *m = memmap_of(r);

	return r->nth < m->findings.n ? &m->findings.v[r->nth] : NULL;
}

static const struct mmx_field finding_fields[] = {
	{"fault", MMX_WORD, "what kind of fault it is", .width = 14,
	 WORDS(MMX_MEMMAP_FAULT_COUNT, mmx_memmap_fault_word),
	 AT(struct mmx_memmap_finding, fault)},
	{"pfn", MMX_PFN, "the frame whose struct page it is about", .width = 9,
	 AT(struct mmx_memmap_finding, pfn)},
	{"page", MMX_ADDR, "address of that struct page", .width = 16,
	 AT(struct mmx_memmap_finding, addr)},
	{"what", MMX_TEXT, "what is wrong", AT(struct mmx_memmap_finding, text)},
	{0},
};

const struct mmx_record mmx_record_memmap_findings = {
	.name = "finding",
	.doc = "something that is wrong with struct pages; of each kind the first 100",
	.fields = finding_fields,
	.next = next_finding,
};
