// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of the reverse map: what rmapx has found before it shows it, a page at a time. */
#ifndef MMX_RECORDS_RMAP_H
#define MMX_RECORDS_RMAP_H

#include "base/steps.h"
#include "mm/frames/class.h"
#include "mm/rmap/answer.h"
#include "mm/rmap/survey.h"
#include "records/record.h"

/**
 * struct mmx_rmap_pages - what is shown, the records' r->arg
 * @next: goes to the next frame that has a struct page, @walk there; false behind the last one
 * @arithmetic, @chains: how each address follows, and what led to each, are shown as well
 * @steps: with @arithmetic: begins with how the frame @found follows from what was asked for
 * @source: of entries that no tree leads to
 * @disagreements: pages whose count is another so far, as broken ones
 * @survey: of all memory, or NULL where pages were asked for
 */
struct mmx_rmap_pages {
	bool (*next)(struct mmx_rmap_pages *pages);
	bool arithmetic, chains;
	struct mmx_page_walk walk;
	struct mmx_steps steps;
	struct mmx_term found;
	struct mmx_rmap_source source;
	struct mmx_coverage disagreements;
	const struct mmx_survey *survey;

	/* What the records find out. */
	struct mmx_classifier classifier;
	struct mmx_verdict verdict;
	struct mmx_rmap_answer answer;
};

static inline struct mmx_rmap_pages *mmx_rmap_pages_of(const struct mmx_rows *r)
{
	return r->arg;
}

extern const struct mmx_record mmx_record_rmap_pages, mmx_record_rmap_mappings,
	mmx_record_rmap_walked, mmx_record_rmap_strays, mmx_record_rmap_findings;

#endif
