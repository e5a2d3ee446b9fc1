// SPDX-License-Identifier: GPL-2.0-or-later
/* What the records of diffx have as r->arg: two moments, and what changed between them. */
#ifndef MMX_RECORDS_DIFF_H
#define MMX_RECORDS_DIFF_H

#include "mm/moments/changes.h"
#include "records/record.h"

/** struct mmx_diff_side - one of the two: where it is from, and what kind of thing that is */
struct mmx_diff_side {
	const char *from, *kind;
	struct mmx_moment *moment;
};

/**
 * struct mmx_diff - all of it
 * @same, @by: whether both are of one boot, and what tells that; only when @boots
 * @elapsed: nanoseconds from before to after, when @timed
 * @left_out: what only one of the two has, in words; empty when there is no such thing
 * @limit: rows of each subject that are shown
 * @page_shift: of bytes of a page
 */
struct mmx_diff {
	struct mmx_diff_side before, after;
	struct mmx_changes changes;
	bool boots, timed;
	enum mmx_same_boot same;
	enum mmx_boot_evidence by;
	int64_t elapsed;
	char left_out[256];
	uint64_t limit;
	unsigned int page_shift;
	struct mmx_coverage coverage;
};

static inline const struct mmx_diff *mmx_diff_of(const struct mmx_rows *r)
{
	return r->arg;
}

/* The document's records, by subject; diff.c has all of them. */
extern const struct mmx_record mmx_record_diff_side_before, mmx_record_diff_side_after,
	mmx_record_diff_boot, mmx_record_diff_moves, mmx_record_diff_matrix,
	mmx_record_diff[MMX_SUBJECTS], mmx_record_diff_texts;

/** mmx_diff_more() - rows of a subject that are not shown; 0 when all are */
uint64_t mmx_diff_more(const struct mmx_diff *diff, unsigned int subject);

#endif
