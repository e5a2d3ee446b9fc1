// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Large kmalloc: what is too large for slabs is a folio of its own, which the kernel counts as slab. Since 6.14 it
 * has a page type. Before that nothing marks it, and only page_owner's stack tells, where it was kept.
 */
#ifndef MMX_MM_LARGE_KMALLOC_H
#define MMX_MM_LARGE_KMALLOC_H

#include "mm/frames/page_walk.h"

/** enum mmx_is_kmalloc - whether a folio is one */
enum mmx_is_kmalloc {
	MMX_KMALLOC_NOT,
	MMX_KMALLOC_LARGE,   /* its stack says so */
	MMX_KMALLOC_UNKNOWN, /* it may be: nothing tells */
};

/**
 * mmx_is_large_kmalloc() - of a walk's current folio, which was read, and is of no type and no mapping
 * Always NOT where a page type would tell.
 */
enum mmx_is_kmalloc mmx_is_large_kmalloc(const struct mmx_page_walk *w);

#endif
