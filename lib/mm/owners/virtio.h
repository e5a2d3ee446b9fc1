// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Queues of virtio devices: their rings, and what the driver put on them for the device to read or fill, the receive
 * buffers of a network card above all.
 */
#ifndef MMX_MM_VIRTIO_H
#define MMX_MM_VIRTIO_H

#include "mm/owners/held.h"

struct mmx_virtqueues {
	MMX_HOLDINGS;
};

/** mmx_virtqueues_find() - all of them, and what they hold: mmx_know_virtqueues() keeps it */
int mmx_virtqueues_find(struct mmx_virtqueues *it, struct mmx_view *view, struct mmx_err *err);
void mmx_virtqueues_free(struct mmx_virtqueues *it);

#endif
