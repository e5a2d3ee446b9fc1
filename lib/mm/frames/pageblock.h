// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pageblocks: the pieces (2 MiB on most machines) by which the page allocator keeps pages of one
 * mobility together. Each has a few bits in its section's usage map.
 */
#ifndef MMX_MM_PAGEBLOCK_H
#define MMX_MM_PAGEBLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "image/image.h"

struct mmx_kernel;
struct mmx_view;

#define MMX_MIGRATE_TYPES 8

/**
 * struct mmx_pageblock_format - how this kernel keeps them
 * @order: a block has 1 << order frames
 * @bits: of each block in the map: 4, or 8 where isolation has a bit of its own
 * @skip, @isolate: which of them; @isolate is 0 where isolation is a type
 * @isolate_type: the type by which the kernel calls isolated blocks, or -1 when it isolates none
 * @types: how many there are
 * @name: "unmovable", "movable", ... by number
 */
struct mmx_pageblock_format {
	struct mmx_coverage coverage;
	unsigned int order, bits;
	unsigned int skip, isolate;
	int isolate_type;
	unsigned int types;
	char name[MMX_MIGRATE_TYPES][24];
};

/** struct mmx_pageblock - a block: its frames, its type, and whether it is isolated or skipped */
struct mmx_pageblock {
	uint64_t first, frames;
	unsigned int type; /* its own, also while it is isolated, where the map keeps it */
	bool isolated;     /* nothing is allocated from it for now */
	bool skip;         /* compaction passes over it */
	uint8_t raw;       /* the bits as they stand */
	const char *name;  /* the type's, or NULL when this kernel has no such type */
};

/**
 * mmx_pageblock_format_find() - -1 when the types or the sections do not tell
 * mmx_know_pageblock_format() keeps it.
 */
int mmx_pageblock_format_find(struct mmx_pageblock_format *f, struct mmx_view *view,
			      struct mmx_err *err);
void mmx_pageblock_format_free(struct mmx_pageblock_format *f);

/** mmx_pageblock_of() - the block around a frame; absent when the frame has no section */
enum mmx_read mmx_pageblock_of(const struct mmx_pageblock_format *f, struct mmx_view *view,
			       uint64_t pfn, struct mmx_pageblock *block);

#endif
