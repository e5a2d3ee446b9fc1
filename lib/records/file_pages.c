// SPDX-License-Identifier: GPL-2.0-or-later
/* Where in a file what stands: all of it in runs, and single pages with their frames and blocks. */
#include <stdio.h>

#include "mm/files/blocks.h"
#include "mm/files/spans.h"
#include "mm/mem.h"
#include "mm/swap/swap_areas.h"
#include "records/files.h"

static const struct mmx_mapping *mapping_of(const struct mmx_rows *r)
{
	return mmx_file_asked_of(r)->mapping;
}

static bool folio_flag(const struct mmx_rows *r, uint64_t flags, enum mmx_layout_enumerator id)
{
	const struct mmx_layout *l = &r->view->kernel->layout;

	return mmx_has_enum(l, id) && mmx_bit(flags, mmx_enum(l, id));
}

/*
 * Runs of what is alike.
 */

struct run {
	enum mmx_span_kind kind;
	uint64_t first, last;
	uint64_t entries;
	unsigned int order;
	bool dirty, writeback, stale;
};

/* @ahead: a span that was read and begins the next run */
struct runs {
	struct mmx_spans spans;
	struct run row, ahead;
	bool has_ahead;
};

static bool has_runs(struct mmx_rows *r)
{
	return mapping_of(r) && mmx_file_asked_of(r)->verbose;
}

static int open_runs(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_file_asked *asked = mmx_file_asked_of(r);
	struct runs *runs = r->state;

	(void)err;
	mmx_spans_begin(&runs->spans, r->view, asked->mapping, asked->contents.pages, 0,
			UINT64_MAX);
	return 0;
}

static struct run run_of(const struct mmx_rows *r, const struct mmx_spans *s)
{
	struct run run = {.kind = s->kind, .first = s->first, .last = s->last, .entries = 1};

	if (s->kind != MMX_SPAN_CACHED)
		return run;
	run.order = s->cached.order;
	run.dirty = folio_flag(r, s->cached.flags, E_PG_dirty);
	run.writeback = folio_flag(r, s->cached.flags, E_PG_writeback);
	run.stale = !folio_flag(r, s->cached.flags, E_PG_uptodate);
	return run;
}

static bool are_alike(const struct run *a, const struct run *b)
{
	return a->kind == b->kind && a->order == b->order && a->dirty == b->dirty &&
	       a->writeback == b->writeback && a->stale == b->stale && a->last + 1 == b->first;
}

static const void *next_run(struct mmx_rows *r)
{
	struct runs *runs = r->state;

	runs->row = runs->ahead;
	if (!runs->has_ahead) {
		if (!mmx_spans_next(&runs->spans))
			return NULL;
		runs->row = run_of(r, &runs->spans);
	}
	runs->has_ahead = false;
	while (mmx_spans_next(&runs->spans)) {
		runs->ahead = run_of(r, &runs->spans);
		runs->has_ahead = !are_alike(&runs->row, &runs->ahead);
		if (runs->has_ahead)
			break;
		runs->row.last = runs->ahead.last;
		runs->row.entries++;
	}
	if (runs->row.kind != MMX_SPAN_BEYOND)
		return &runs->row;
	return runs->has_ahead ? next_run(r) : NULL;
}

static void run_pages(struct mmx_rows *r, struct mmx_value *v)
{
	const struct run *run = r->row;

	v->word = run->last - run->first + 1;
}

static void run_what(struct mmx_rows *r, struct mmx_value *v)
{
	const struct run *run = r->row;

	v->text = mmx_span_words(run->kind);
}

#define OF_CACHED(name, value)                                    \
	static void name(struct mmx_rows *r, struct mmx_value *v) \
	{                                                         \
		const struct run *run = r->row;                   \
                                                                  \
		value;                                            \
		if (run->kind != MMX_SPAN_CACHED)                 \
			mmx_value_null(v);                        \
	}

OF_CACHED(run_order, v->word = run->order)
OF_CACHED(run_dirty, v->truth = run->dirty)
OF_CACHED(run_writeback, v->truth = run->writeback)
OF_CACHED(run_uptodate, v->truth = !run->stale)

