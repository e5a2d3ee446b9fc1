// SPDX-License-Identifier: GPL-2.0-or-later
/* Objects of zsmalloc: what a handle leads to. */
#ifndef MMX_MM_ZS_OBJECT_H
#define MMX_MM_ZS_OBJECT_H

#include "mm/owners/zsmalloc.h"

/**
 * struct mmx_zs_object - an object
 * @handle: the word that its owner has, an address where the kernel keeps the object's place
 * @pfn: the frame that it begins in; @next: the one that it goes on in, when it does
 * @offset: where in that frame its bytes begin
 * @room: bytes that it has room for
 * @chain: the chain of pages that it is of
 */
struct mmx_zs_object {
	uint64_t handle;
	uint64_t pfn, next;
	unsigned int offset, room;
	struct mmx_zsmalloc chain;
};

/**
 * mmx_zs_object_find() - what a handle of a pool leads to
 * @pool: address of the zs_pool; 0: any
 * -1 unless the object itself names that handle.
 */
int mmx_zs_object_find(struct mmx_zs_object *object, struct mmx_view *view, uint64_t pool,
		       uint64_t handle, struct mmx_err *err);

/** mmx_zs_object_read() - its first @len bytes, out of the one or two frames that it lies in */
int mmx_zs_object_read(const struct mmx_zs_object *object, struct mmx_view *view, void *buf,
		       size_t len, struct mmx_err *err);

#endif
