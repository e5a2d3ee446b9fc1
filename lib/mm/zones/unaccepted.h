// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unaccepted memory: what a confidential guest has not taken over from its hypervisor yet. It lies
 * in blocks of the largest order, on a list of its zone; before 6.12 nothing else tells, and since
 * then the type of each block's first page.
 */
#ifndef MMX_MM_UNACCEPTED_H
#define MMX_MM_UNACCEPTED_H

#include "base/coverage.h"
#include "mm/owners/owned_frames.h"

struct mmx_view;

/**
 * struct mmx_unaccepted - the blocks of all zones
 * @order: of each block; 0 when this kernel keeps no such lists
 * @frames: runs of blocks; the owner is the zone, by its place in mmx_mem(kernel)->zones
 */
struct mmx_unaccepted {
	struct mmx_coverage coverage;
	unsigned int order;
	struct mmx_owned frames;
};

/** mmx_unaccepted_find() - walk every zone's list: mmx_know_unaccepted() keeps the blocks */
int mmx_unaccepted_find(struct mmx_unaccepted *unaccepted, struct mmx_view *view,
			struct mmx_err *err);
void mmx_unaccepted_free(struct mmx_unaccepted *unaccepted);

#endif