static const struct mmx_field run_fields[] = {
	{"first", MMX_HEX, "the first page", .width = 12, AT(struct run, first)},
	{"last", MMX_HEX, "the last one", .width = 12, AT(struct run, last)},
	{"pages", MMX_COUNT, "how many", .get = run_pages},
	{"order", MMX_COUNT, "of the folios, log2 of their pages", .may = MMX_OR_NULL,
	 .get = run_order},
	{"dirty", MMX_BOOL, "to be written back", .width = 5, .may = MMX_OR_NULL, .get = run_dirty},
	{"writeback", MMX_BOOL, "being written back", .width = 9, .may = MMX_OR_NULL,
	 .get = run_writeback},
	{"uptodate", MMX_BOOL, "all of it", .width = 8, .may = MMX_OR_NULL, .get = run_uptodate},
	{"what", MMX_TEXT, "what stands there", .get = run_what},
	{0},
};

const struct mmx_record mmx_record_file_runs = {
	.name = "run",
	.doc = "pages of the file, one behind the other, that are alike",
	.fields = run_fields,
	.state_size = sizeof(struct runs),
	.has = has_runs,
	.open = open_runs,
	.next = next_run,
};

/*
 * Single pages. What is no entry is a run of pages.
 */

static bool has_pages(struct mmx_rows *r)
{
	return mapping_of(r) && mmx_file_asked_of(r)->by_index;
}

/* A folio that is asked for in part is one row for each page. */
struct page {
	struct mmx_spans spans;
	uint64_t first, last;
};

static int open_pages(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_file_asked *asked = mmx_file_asked_of(r);
	struct page *page = r->state;

	(void)err;
	mmx_spans_begin(&page->spans, r->view, asked->mapping, asked->contents.pages, asked->first,
			asked->last);
	return 0;
}

static const void *next_page(struct mmx_rows *r)
{
	struct page *page = r->state;
	const struct mmx_spans *s = &page->spans;

	if (r->nth && s->kind <= MMX_SPAN_DAX && page->last < s->last) {
		page->first = ++page->last;
		return page;
	}
	if (!mmx_spans_next(&page->spans)) {
		mmx_cover_inherit(r->coverage, &s->coverage);
		return NULL;
	}
	page->first = s->first;
	page->last = s->kind <= MMX_SPAN_DAX ? s->first : s->last;
	return page;
}

static void page_heading(struct mmx_rows *r, char *text)
{
	const struct page *page = r->row;
	int n = snprintf(text, 64, "Page %llx", (unsigned long long)page->first);

	if (page->last != page->first)
		snprintf(text + n, 64 - n, " to %llx", (unsigned long long)page->last);
}

static bool is_cached(const struct mmx_rows *r)
{
	const struct page *page = r->row;

	return page->spans.kind == MMX_SPAN_CACHED;
}

static unsigned int page_shift(const struct mmx_rows *r)
{
	return r->view->kernel->arch->page_shift;
}

static uint64_t pfn_of(const struct mmx_rows *r)
{
	const struct page *page = r->row;
	uint64_t first, last;

	mmx_cached_span(&page->spans.cached, &first, &last);
	return page->spans.cached.head + page->first - first;
}

static void page_last(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;

	v->word = page->last;
	if (page->last == page->first)
		mmx_value_none(v);
}

static void page_offset(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;

	v->word = page->first << page_shift(r);
}

static void page_what(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;

	v->text = mmx_span_words(page->spans.kind);
}

static void beyond(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_contents *c = &mmx_file_asked_of(r)->contents;
	const struct page *page = r->row;

	v->truth = true;
	if (page->spans.kind == MMX_SPAN_BEYOND || !c->size_known || page->first < c->pages)
		mmx_value_none(v);
}

static void page_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_cached(r))
		v->word = pfn_of(r);
	else
		mmx_value_none(v);
}

static void page_page(struct mmx_rows *r, struct mmx_value *v)
{
	if (is_cached(r))
		v->word = mmx_page_addr(&mmx_mem(r->view->kernel)->vmemmap, pfn_of(r));
	else
		mmx_value_none(v);
}

/* Of the byte that was asked for, or else of the page's first one. */
static void page_phys(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_file_asked *asked = mmx_file_asked_of(r);

	if (!is_cached(r)) {
		mmx_value_none(v);
		return;
	}
	v->word = pfn_of(r) << page_shift(r);
	if (asked->by_offset)
		v->word += asked->offset & ((1ULL << page_shift(r)) - 1);
}

static void page_head(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;

	v->word = page->spans.cached.head;
	if (!is_cached(r))
		mmx_value_none(v);
}

static void page_order(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;

	v->word = page->spans.cached.order;
	if (!is_cached(r))
		mmx_value_none(v);
}

