// SPDX-License-Identifier: GPL-2.0-or-later
/* What structures of the kernel hold, summed: by structure, and that of sockets by process and protocol. */
#ifndef MMX_MM_HOLDERS_H
#define MMX_MM_HOLDERS_H

#include "mm/ledger/keyed.h"
#include "mm/owners/owner.h"

struct mmx_task;

/** mmx_holder_key() - a holder as a key of struct mmx_keyed */
static inline uint64_t mmx_holder_key(enum mmx_owner kind, uint32_t holder)
{
	return ((uint64_t)kind + 1) << 32 | holder;
}

/** struct mmx_holder_total - frames of the class of its kind that a structure holds */
struct mmx_holder_total {
	enum mmx_owner kind;
	const struct mmx_holder *holder;
	uint64_t frames;
};

/**
 * struct mmx_socket_total - what sockets of a protocol hold that a process has open
 * @task: NULL for those that nobody has open, and for what no socket alone has
 * @protocol: NULL for the latter
 */
struct mmx_socket_total {
	const struct mmx_task *task;
	const char *protocol;
	uint64_t sockets, frames;
};

/** struct mmx_holder_totals - all of them, the largest first; DMA buffers apart, and sockets by process and protocol */
struct mmx_holder_totals {
	struct {
		MMX_ARRAY(struct mmx_socket_total);
	} sockets;
	struct {
		MMX_ARRAY(struct mmx_holder_total);
	} dma_bufs, others;
};

/** mmx_holder_totals_find() - of sums by mmx_holder_key(); -1 without memory */
int mmx_holder_totals_find(struct mmx_holder_totals *totals, const struct mmx_keyed *by,
			   struct mmx_view *view, struct mmx_err *err);
void mmx_holder_totals_free(struct mmx_holder_totals *totals);

#endif
