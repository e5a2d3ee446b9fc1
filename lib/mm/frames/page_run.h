// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs: pages that are alike, for walks that take such as one step. Their struct pages are compared, not looked into.
 */
#ifndef MMX_MM_PAGE_RUN_H
#define MMX_MM_PAGE_RUN_H

#include "mm/frames/page_walk.h"

/**
 * mmx_page_run() - how many frames, the current one among them, are alike by the rule that the walk was given
 *
 * MMX_RUNS_OF_CLASS: the pages of a free block, behind its first, that nobody holds; and those on the LRU that are of
 * one mapping and memory cgroup. Flags, type or mapcount, and references are the same; where a page lies in its
 * mapping is not.
 *
 * MMX_RUNS_OF_WORDS: pages of one folio, or each of its own, of the same flags, type or mapcount, and memory cgroup,
 * all of them held or none, all of them anonymous or none.
 */
uint64_t mmx_page_run(const struct mmx_page_walk *w, const struct mmx_page_format *f);

/** mmx_page_walk_cut() - the current step ends before a frame, if that is in it and not its first one */
static inline void mmx_page_walk_cut(struct mmx_page_walk *w, uint64_t pfn)
{
	if (pfn > w->pfn && pfn - w->pfn < w->frames)
		w->frames = pfn - w->pfn;
}

#endif
