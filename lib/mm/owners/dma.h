// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory that is kept for devices: pools of coherent memory, and reserves of pages for block I/O (mempools).
 */
#ifndef MMX_MM_DMA_H
#define MMX_MM_DMA_H

#include "mm/owners/held.h"

struct mmx_dma_memory {
	MMX_HOLDINGS;
};

/** mmx_dma_memory_find() - all of them, and what they hold: mmx_know_dma_memory() keeps it */
int mmx_dma_memory_find(struct mmx_dma_memory *it, struct mmx_view *view, struct mmx_err *err);
void mmx_dma_memory_free(struct mmx_dma_memory *it);

#endif
