/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports explained: each word, what is impossible about it, what the numbers come to, what to look at next. */
#ifndef MMX_MM_EXPLAIN_H
#define MMX_MM_EXPLAIN_H

#include "mm/reports/report.h"
#include "mm/words/words.h"

/** mmx_report_explain() - @x: what words mean; of nobody, when no kernel is known */
void mmx_report_explain(struct mmx_told *t, const struct mmx_report *r,
			const struct mmx_lexicon *x);

/**
 * mmx_report_hold() - what the dump says of the frame, process or address space that a report names
 * @own: the report is of the dump's own log; else it may be of another boot
 */
void mmx_report_hold(struct mmx_told *t, const struct mmx_report *r, struct mmx_view *view,
		     bool own);

/* By kind. */
void mmx_explain_page(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x);
void mmx_explain_map(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x);
void mmx_explain_rss(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x);
void mmx_explain_request(struct mmx_told *t, const struct mmx_report *r,
			 const struct mmx_lexicon *x);
void mmx_explain_oom(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x);
void mmx_explain_error(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x);

/* Parts that several kinds have. */
/** mmx_explain_memory() - where the memory was, by the report's own counters */
void mmx_explain_memory(struct mmx_told *t, const struct mmx_report *r);
/** mmx_explain_fields() - fields as they stand, by a table that ends with a name of NULL */
struct mmx_field_meaning {
	const char *name, *part, *meaning;
};
void mmx_explain_fields(struct mmx_told *t, const struct mmx_report *r,
			const struct mmx_field_meaning *table);

#endif
