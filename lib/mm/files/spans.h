// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file from one page to another, without gaps: what of it is in memory, and what stands where nothing is.
 *
 *	struct mmx_spans s;
 *
 *	mmx_spans_begin(&s, view, &mapping, size, first, last);
 *	while (mmx_spans_next(&s))
 *		use(s.kind, s.first, s.last);
 *	mmx_cover_inherit(&mine.coverage, &s.coverage);
 */
#ifndef MMX_MM_SPANS_H
#define MMX_MM_SPANS_H

#include "mm/files/cached.h"

enum mmx_span_kind {
	MMX_SPAN_CACHED,
	MMX_SPAN_EVICTED, /* a shadow is left of it */
	MMX_SPAN_SWAPPED,
	MMX_SPAN_DAX,  /* in persistent memory */
	MMX_SPAN_HOLE, /* the file has nothing there: all that it has is in memory, or in swap */
	MMX_SPAN_UNCACHED, /* a hole, or never read, or dropped: the device would tell */
	MMX_SPAN_BEYOND,   /* no entry, and beyond the end of the file */
	MMX_SPAN_UNKNOWN,  /* what tells of it is broken, or not in the dump */
	MMX_SPAN_KINDS
};

const char *mmx_span_words(unsigned int kind);

/**
 * struct mmx_spans - a walk over a file
 * @first, @last: pages of the smallest size; of an entry, no more than were asked for
 * @cached: the entry, of the first four kinds
 */
struct mmx_spans {
	struct mmx_coverage coverage;
	enum mmx_span_kind kind;
	uint64_t first, last;
	struct mmx_cached cached;
	/* Private. */
	enum mmx_span_kind gap;
	uint64_t next, end, pages;
	bool waits, doubt, over, finished;
};

/** mmx_spans_begin() - pages @first to @last, both included; @pages: that the file has */
void mmx_spans_begin(struct mmx_spans *s, struct mmx_view *view, const struct mmx_mapping *m,
		     uint64_t pages, uint64_t first, uint64_t last);

/** mmx_spans_next() - go to the next span; false at the end */
bool mmx_spans_next(struct mmx_spans *s);

/** mmx_is_all_in_memory() - whether a file has nothing but what is cached or in swap: no device behind it */
bool mmx_is_all_in_memory(const struct mmx_mapping *m);

#endif
