// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DMA buffers: memory that devices share, by the list that the kernel has of all of them. What exports one
 * decides where its memory is; those that have it from tmpfs or hugetlb only borrow.
 */
#ifndef MMX_MM_DMA_BUF_H
#define MMX_MM_DMA_BUF_H

#include "mm/owners/held.h"

struct mmx_dma_bufs {
	MMX_HOLDINGS;
};

/** mmx_dma_bufs_find() - all of them, and what they hold: mmx_know_dma_bufs() keeps it */
int mmx_dma_bufs_find(struct mmx_dma_bufs *it, struct mmx_view *view, struct mmx_err *err);
void mmx_dma_bufs_free(struct mmx_dma_bufs *it);

#endif