static void page_flags(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_flags *flags = &mmx_mem(r->view->kernel)->flags;
	const struct page *page = r->row;

	if (!is_cached(r)) {
		mmx_value_none(v);
		return;
	}
	v->word = page->spans.cached.flags;
	v->names = v->scratch->names;
	for (unsigned int bit = 0; bit < flags->named && bit < MMX_FLAG_NAMES; bit++) {
		if (mmx_bit(v->word, bit) && v->n_names < MMX_SCRATCH_NAMES)
			v->scratch->names[v->n_names++] = flags->name[bit];
	}
}

static void page_value(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;

	v->word = page->spans.cached.value;
	if (page->spans.kind != MMX_SPAN_EVICTED && page->spans.kind != MMX_SPAN_DAX &&
	    page->spans.kind != MMX_SPAN_SWAPPED)
		mmx_value_none(v);
}

/* The number stands for the first page of its entry, and slots for those behind it follow. */
static void swap_entry(const struct mmx_rows *r, unsigned int *type, uint64_t *offset)
{
	const struct page *page = r->row;

	mmx_swap_private(page->spans.cached.value, type, offset);
	*offset += page->first - page->spans.cached.first;
}

static void swap_area(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;
	unsigned int type;
	uint64_t offset;

	swap_entry(r, &type, &offset);
	v->word = type;
	if (page->spans.kind != MMX_SPAN_SWAPPED)
		mmx_value_none(v);
}

static void swap_slot(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;
	unsigned int type;
	uint64_t offset;

	swap_entry(r, &type, &offset);
	v->word = offset;
	if (page->spans.kind != MMX_SPAN_SWAPPED)
		mmx_value_none(v);
}

/* How DAX keeps a frame: behind four bits, of which the last says that there is none yet. */
static void dax_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;

	v->word = (page->spans.cached.value >> 4) + page->first - page->spans.cached.first;
	if (page->spans.kind != MMX_SPAN_DAX || page->spans.cached.value & 0xc)
		mmx_value_none(v);
}

/*
 * Blocks.
 */

static int open_blocks(struct mmx_rows *r, struct mmx_err *err)
{
	const struct page *page = r->above->row;

	(void)err;
	mmx_blocks_begin(r->state, r->view, mapping_of(r), &page->spans.cached);
	return 0;
}

/* Where the page that was asked for is in its folio. */
static void place_in_folio(const struct mmx_rows *r, uint64_t *at, uint64_t *size)
{
	const struct page *page = r->above->row;
	uint64_t first, last;

	mmx_cached_span(&page->spans.cached, &first, &last);
	*at = (page->first - first) << page_shift(r);
	*size = 1ULL << page_shift(r);
}

static const void *next_block(struct mmx_rows *r)
{
	struct mmx_blocks *blocks = r->state;
	uint64_t at, size;

	if (!is_cached(r->above))
		return NULL;
	place_in_folio(r, &at, &size);
	while (mmx_blocks_next(blocks)) {
		if (blocks->block.at < at + size && blocks->block.at + blocks->block.size > at)
			return &blocks->block;
	}
	return NULL;
}

static void block_number(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_block *block = r->row;

	v->word = block->number;
	if (!block->placed)
		mmx_value_null(v);
}

static void block_byte(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_block *block = r->row;

	v->word = block->number * block->size;
	if (!block->placed || block->number > UINT64_MAX / block->size)
		mmx_value_null(v);
}

