// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * zsmalloc: compressed memory of zram and zswap. Its pages form short chains, each cut into objects
 * of one size without regard to where pages end.
 */
#ifndef MMX_MM_ZSMALLOC_H
#define MMX_MM_ZSMALLOC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "mm/frames/page_walk.h"

/** MMX_ZS_PAGES - pages that a chain has at most, in every configuration */
#define MMX_ZS_PAGES 16

/**
 * struct mmx_zsmalloc - a page's place in a chain, and the chain
 * @zspage: address of what describes the chain
 * @huge: each page holds one object, too large to share
 * @inuse: objects allocated, of @objects that the chain has room for
 * @class: number of the size class; @size: bytes of an object
 * @pages: pages of the chain; @position: which one this is, from 0; @pfn: all of them
 * @pool, @name: the pool and its name, "zram0"; empty when it cannot be read
 * @pool_pages: pages of the whole pool
 */
struct mmx_zsmalloc {
	uint64_t zspage;
	bool huge;
	unsigned int inuse, objects;
	unsigned int class, size;
	unsigned int pages, position;
	uint64_t pfn[MMX_ZS_PAGES];
	uint64_t pool;
	char name[32];
	uint64_t pool_pages;
};

/**
 * mmx_zsmalloc_decode() - the chain of a walk's current frame, which is known to be zsmalloc's
 * -1 with the reason when what the page names is no chain with this page in it; @z->zspage and all
 * that was read before the failure hold nevertheless, and the rest is 0.
 */
int mmx_zsmalloc_decode(struct mmx_zsmalloc *z, const struct mmx_page_walk *w, struct mmx_err *err);

#endif
