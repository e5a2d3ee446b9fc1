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

/** MMX_ALLOC_TAG_NAME - room for the name of a file, module or function */
#define MMX_ALLOC_TAG_NAME 512

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

/** struct mmx_alloc_tag_part - the tags of the kernel or of a module: [start, stop), the first of them at v[first] */
struct mmx_alloc_tag_part {
	uint64_t start, stop;
	size_t first;
};

/**
 * struct mmx_alloc_tags - all of them, as /proc/allocinfo has them: the kernel's own, then those of modules
 * @profiled: the kernel has some, whatever could be read of them
 * @size: of one
 */
struct mmx_alloc_tags {
	struct mmx_coverage coverage;
	bool profiled;
	MMX_ARRAY(struct mmx_alloc_tag);
	struct {
		MMX_ARRAY(struct mmx_alloc_tag_part);
	} parts;
	uint64_t size;
	struct mmx_reasons reasons;
};

/** mmx_alloc_tags_find() - read them: mmx_know_alloc_tags() keeps them; -1 on a kernel that has none */
int mmx_alloc_tags_find(struct mmx_alloc_tags *tags, struct mmx_view *view, struct mmx_err *err);
void mmx_alloc_tags_free(struct mmx_alloc_tags *tags);

/** mmx_alloc_tag_at() - the one at an address; NULL when none begins there */
const struct mmx_alloc_tag *mmx_alloc_tag_at(const struct mmx_alloc_tags *tags, uint64_t addr);

/** mmx_alloc_tag_site() - "mm/slub.c:2425 func:alloc_slab_page", with [MODULE] between, as /proc/allocinfo has it */
int mmx_alloc_tag_site(const struct mmx_alloc_tag *tag, struct mmx_view *view, char *buf,
		       size_t size, struct mmx_err *err);

#endif
