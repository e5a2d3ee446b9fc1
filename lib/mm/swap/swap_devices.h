// SPDX-License-Identifier: GPL-2.0-or-later
/* The devices behind swap areas: which one, where on it a page is, and whether that device is memory again. */
#ifndef MMX_MM_SWAP_DEVICES_H
#define MMX_MM_SWAP_DEVICES_H

#include "mm/compressed/zram.h"
#include "mm/swap/swap_areas.h"

#define MMX_DISK_NAME 40

/** struct mmx_swap_extent - pages of an area that lie on the device in one piece; @block counts pages */
struct mmx_swap_extent {
	uint64_t first, pages, block;
};

/**
 * struct mmx_swap_device - what an area is on
 * @name: of the disk and the partition: "zram0", "vda2"; empty when it is not known
 * @start: page of the disk that the partition begins at
 * @by_fs: its file system does the writing: where a page is, is its own matter
 * @zram: the disk is one of zram's, when it has a table
 * @unknown: why more is not known; no code when all is
 */
struct mmx_swap_device {
	unsigned int type;
	char name[MMX_DISK_NAME];
	uint64_t start;
	bool by_fs;
	struct mmx_zram zram;
	struct {
		MMX_ARRAY(struct mmx_swap_extent);
	} extents;
	struct mmx_err unknown;
};

/** struct mmx_swap_devices - of all areas, in their order */
struct mmx_swap_devices {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_swap_device);
};

/** mmx_swap_devices_find() - mmx_know_swap_devices() keeps them */
int mmx_swap_devices_find(struct mmx_swap_devices *devices, struct mmx_view *view,
			  struct mmx_err *err);
void mmx_swap_devices_free(struct mmx_swap_devices *devices);

/** mmx_swap_device() - that of an area, or NULL */
const struct mmx_swap_device *mmx_swap_device(const struct mmx_swap_devices *devices,
					      unsigned int type);

/** mmx_swap_block() - where on its device a page of the area is, in pages; false when it is in no extent */
bool mmx_swap_block(const struct mmx_swap_device *device, uint64_t offset, uint64_t *block);

#endif
