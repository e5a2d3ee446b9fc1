// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is allocated of per-CPU memory: the areas of a chunk, by its maps of what is taken and where areas begin.
 *
 *	struct mmx_percpu_objects o;
 *
 *	mmx_percpu_objects_begin(&o, view, chunk);
 *	while (mmx_percpu_objects_next(&o))
 *		use(o.at, o.size, &o.ref);
 */
#ifndef MMX_MM_PERCPU_OBJECTS_H
#define MMX_MM_PERCPU_OBJECTS_H

#include "base/coverage.h"
#include "mm/owners/alloc_refs.h"

struct mmx_percpu_chunk;

/* A part of a bitmap that was read. */
struct mmx_percpu_bits {
	uint64_t map, first, n; /* bits [first, first + n) of the map at that address */
	unsigned char bytes[512];
};

/**
 * struct mmx_percpu_objects - a walk over a chunk's areas
 * @at, @size: bytes of the current one within a unit, from the chunk's own first address on
 * @ref: who allocated it, where allocations are profiled
 */
struct mmx_percpu_objects {
	struct mmx_coverage coverage;
	uint64_t at, size;
	struct mmx_alloc_ref ref;
	/* Private. */
	struct mmx_view *view;
	uint64_t bits, next, exts;
	struct mmx_percpu_bits taken, bounds;
};

void mmx_percpu_objects_begin(struct mmx_percpu_objects *o, struct mmx_view *view,
			      const struct mmx_percpu_chunk *chunk);

/** mmx_percpu_objects_next() - go to the next one; false at the end */
bool mmx_percpu_objects_next(struct mmx_percpu_objects *o);

#endif
