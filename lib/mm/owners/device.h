// SPDX-License-Identifier: GPL-2.0-or-later
/* Device memory: ranges that a driver has struct pages for, each with a struct dev_pagemap. */
#ifndef MMX_MM_DEVICE_H
#define MMX_MM_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "mm/frames/page_walk.h"

/**
 * struct mmx_device - the range that a page of a device is of
 * @pgmap: address of its dev_pagemap
 * @type: what kind of memory it is, by the kernel's name; NULL when that cannot be told
 */
struct mmx_device {
	uint64_t pgmap;
	const char *type;
};

/** mmx_device_of() - of a walk's current page; false when nothing leads to it */
bool mmx_device_of(struct mmx_device *device, const struct mmx_page_walk *w);

#endif