static void block_device(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_block *block = r->row;
	char name[MMX_DEVICE_NAME];

	if (!block->bdev || !block->placed)
		mmx_value_null(v);
	else if (mmx_device_name(name, r->view, block->bdev, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
	else
		mmx_value_textf(v, "%s", name);
}

static void block_state(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_block *block = r->row;

	v->word = block->state;
	v->names = v->scratch->names;
	v->n_names = mmx_buffer_bits(&r->view->kernel->layout, block->state, v->scratch->names,
				     MMX_SCRATCH_NAMES);
	if (!block->addr)
		mmx_value_null(v);
}

static void block_dirty(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_block *block = r->row;

	v->truth = block->dirty;
	if (!block->dirty_known)
		mmx_value_null(v);
}

static void block_head(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_block *block = r->row;

	v->word = block->addr;
	if (!block->addr)
		mmx_value_null(v);
}

static const struct mmx_field block_fields[] = {
	{"at", MMX_HEX, "where in the folio it begins, in bytes", .width = 6,
	 AT(struct mmx_block, at)},
	{"size", MMX_COUNT, "its bytes", AT(struct mmx_block, size)},
	{"device", MMX_TEXT, "the block device that has it; null while it has no place", .width = 8,
	 .may = MMX_OR_NULL | MMX_OR_UNKNOWN | MMX_OR_EMPTY, .get = block_device},
	{"block", MMX_COUNT, "its number there, counted in blocks of that size", .may = MMX_OR_NULL,
	 .get = block_number},
	{"byte", MMX_HEX, "and where on the device that is", .width = 12, .may = MMX_OR_NULL,
	 .get = block_byte},
	{"uptodate", MMX_BOOL, "it has been read or written whole", .width = 8,
	 AT(struct mmx_block, uptodate)},
	{"dirty", MMX_BOOL, "it is to be written back; null where that is not kept", .width = 5,
	 .may = MMX_OR_NULL, .get = block_dirty},
	{"buffer_head", MMX_ADDR, "its struct buffer_head", .may = MMX_OR_NULL, .get = block_head},
	{"state", MMX_FLAGS, "its b_state; the names are of the bits that all file systems share",
	 .may = MMX_OR_NULL, .get = block_state},
	{0},
};

static const struct mmx_record blocks = {
	.name = "block",
	.doc = "a block of the page, as its file system keeps them with the folio",
	.fields = block_fields,
	.state_size = sizeof(struct mmx_blocks),
	.open = open_blocks,
	.next = next_block,
};

static void blocks_by(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;
	struct mmx_blocks b;

	if (!is_cached(r)) {
		mmx_value_none(v);
		return;
	}
	mmx_blocks_begin(&b, r->view, mapping_of(r), &page->spans.cached);
	v->text = mmx_blocks_kind_name(b.kind);
}

static void blocks_trouble(struct mmx_rows *r, struct mmx_value *v)
{
	const struct page *page = r->row;
	struct mmx_blocks b;

	if (is_cached(r)) {
		mmx_blocks_begin(&b, r->view, mapping_of(r), &page->spans.cached);
		while (mmx_blocks_next(&b))
			;
		v->scratch->err = b.coverage.first;
		v->err = &v->scratch->err;
	}
	if (!is_cached(r) || mmx_cover_whole(&b.coverage))
		mmx_value_none(v);
}

static const struct mmx_field page_fields[] = {
	{"index", MMX_HEX, "which page of the file", AT(struct page, first)},
	{"last", MMX_HEX, "where nothing is cached: up to this one", .may = MMX_OR_NONE,
	 .get = page_last},
	{"offset", MMX_HEX, "where in the file it begins, in bytes", .get = page_offset},
	{"what", MMX_TEXT, "what stands there", .get = page_what},
	{"beyond_end", MMX_BOOL, "only of what stands beyond the end of the file",
	 .may = MMX_OR_NONE, .get = beyond},
	{"pfn", MMX_PFN, "of a cached page: its frame", .may = MMX_OR_NONE, .get = page_pfn},
	{"page", MMX_ADDR, "and its struct page", .may = MMX_OR_NONE, .get = page_page},
	{"phys", MMX_ADDR, "its physical address; with -b that of the byte", .may = MMX_OR_NONE,
	 .get = page_phys},
	{"head", MMX_PFN, "the first frame of its folio", .may = MMX_OR_NONE, .get = page_head},
	{"order", MMX_COUNT, "log2 of the folio's pages", .may = MMX_OR_NONE, .get = page_order},
	{"flags", MMX_FLAGS, "the folio's flags word", .may = MMX_OR_NONE, .get = page_flags},
	{"entry", MMX_HEX, "what is no page: the number that stands in its place",
	 .may = MMX_OR_NONE, .get = page_value},
	{"swap_area", MMX_COUNT, "of what is swapped out: the area's number", .may = MMX_OR_NONE,
	 .get = swap_area},
	{"swap_slot", MMX_HEX, "and the slot in it", .may = MMX_OR_NONE, .get = swap_slot},
	{"dax_pfn", MMX_PFN, "of what is in persistent memory: the frame there", .may = MMX_OR_NONE,
	 .get = dax_pfn},
	{"blocks_by", MMX_TEXT,
	 "what keeps the folio's blocks: buffer heads, iomap, something of the file system's own, or none",
	 .may = MMX_OR_NONE, .get = blocks_by},
	{"trouble", MMX_TROUBLE, "what is wrong with them", .get = blocks_trouble},
	{"blocks", MMX_TABLE, "those that the page lies in", .title = "blocks", .may = MMX_OR_NONE,
	 .record = &blocks},
	{0},
};

const struct mmx_record mmx_record_file_pages = {
	.name = "page",
	.doc = "a page of the file that was asked for, or several that have nothing in memory",
	.fields = page_fields,
	.state_size = sizeof(struct page),
	.has = has_pages,
	.open = open_pages,
	.next = next_page,
	.heading = page_heading,
};
