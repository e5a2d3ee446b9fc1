// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "mm/files/cached.h"
#include "mm/frames/folio.h"
#include "mm/frames/tail_link.h"
#include "mm/mem.h"

/* Reclaim leaves a shadow behind, but swap takes what is shared memory's, and DAX has nothing else. */
static enum mmx_cached_kind values_of(const struct mmx_mapping *m)
{
	if (m->dax)
		return MMX_CACHED_DAX;
	return m->kind == MMX_MAPPING_SHMEM ? MMX_CACHED_SWAPPED : MMX_CACHED_SHADOW;
}

static int require(const struct mmx_kernel *k, const struct mmx_mapping *m, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_address_space_i_pages};

	if (m->kind == MMX_MAPPING_SWAP)
		return mmx_fail(err, MMX_EUSAGE, "the folios of the swap cache are no mapping's");
	return mmx_fact_require(&k->facts, FACT_PAGES, err) ||
			       mmx_layout_require(&k->layout, need, 1, err)
		       ? -1
		       : 0;
}

void mmx_cached_begin(struct mmx_cached *c, struct mmx_view *view, const struct mmx_mapping *m,
		      uint64_t first, uint64_t last)
{
	const struct mmx_kernel *k = view->kernel;
	struct mmx_err err;

	c->coverage = (struct mmx_coverage){0};
	c->mapping = m->addr;
	c->values = values_of(m);
	c->hugetlb = !strcmp(m->inode.fs, "hugetlbfs");
	c->all = !first && last == UINT64_MAX;
	c->pages = 0;
	c->counted = m->pages;
	c->done = require(k, m, &err) != 0;
	if (c->done)
		mmx_cover_fail(&c->coverage, &err);
	else
		mmx_xa_begin(&c->xa, view, m->addr + mmx_off(&k->layout, M_address_space_i_pages),
			     first, last);
}

/* An entry is left out for this reason. */
static int wrong(struct mmx_cached *c, enum mmx_code code, const char *what)
{
	return mmx_cover_failf(&c->coverage, code,
			       "the page cache at 0x%" PRIx64 " has 0x%" PRIx64
			       " at index 0x%" PRIx64 ", %s",
			       c->mapping, c->xa.entry, c->xa.first, what);
}

/* Its first struct page and, of a large folio, the second. */
static enum mmx_read read_pages(struct mmx_cached *c, const struct mmx_page_format *f,
				unsigned char *pages)
{
	uint64_t got;
	enum mmx_read read = mmx_pages_read(c->xa.view, c->head, 1, pages, &got);

	if (!read && mmx_bit(mmx_word(pages, f->flags), f->head))
		read = mmx_pages_read(c->xa.view, c->head + 1, 1, pages + f->size, &got);
	return read;
}

/* Whether a folio of that order belongs where the entry is. */
static bool right_size(const struct mmx_cached *c)
{
	uint64_t behind = c->xa.last - c->xa.first;

	return (c->order < 64 && behind == (1ULL << c->order) - 1) || (c->hugetlb && !behind);
}

static int take_folio(struct mmx_cached *c)
{
	const struct mmx_kernel *k = c->xa.view->kernel;
	const struct mmx_page_format *f = &mmx_mem(k)->page_format;
	unsigned char pages[2 * MMX_STRUCT_PAGE_MAX];
	enum mmx_read read;

	if (!mmx_page_pfn(k, c->xa.entry, &c->head))
		return wrong(c, MMX_ECORRUPT, "which is no struct page");
	read = read_pages(c, f, pages);
	if (read)
		return wrong(c, mmx_read_code(read), "whose struct page cannot be read");
	c->flags = mmx_word(pages, f->flags);
	c->private = mmx_word(pages, f->private);
	c->order = mmx_bit(c->flags, f->head) ? mmx_folio_order(f, pages) : 0;
	if (mmx_is_tail(f, pages))
		return wrong(c, MMX_ECORRUPT, "which is a folio's tail");
	if (mmx_word(pages, f->mapping) != c->mapping)
		return wrong(c, MMX_ECORRUPT, "which is of another mapping");
	if (mmx_word(pages, f->index) != c->xa.first)
		return wrong(c, MMX_ECORRUPT, "which is for another index");
	if (!right_size(c))
		return wrong(c, MMX_ECORRUPT, "which is of another size");
	c->kind = MMX_CACHED_FOLIO;
	return 0;
}

static int take(struct mmx_cached *c)
{
	c->first = c->xa.first;
	c->last = c->xa.last;
	c->head = c->value = c->order = 0;
	c->flags = c->private = 0;
	if (!mmx_xa_is_value(c->xa.entry)) {
		c->pages += c->xa.last - c->xa.first + 1;
		return take_folio(c);
	}
	c->kind = c->values;
	c->value = c->xa.entry >> 1;
	return 0;
}

static void check_count(struct mmx_cached *c)
{
	if (c->all && mmx_cover_whole(&c->xa.coverage) && c->pages != c->counted)
		mmx_cover_failf(&c->coverage, MMX_ECORRUPT,
				"the page cache at 0x%" PRIx64 " has %" PRIu64
				" pages, and its mapping counts %" PRIu64,
				c->mapping, c->pages, c->counted);
}

bool mmx_cached_next(struct mmx_cached *c)
{
	if (c->done)
		return false;
	while (mmx_xa_next(&c->xa)) {
		if (take(c))
			continue;
		c->coverage.found++;
		return true;
	}
	c->done = true;
	check_count(c);
	mmx_cover_inherit(&c->coverage, &c->xa.coverage);
	return false;
}

/* Huge pages are counted by their own size up to 6.6: their index says so, which is not that of their first page. */
static unsigned int shift_of(const struct mmx_cached *c)
{
	const struct mmx_page_format *f = &mmx_mem(c->xa.view->kernel)->page_format;

	return c->hugetlb && f->index_in_huge_pages && c->kind == MMX_CACHED_FOLIO ? c->order : 0;
}

void mmx_cached_span(const struct mmx_cached *c, uint64_t *first, uint64_t *last)
{
	unsigned int shift = shift_of(c);

	*first = c->first << shift;
	*last = c->last << shift | ((1ULL << shift) - 1);
}

int mmx_cached_has(struct mmx_view *view, uint64_t mapping, uint64_t index, uint64_t head,
		   bool *has, struct mmx_err *err)
{
	const struct mmx_layout *l = &view->kernel->layout;
	uint64_t entry;

	*has = true;
	if (!mmx_has(l, M_address_space_i_pages))
		return 0;
	if (mmx_xarray_load(view, mapping + mmx_off(l, M_address_space_i_pages), index, &entry,
			    err))
		return -1;
	*has = entry == mmx_page_addr(&mmx_mem(view->kernel)->vmemmap, head);
	return 0;
}
