// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests of block devices: each hardware queue has all of its own made when the device comes.
 */
#ifndef MMX_MM_BLK_MQ_H
#define MMX_MM_BLK_MQ_H

#include "mm/owners/held.h"

struct mmx_blk_requests {
	MMX_HOLDINGS;
};

/** mmx_blk_requests_find() - all of them, and what they hold: mmx_know_blk_requests() keeps it */
int mmx_blk_requests_find(struct mmx_blk_requests *it, struct mmx_view *view, struct mmx_err *err);
void mmx_blk_requests_free(struct mmx_blk_requests *it);

#endif
