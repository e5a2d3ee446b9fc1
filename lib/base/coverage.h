// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Coverage: how much of something was found, and what kept the rest from being found. Every
 * collection has one as its first member, and every cursor over the kernel's containers. It is the
 * one way in which a partial result says that it is partial:
 *
 *	finding something returns 0 with a coverage that may not be whole, and -1 only when there is
 *	nothing to go on with: no memory, or stopped;
 *	what rests on it inherits it: mmx_cover_inherit(&mine.coverage, &theirs.coverage);
 *	a command's exit status, and what it says, follow from the sum.
 */
#ifndef MMX_BASE_COVERAGE_H
#define MMX_BASE_COVERAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/err.h"
#include "base/marks.h"

/**
 * struct mmx_coverage - how much of a thing is known
 * @found: elements that were found
 * @broken: times that the dump contradicted itself, and something was left out for it
 * @absent: times that something had to be left out since it is excluded or unreadable
 * @unknown: times that mmx did not know how: a member, symbol or fact is missing
 * @marks: of what is broken, to be known again: a kernel that runs may only have changed while it was read
 * @first: the sentence about the first of the worst of those kinds; code MMX_OK when it is whole
 */
struct mmx_coverage {
	uint64_t found;
	uint64_t broken, absent, unknown;
	struct mmx_marks marks;
	struct mmx_err first;
};

/** mmx_cover_whole() - whether nothing was left out */
static inline bool mmx_cover_whole(const struct mmx_coverage *c)
{
	return !c->first.code;
}

/**
 * mmx_cover_fail() - something was left out, for this reason
 * The reason's code decides which kind it is: MMX_ECORRUPT is broken, MMX_EABSENT absent, and
 * everything else unknown. One without a code, MMX_OK, is none.
 */
void mmx_cover_fail(struct mmx_coverage *c, const struct mmx_err *why);

/** mmx_cover_failf() - the same with a sentence of one's own; returns -1, as mmx_fail() does */
int mmx_cover_failf(struct mmx_coverage *c, enum mmx_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** mmx_cover_inherit() - what is wrong with @part is wrong with what rests on it; @found is not added */
void mmx_cover_inherit(struct mmx_coverage *c, const struct mmx_coverage *part);

/* Reasons that a collection keeps for single elements; those behind them share one. */
#define MMX_REASONS_MAX 1000

/**
 * struct mmx_reasons - why single elements of a collection are not whole
 * An element has the number that mmx_reason_add() gave, and 0 when it is whole.
 */
struct mmx_reasons {
	MMX_ARRAY(struct mmx_err);
};

/** mmx_reason_add() - keep a reason; returns its number, 0 for one without a code */
uint32_t mmx_reason_add(struct mmx_reasons *r, const struct mmx_err *why);

/** mmx_reason() - the reason of that number; NULL for 0 */
static inline const struct mmx_err *mmx_reason(const struct mmx_reasons *r, uint32_t number)
{
	return number && number <= r->n ? &r->v[number - 1] : NULL;
}

void mmx_reasons_free(struct mmx_reasons *r);

#endif
