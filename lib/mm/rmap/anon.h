// SPDX-License-Identifier: GPL-2.0-or-later
/* anon_vma: which areas of which processes an anonymous folio may be mapped in. */
#ifndef MMX_MM_ANON_H
#define MMX_MM_ANON_H

#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"

/**
 * struct mmx_anon - an anon_vma that is one
 * @coverage: found is the areas that its pages may be mapped in, counted in its tree
 * @children: anon_vmas forked off it; a root counts itself
 * @active: areas whose new pages go to it
 */
struct mmx_anon {
	struct mmx_coverage coverage;
	uint64_t addr;
	uint64_t root, parent;
	uint32_t refcount;
	uint64_t children, active;
};

/**
 * mmx_anon_read() - an anon_vma
 * @addr: the folio's mapping word without its low bits
 * Fails when the memory there is no anon_vma in use. That of a folio which is mapped no more may be
 * gone, and its memory something else's.
 */
int mmx_anon_read(struct mmx_anon *anon, struct mmx_view *view, uint64_t addr, struct mmx_err *err);

/** mmx_anon_head() - the same without its tree, which is not counted */
int mmx_anon_head(struct mmx_anon *anon, struct mmx_view *view, uint64_t addr, struct mmx_err *err);

#endif
