// SPDX-License-Identifier: GPL-2.0-or-later
/* page_pool: which network driver's pool a page belongs to. */
#ifndef MMX_MM_PAGEPOOL_H
#define MMX_MM_PAGEPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "mm/frames/page_walk.h"

/**
 * struct mmx_page_pool - a page's place in a pool, and the pool
 * @addr: of the pool
 * @read: how the pool stands; when it could not be read, only what follows @refs is not known
 * @refs: pieces of the page that are handed out; -1 when this kernel does not count them
 * @nid: the node that it wants its memory from; -1 for any
 * @device: the name of its struct device, empty when it has none that can be read
 * @netdev: the network interface, empty likewise
 * @napi_id: of the interface's queue, 0 when not known
 * @id: the pool's number in the kernel's own listings, 0 when it keeps none
 * @in_flight: pages handed out and not back; valid with @counted
 */
struct mmx_page_pool {
	uint64_t addr;
	int64_t refs;
	enum mmx_read read;
	int32_t nid;
	char device[64];
	char netdev[16];
	uint32_t napi_id, id;
	bool counted;
	int32_t in_flight;
};

/** mmx_page_pool_read() - the pool that @pool has the address of */
void mmx_page_pool_read(struct mmx_page_pool *pool, struct mmx_view *view);

/** mmx_page_pool_decode() - the pool of a walk's current frame, which is known to be a pool's */
void mmx_page_pool_decode(struct mmx_page_pool *pool, const struct mmx_page_walk *w);

#endif
