// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mapcounts, by the kernel's own rules: how many entries of user page tables map a page, and its folio. All
 * of them unbiased: 0 is not mapped. What the functions return says how the struct pages stand that a
 * count rests on; without all of these there is no count.
 */
#ifndef MMX_MM_MAPCOUNT_H
#define MMX_MM_MAPCOUNT_H

#include "image/image.h"
#include "mm/frames/page_format.h"

struct mmx_kernel;
struct mmx_page_walk;

/** mmx_mapcount_format_find() - where this kernel counts */
int mmx_mapcount_format_find(const struct mmx_kernel *kernel, struct mmx_page_format *f,
			     struct mmx_err *err);

/** mmx_folio_mapped() - whether user page tables map any of it; 6.1 has to look at every page */
enum mmx_read mmx_folio_mapped(struct mmx_page_walk *w, bool *mapped);

/** mmx_folio_mapcount() - how many user page-table entries map any of the folio, large entries once */
enum mmx_read mmx_folio_mapcount(const struct mmx_page_walk *w, int64_t *count);

/**
 * mmx_page_mapcount() - how many user page-table entries map this very page
 * Where the kernel does not count pages of large folios one by one it is the folio's average, rounded
 * as the kernel does it.
 */
enum mmx_read mmx_page_mapcount(struct mmx_page_walk *w, int64_t *count);

/** enum mmx_counted - whether a kernel counts the mappings of each page of a large folio */
enum mmx_counted {
	MMX_COUNTED_UNKNOWN, /* this folio does not tell: no entry maps a page of it by itself */
	MMX_COUNTED_PAGES,
	MMX_COUNTED_FOLIO, /* CONFIG_NO_PAGE_MAPCOUNT: only the folio as a whole is counted */
};

/** mmx_folio_counted() - what the current folio tells of that, unless struct pages of it are missing */
enum mmx_read mmx_folio_counted(struct mmx_page_walk *w, enum mmx_counted *counted);

#endif
