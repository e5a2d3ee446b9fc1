// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Coherent memory that drivers took for their devices in a way that leaves a trace: pools of small pieces (dma_pool), and
 * what is given back by itself when the driver goes (dmam_alloc_coherent()). Of the rest only the driver knows.
 */
#ifndef MMX_MM_COHERENT_H
#define MMX_MM_COHERENT_H

#include "mm/owners/held.h"

struct mmx_coherent {
	MMX_HOLDINGS;
};

/** mmx_coherent_find() - that of all devices: mmx_know_coherent() keeps it */
int mmx_coherent_find(struct mmx_coherent *it, struct mmx_view *view, struct mmx_err *err);
void mmx_coherent_free(struct mmx_coherent *it);

#endif
