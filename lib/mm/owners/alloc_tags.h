// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Allocation profiling (CONFIG_MEM_ALLOC_PROFILING, since 6.10): each line of code that allocates has a tag, which
 * counts what was allocated there and not freed.
 */
#ifndef MMX_MM_ALLOC_TAGS_H
#define MMX_MM_ALLOC_TAGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/**
 * struct mmx_alloc_tag - a line of code that allocates
 * @addr: of its struct alloc_tag
 * @file, @function, @module: addresses of their names; @module 0 for the kernel's own
 * @inaccurate: the kernel knows that it missed some, since 6.17
 * @bytes, @calls: summed over all CPUs; not known when @why, a number of the tags' reasons, is not 0
 */
struct mmx_alloc_tag {
	uint64_t addr;
	uint64_t file, function, module;
	uint32_t line;
	bool inaccurate;
	int64_t bytes;
	uint64_t calls;
	uint32_t why;
};

/** struct mmx_alloc_tags - all of them, as /proc/allocinfo has them: the kernel's own, then those of modules */
struct mmx_alloc_tags {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_alloc_tag);
	struct mmx_reasons reasons;
};

/** mmx_alloc_tags_find() - read them: mmx_know_alloc_tags() keeps them; -1 on a kernel that has none */
int mmx_alloc_tags_find(struct mmx_alloc_tags *tags, struct mmx_view *view, struct mmx_err *err);
void mmx_alloc_tags_free(struct mmx_alloc_tags *tags);

#endif
