// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who maps a page, held against the kernel's count of that: the trees are searched as the kernel would; where
 * that does not come to the count every area of them is looked at; and where that does not either, or the page
 * has no mapping to search by, the page tables of all processes are.
 */
#ifndef MMX_MM_ANSWER_H
#define MMX_MM_ANSWER_H

#include "mm/frames/class.h"
#include "mm/rmap/rmap.h"
#include "mm/rmap/survey.h"

/**
 * struct mmx_rmap_source - where entries come from that no tree leads to
 * @survey: one that kept those of these frames, or NULL and @err; asked only when it is needed, or @always
 */
struct mmx_rmap_source {
	bool always;
	const struct mmx_survey *(*survey)(void *arg, const struct mmx_rmap_page *page,
					   struct mmx_err *err);
	void *arg;
};

/**
 * struct mmx_rmap_answer - who maps a page
 * @read: how the struct pages stand that the count rests on; without them there is none
 * @mapcount: the kernel's count of this page; an average where it counts only folios
 * @of_folio: it counts only folios, and @kernel and @found are the folio's
 * @kernel, @found: the count that was compared, and how many entries were found
 * @agree: they are equal; @explained: what is to be said of that, or empty
 * @wrong: how many entries no kernel makes, or trees should lead to and do not
 * @spaces, @processes: that have the entries of @rmap that are counted
 */
struct mmx_rmap_answer {
	struct mmx_rmap_page page;
	struct mmx_rmap rmap;
	enum mmx_read read;
	int64_t mapcount;
	bool of_folio;
	int64_t kernel, found;
	bool agree;
	uint64_t wrong;
	uint64_t spaces, processes;
	struct mmx_coverage coverage;
	char explained[360];
};

/**
 * mmx_rmap_answer() - who maps the current page of a walk; -1 without memory, and when stopped
 * @source: or NULL: page tables are not searched
 */
int mmx_rmap_answer(struct mmx_rmap_answer *a, struct mmx_page_walk *w, enum mmx_class class,
		    const struct mmx_rmap_source *source, struct mmx_err *err);
/** mmx_class_counts_mappings() - whether pages of a class have a count of mappings, and no other word there */
static inline bool mmx_class_counts_mappings(enum mmx_class class)
{
	const struct mmx_class_row *row = &mmx_class_rows[class];

	return !row->held || row->held & MMX_HELD_USERS;
}

void mmx_rmap_answer_free(struct mmx_rmap_answer *a);

#endif
