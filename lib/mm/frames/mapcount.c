// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/frames/mapcount.h"
#include "mm/frames/page_walk.h"

int mmx_mapcount_format_find(const struct mmx_kernel *k, struct mmx_page_format *f,
			     struct mmx_err *err)
{
	const struct mmx_layout *l = &k->layout;

	f->entire_mapcount = mmx_off(l, M_folio_entire_mapcount);
	f->large_mapcount = mmx_off(l, M_folio_large_mapcount);
	f->nr_pages_mapped = mmx_off(l, M_folio_nr_pages_mapped);
	f->mapped = mmx_has(l, M_folio_large_mapcount)    ? MMX_MAPPED_LARGE
		    : mmx_has(l, M_folio_nr_pages_mapped) ? MMX_MAPPED_NR
							  : MMX_MAPPED_PAGES;
	if (!mmx_has(l, M_folio_entire_mapcount))
		return mmx_fail(err, MMX_EMISSING,
				"no member tells how often a large folio is mapped");
	/*
	 * From 6.15 on a kernel may be configured not to count pages of large folios one by one. Nothing in
	 * the types tells, but for the owners' ids that came at the same time: without these it counts.
	 */
	f->may_not_count_pages = f->mapped == MMX_MAPPED_LARGE && mmx_has(l, M_folio_mm_ids);
	f->has_pincount = mmx_has(l, M_folio_pincount);
	f->pincount = mmx_off(l, M_folio_pincount);
	return 0;
}

/*
 * 6.1 counts a large folio's mappings page by page. One page that is mapped is enough; that none is,
 * only all of them together can tell.
 */
static enum mmx_read any_page_mapped(const struct mmx_page_walk *w, bool *mapped)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	unsigned char page[MMX_STRUCT_PAGE_MAX];
	enum mmx_read missing = MMX_READ_OK;

	*mapped = false;
	if (w->folio.bad)
		return MMX_READ_UNREADABLE;
	for (uint64_t pfn = w->folio.head; pfn < w->folio_end && !*mapped; pfn++) {
		enum mmx_read read = mmx_walk_peek(w, pfn, page);

		if (read)
			missing = read;
		else
			*mapped = mmx_int(page, f->mapcount) >= 0;
	}
	return *mapped ? MMX_READ_OK : missing;
}

static enum mmx_read large_mapped(const struct mmx_page_walk *w, bool *mapped)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	const unsigned char *bytes = w->folio.bytes;

	switch (f->mapped) {
	case MMX_MAPPED_PAGES:
		*mapped = mmx_int(bytes, f->entire_mapcount) >= 0;
		return *mapped || w->folio.hugetlb ? MMX_READ_OK : any_page_mapped(w, mapped);
	case MMX_MAPPED_NR:
		*mapped = mmx_int(bytes, f->nr_pages_mapped) > 0 ||
			  mmx_int(bytes, f->entire_mapcount) >= 0;
		return MMX_READ_OK;
	case MMX_MAPPED_LARGE:
		*mapped = mmx_int(bytes, f->large_mapcount) >= 0;
		return MMX_READ_OK;
	}
	return MMX_READ_UNREADABLE;
}

enum mmx_read mmx_folio_mapped(struct mmx_page_walk *w, bool *mapped)
{
	if (w->folio.read)
		return w->folio.read;
	if (!w->folio.large) {
		*mapped = mmx_int(w->folio.bytes, mmx_walk_format(w)->mapcount) >= 0;
		return MMX_READ_OK;
	}
	if (!w->mapped_known) {
		w->mapped_read = large_mapped(w, &w->mapped);
		w->mapped_known = true;
	}
	*mapped = w->mapped;
	return w->mapped_read;
}

/* The sum of what the folio's pages count themselves. */
static enum mmx_read sum_of_pages(const struct mmx_page_walk *w, int64_t *sum)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	unsigned char page[MMX_STRUCT_PAGE_MAX];

	*sum = 0;
	if (w->folio.bad)
		return MMX_READ_UNREADABLE;
	for (uint64_t pfn = w->folio.head; pfn < w->folio_end; pfn++) {
		enum mmx_read read = mmx_walk_peek(w, pfn, page);

		if (read)
			return read;
		*sum += (int64_t)mmx_int(page, f->mapcount) + 1;
	}
	return MMX_READ_OK;
}

