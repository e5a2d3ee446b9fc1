// SPDX-License-Identifier: GPL-2.0-or-later
/* Block devices: each has an inode in a file system of their own, which caches what is read of the device itself. */
#ifndef MMX_MM_BLOCK_DEVICES_H
#define MMX_MM_BLOCK_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

#include "base/err.h"

struct mmx_view;

/** struct mmx_block_cache - what is cached of a block device itself; @pages: by its own count */
struct mmx_block_cache {
	uint64_t mapping, pages;
};

/** struct mmx_block_caches - of all of them, by mapping; @pages: what meminfo calls Buffers */
struct mmx_block_caches {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_block_cache);
	uint64_t pages;
};

/** mmx_block_caches_find() - read them: mmx_know_block_caches() keeps them */
int mmx_block_caches_find(struct mmx_block_caches *caches, struct mmx_view *view,
			  struct mmx_err *err);
void mmx_block_caches_free(struct mmx_block_caches *caches);

/** mmx_block_caches_have() - whether a mapping is one of a block device */
bool mmx_block_caches_have(const struct mmx_block_caches *caches, uint64_t mapping);

/** mmx_block_device_find() - the inode that caches the device of that number, as inode.i_rdev has it */
int mmx_block_device_find(struct mmx_view *view, uint32_t dev, uint64_t *inode,
			  struct mmx_err *err);

/** mmx_block_device_named() - the same by its name: "vda1" */
int mmx_block_device_named(struct mmx_view *view, const char *name, uint64_t *inode,
			   struct mmx_err *err);

#endif
