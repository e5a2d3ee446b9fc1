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

/** mmx_in_device_zone() - whether a walk's current page is one of a device */
static inline bool mmx_in_device_zone(const struct mmx_page_walk *w)
{
	const struct mmx_layout *l = &w->view->kernel->layout;

	return mmx_has_enum(l, E_ZONE_DEVICE) &&
	       mmx_flag_field(&mmx_mem(w->view->kernel)->flags, FIELD_ZONE, w->folio.flags) ==
		       mmx_enum(l, E_ZONE_DEVICE);
}

/** mmx_device_of() - of a walk's current page, which is one of a device; false when nothing leads to it */
bool mmx_device_of(struct mmx_device *device, const struct mmx_page_walk *w);

#endif
