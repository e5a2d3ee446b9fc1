// SPDX-License-Identifier: GPL-2.0-or-later
#include "mm/frames/buddy_block.h"
#include "mm/frames/page_run.h"
#include "mm/frames/tail_link.h"

/* What was read lies in the processor's second cache: so many pages ahead there is time to fetch one from there. */
#define AHEAD 20

enum run { RUN_NONE, RUN_FREE, RUN_ON_LRU, RUN_SINGLE, RUN_TAIL };

/*
 * Who has a page is told by these words alone where it is on the LRU and in use by a mapping. What is on its way out of
 * memory is not, and neither is anything that has no mapping.
 */
static enum run run_of_class(const struct mmx_page_walk *w, const struct mmx_page_format *f)
{
	if (w->folio.large || w->type != MMX_PAGE_NONE)
		return RUN_NONE;
	if (!mmx_int(w->bytes, f->refcount))
		return w->pfn < w->block_end && w->pfn != w->block_head ? RUN_FREE : RUN_NONE;
	return mmx_bit(w->folio.flags, f->lru) && !mmx_bit(w->folio.flags, f->swapcache) &&
			       mmx_word(w->bytes, f->mapping)
		       ? RUN_ON_LRU
		       : RUN_NONE;
}

/* A block's first page tells more than the others, and a folio's has more than one of its own. */
static enum run run_of_words(const struct mmx_page_walk *w)
{
	if (mmx_heads_block(w->type))
		return RUN_NONE;
	if (!w->folio.large)
		return RUN_SINGLE;
	return w->tail ? RUN_TAIL : RUN_NONE;
}

static enum run run_of(const struct mmx_page_walk *w, const struct mmx_page_format *f)
{
	if (w->folio.read || w->folio.bad)
		return RUN_NONE;
	return w->runs == MMX_RUNS_OF_CLASS ? run_of_class(w, f) : run_of_words(w);
}

/* How many pages from the current one on are alike; of each kind of run this is code of its own. */
static __always_inline uint64_t count_alike(const struct mmx_page_format *f, enum run run,
					    const unsigned char *first, uint64_t max)
{
	const uint32_t at_flags = f->flags, at_link = f->link, at_mapping = f->mapping,
		       at_memcg = f->memcg;
	const uint32_t at_refcount = f->refcount, at_mapcount = f->mapcount, size = f->size;
	const uint64_t flags = mmx_word(first, at_flags), link = mmx_word(first, at_link);
	const uint64_t mapping = mmx_word(first, at_mapping), memcg = mmx_word(first, at_memcg);
	const int32_t refcount = mmx_int(first, at_refcount),
		      mapcount = mmx_int(first, at_mapcount);
	const unsigned char *page = first + size;
	uint64_t n = 1;

	for (; n < max; n++, page += size) {
		__builtin_prefetch(page + AHEAD * size);
		if (mmx_word(page, at_flags) != flags || mmx_int(page, at_refcount) != refcount ||
		    mmx_int(page, at_mapcount) != mapcount)
			break;
		if (run == RUN_TAIL ? mmx_word(page, at_link) != link : mmx_word(page, at_link) & 1)
			break;
		if (run != RUN_FREE && mmx_word(page, at_memcg) != memcg)
			break;
		if (run == RUN_ON_LRU && mmx_word(page, at_mapping) != mapping)
			break;
		if (run == RUN_SINGLE && (mmx_word(page, at_mapping) ^ mapping) & 3)
			break;
	}
	return n;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Where another folio begins, or the block ends that the page lies in or may lie in. */
static uint64_t end_of(const struct mmx_page_walk *w, enum run run)
{
	uint64_t end = least(w->first + w->got, w->end);

	if (w->pfn < w->block_end)
		end = least(end, w->block_end);
	if (w->pfn < w->lost_end)
		end = least(end, w->lost_end);
	return run == RUN_TAIL ? least(end, w->folio_end) : end;
}

uint64_t mmx_page_run(const struct mmx_page_walk *w, const struct mmx_page_format *f)
{
	enum run run = run_of(w, f);
	uint64_t max = end_of(w, run) - w->pfn;

	switch (run) {
	case RUN_FREE:
		return count_alike(f, RUN_FREE, w->bytes, max);
	case RUN_ON_LRU:
		return count_alike(f, RUN_ON_LRU, w->bytes, max);
	case RUN_SINGLE:
		return count_alike(f, RUN_SINGLE, w->bytes, max);
	case RUN_TAIL:
		return count_alike(f, RUN_TAIL, w->bytes, max);
	case RUN_NONE:
		break;
	}
	return 1;
}