enum mmx_read mmx_folio_mapcount(const struct mmx_page_walk *w, int64_t *count)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	const unsigned char *bytes = w->folio.bytes;
	int64_t entire, sum, pages = 1LL << w->folio.order;
	enum mmx_read read = w->folio.read;

	if (read)
		return read;
	if (!w->folio.large) {
		*count = w->folio.type == MMX_PAGE_NONE ? (int64_t)mmx_int(bytes, f->mapcount) + 1
							: 0;
		return MMX_READ_OK;
	}
	if (f->mapped == MMX_MAPPED_LARGE) {
		*count = (int64_t)mmx_int(bytes, f->large_mapcount) + 1;
		return MMX_READ_OK;
	}
	entire = *count = (int64_t)mmx_int(bytes, f->entire_mapcount) + 1;
	if (w->folio.hugetlb)
		return MMX_READ_OK;
	read = sum_of_pages(w, &sum);
	*count += sum;
	if (f->mapped == MMX_MAPPED_NR)
		return read;
	/* 6.1: a file folio's pages count each whole mapping too; so do anonymous ones in double-map state, once. */
	if (!mmx_folio_anon(w))
		*count -= entire * pages;
	else if (mmx_bit(mmx_word(bytes, f->size + f->flags), f->double_map))
		*count -= pages;
	return read;
}

/*
 * A kernel that counts pages has one counted whenever entries map pages of the folio by themselves:
 * it counts the page first on mapping, and last on unmapping. One that does not count them leaves
 * their words alone; _nr_pages_mapped it does not even initialise. hugetlb maps as a whole only.
 */
enum mmx_read mmx_folio_counted(struct mmx_page_walk *w, enum mmx_counted *counted)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	const unsigned char *bytes = w->folio.bytes;
	enum mmx_read read;
	bool any;

	*counted = f->may_not_count_pages ? MMX_COUNTED_UNKNOWN : MMX_COUNTED_PAGES;
	if (!f->may_not_count_pages || w->folio.read || !w->folio.large || w->folio.hugetlb ||
	    mmx_int(bytes, f->large_mapcount) <= mmx_int(bytes, f->entire_mapcount))
		return w->folio.read;
	if (!w->counted_known) {
		read = any_page_mapped(w, &any);
		if (read)
			return read;
		w->counted = any ? MMX_COUNTED_PAGES : MMX_COUNTED_FOLIO;
		w->counted_known = true;
	}
	*counted = w->counted;
	return MMX_READ_OK;
}

/* Entries for the whole count for each page, others by their share, rounded; what is mapped counts 1. */
static int64_t average_mapcount(const struct mmx_page_walk *w)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	int64_t entire = (int64_t)mmx_int(w->folio.bytes, f->entire_mapcount) + 1, average;
	int64_t shared = (int64_t)mmx_int(w->folio.bytes, f->large_mapcount) + 1 - entire;

	average = ((shared + (1LL << w->folio.order >> 1)) >> w->folio.order) + entire;
	return average > 0 ? average : 1;
}

enum mmx_read mmx_page_mapcount(struct mmx_page_walk *w, int64_t *count)
{
	const struct mmx_page_format *f = mmx_walk_format(w);
	enum mmx_counted counted;
	enum mmx_read read = mmx_folio_counted(w, &counted);
	int64_t entire;

	if (read)
		return read;
	*count = w->type == MMX_PAGE_NONE ? (int64_t)mmx_int(w->bytes, f->mapcount) + 1 : 0;
	if (!w->folio.large)
		return MMX_READ_OK;
	entire = (int64_t)mmx_int(w->folio.bytes, f->entire_mapcount) + 1;
	if (counted == MMX_COUNTED_FOLIO)
		*count = average_mapcount(w);
	else if (f->mapped != MMX_MAPPED_PAGES)
		*count += entire;
	/* 6.1: a file folio's pages count its whole mappings themselves; anonymous ones do once too often when both kinds exist. */
	else if (mmx_folio_anon(w) || w->folio.hugetlb)
		*count += entire -
			  mmx_bit(mmx_word(w->folio.bytes, f->size + f->flags), f->double_map);
	return MMX_READ_OK;
}
