// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Marks: which sentences were said, as numbers that are made from their letters. A set keeps the lowest ones
 * only, however many there are, so that it has room in every coverage; those that two sets have in common were
 * said both times.
 */
#ifndef MMX_BASE_MARKS_H
#define MMX_BASE_MARKS_H

#include <stdint.h>

#define MMX_MARKS_MAX 8

/** struct mmx_marks - a set; all zeros is an empty one */
struct mmx_marks {
	uint32_t n;
	uint64_t v[MMX_MARKS_MAX]; /* ascending */
};

/** mmx_mark_of() - of a sentence */
uint64_t mmx_mark_of(const char *text);

void mmx_marks_add(struct mmx_marks *m, uint64_t mark);
void mmx_marks_add_all(struct mmx_marks *m, const struct mmx_marks *more);

#endif
