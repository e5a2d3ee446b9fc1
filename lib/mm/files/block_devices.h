// SPDX-License-Identifier: GPL-2.0-or-later
/* Block devices: each has an inode in a file system of their own, which caches what is read of the device itself. */
#ifndef MMX_MM_BLOCK_DEVICES_H
#define MMX_MM_BLOCK_DEVICES_H

#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/** mmx_block_device_pages() - what meminfo calls Buffers, by the counts of all block devices; -1 when unknown */
int mmx_block_device_pages(struct mmx_view *view, uint64_t *pages, struct mmx_err *err);

/** mmx_block_device_find() - the inode that caches the device of that number, as inode.i_rdev has it */
int mmx_block_device_find(struct mmx_view *view, uint32_t dev, uint64_t *inode,
			  struct mmx_err *err);

/** mmx_block_device_named() - the same by its name: "vda1" */
int mmx_block_device_named(struct mmx_view *view, const char *name, uint64_t *inode,
			   struct mmx_err *err);

#endif
