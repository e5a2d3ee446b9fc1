// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which line of code a page or an object of a slab was allocated at, where allocations are profiled: each has a
 * reference to that line's tag (alloc_tags.h). That of a page lies in its page_ext, or since 6.13 as a number among its
 * flags, when the kernel was booted with sysctl.vm.mem_profiling=1,compressed. Of several pages that were allocated
 * in one piece the first has it.
 */
#ifndef MMX_MM_ALLOC_REFS_H
#define MMX_MM_ALLOC_REFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"

struct mmx_alloc_tag;
struct mmx_page_walk;
struct mmx_slab;
struct mmx_view;

/**
 * struct mmx_alloc_refs - how this kernel keeps those of pages
 * @kept: it does
 * @compressed: as numbers, @mask of the flags shifted by @shift; else @offset bytes into each page_ext of @entry_size
 * @first, @count: numbers stand for the kernel's own @count tags, which begin at @first, then for those
 *	of modules, which begin at @of_modules
 */
struct mmx_alloc_refs {
	struct mmx_coverage coverage;
	bool kept, compressed;
	uint64_t entry_size, offset;
	unsigned int shift;
	uint64_t mask, first, count, of_modules;
};

/** mmx_alloc_refs_find() - mmx_know_alloc_refs() keeps it; -1 when there are some and no way to them */
int mmx_alloc_refs_find(struct mmx_alloc_refs *refs, struct mmx_view *view, struct mmx_err *err);
void mmx_alloc_refs_free(struct mmx_alloc_refs *refs);

/**
 * struct mmx_alloc_ref - a reference
 * @addr: of the tag; 0 for none: nothing was allocated, or not while that was profiled
 * @tag: NULL when none of the kernel's and its modules' is there, as when the module was unloaded
 */
struct mmx_alloc_ref {
	uint64_t addr;
	const struct mmx_alloc_tag *tag;
};

/** mmx_alloc_ref_of_page() - that of a walk's current page, or of its folio */
int mmx_alloc_ref_of_page(struct mmx_alloc_ref *ref, const struct mmx_page_walk *w,
			  struct mmx_err *err);

/** mmx_alloc_ref_of_object() - that of a slab's object */
int mmx_alloc_ref_of_object(struct mmx_alloc_ref *ref, const struct mmx_slab *slab, uint32_t index,
			    struct mmx_view *view, struct mmx_err *err);

/** mmx_alloc_ref_of_percpu() - that of the @nth piece of per-CPU memory of a chunk, whose references lie at @exts; 0: nowhere */
int mmx_alloc_ref_of_percpu(struct mmx_alloc_ref *ref, struct mmx_view *view, uint64_t exts,
			    uint64_t nth, struct mmx_err *err);

#endif
