// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Marks: frames whose use nothing in their struct page tells, but a list of their owner's. One byte
 * a frame, in chunks that are there only where a mark is set: memory may lie anywhere in physical
 * space, and that of devices lies at its top. The lists themselves are kept, since they have more to tell.
 */
#ifndef MMX_MM_MARKS_H
#define MMX_MM_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "mm/owners/owned.h"
#include "mm/owners/stack.h"
#include "mm/processes/task.h"
#include "mm/owners/vmalloc.h"

struct mmx_view;

/* In the order in which owners are asked: of several the first one has the frame. */
enum mmx_mark {
	MMX_MARK_NONE,
	MMX_MARK_PCP,
	MMX_MARK_WAITING, /* MMX_MARK_PCP's reason is its reason as well */
	MMX_MARK_PERCPU,
	MMX_MARK_STACK,
	MMX_MARK_VMALLOC,
	MMX_MARK_PAGE_EXT,
	MMX_MARK_UNACCEPTED,
	MMX_MARK_VMEMMAP,
	MMX_MARK_VMAP, /* an area borrows it: not whose it is */
	MMX_MARKS
};

/* Frames of a chunk of marks: 1 GiB of memory. */
#define MMX_MARKS_SHIFT 18

/**
 * struct mmx_marks - the marks of all frames, and the lists that they come from
 * @chunk: the bytes of that many frames each; NULL where nothing is marked
 * @why: why an owner's lists could not be walked to their ends; code 0 when they could
 */
struct mmx_marks {
	struct mmx_coverage coverage;
	uint8_t **chunk;
	uint64_t frames;
	bool nomem; /* a chunk could not be had */
	struct mmx_err why[MMX_MARKS];
};

/** mmx_marks_find() - walk every owner's lists and mark what they hold: mmx_know_marks() keeps them */
int mmx_marks_find(struct mmx_marks *marks, struct mmx_view *view, struct mmx_err *err);

void mmx_marks_free(struct mmx_marks *marks);

/** mmx_mark_name() - whose lists: "per-CPU free lists", ... */
const char *mmx_mark_name(enum mmx_mark mark);

static inline enum mmx_mark mmx_mark_of(const struct mmx_marks *marks, uint64_t pfn)
{
	const uint8_t *chunk =
		marks && pfn < marks->frames ? marks->chunk[pfn >> MMX_MARKS_SHIFT] : NULL;

	return chunk ? chunk[pfn & ((1u << MMX_MARKS_SHIFT) - 1)] : MMX_MARK_NONE;
}

#endif
