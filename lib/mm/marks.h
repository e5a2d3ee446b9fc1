// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Marks: frames whose use nothing in their struct page tells, but a list of their owner's. One byte
 * a frame, in memory that the system hands out only where a mark is set.
 */
#ifndef MMX_MM_MARKS_H
#define MMX_MM_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct mmx_view;

enum mmx_mark {
	MMX_MARK_NONE,
	MMX_MARK_PCP,
	MMX_MARK_VMALLOC,
	MMX_MARK_STACK,
	MMX_MARK_PERCPU,
	MMX_MARKS
};

/**
 * struct mmx_marks - the marks of all frames
 * @trouble: the first list that could not be walked to its end, by owner; empty text when all could
 */
struct mmx_marks {
	uint8_t *of;
	uint64_t frames;
	struct mmx_err trouble[MMX_MARKS];
};

/**
 * mmx_marks_find() - walk every owner's lists and mark what they hold
 * An owner whose lists are broken leaves its reason in @trouble, and the others' marks are good.
 */
int mmx_marks_find(struct mmx_marks *marks, struct mmx_view *view, struct mmx_err *err);

void mmx_marks_free(struct mmx_marks *marks);

static inline enum mmx_mark mmx_mark_of(const struct mmx_marks *marks, uint64_t pfn)
{
	return marks && pfn < marks->frames ? marks->of[pfn] : MMX_MARK_NONE;
}

#endif
