// SPDX-License-Identifier: GPL-2.0-or-later
/* Mappings: whose pages an address_space caches. */
#ifndef MMX_MM_MAPPING_H
#define MMX_MM_MAPPING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"
#include "mm/files/inode.h"
#include "mm/files/path.h"

/** enum mmx_mapping_kind - what an address_space caches */
enum mmx_mapping_kind {
	MMX_MAPPING_FILE,
	MMX_MAPPING_SHMEM, /* tmpfs, memfd, System V and anonymous shared memory */
	MMX_MAPPING_BLOCK, /* a block device */
	MMX_MAPPING_SWAP,  /* the swap cache: no inode */
};

const char *mmx_mapping_kind_name(enum mmx_mapping_kind kind);

#define MMX_DEVICE_NAME 48

/**
 * struct mmx_mapping - an address_space that is one
 * @pages: pages that it caches
 * @dax: it has no pages of its own: its file lies in persistent memory, which is mapped as it is
 * @inode: all zeros for SWAP
 * @coverage: why the path or the device's name is not known, when it is not
 * @path: where the file is; empty for BLOCK and SWAP, and when it is not known
 * @device: BLOCK: the device's name, "vda1"
 */
struct mmx_mapping {
	struct mmx_coverage coverage;
	uint64_t addr;
	enum mmx_mapping_kind kind;
	uint64_t pages;
	bool dax;
	struct mmx_inode inode;
	struct mmx_path path;
	char device[MMX_DEVICE_NAME];
};

/**
 * mmx_mapping_read() - what a page's mapping word without bits at its end leads to
 * Fails when the memory there is no address_space: its inode must own it.
 */
int mmx_mapping_read(struct mmx_mapping *m, struct mmx_view *view, uint64_t addr,
		     struct mmx_err *err);

/**
 * mmx_mapping_again() - the same for a cursor whose row is asked several times: @m is kept, zeroed at first
 * Returns @m, or NULL and @err.
 */
const struct mmx_mapping *mmx_mapping_again(struct mmx_mapping *m, struct mmx_view *view,
					    uint64_t addr, struct mmx_err *err);

/** mmx_device_name() - the name of the block device whose struct block_device is at @bdev */
int mmx_device_name(char name[MMX_DEVICE_NAME], struct mmx_view *view, uint64_t bdev,
		    struct mmx_err *err);

#endif
