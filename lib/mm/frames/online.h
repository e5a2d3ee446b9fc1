// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which struct pages the kernel itself looks at. Not those of a section that is offline, whose content
 * may be anything if it was never brought online; not those of a hole in a section from boot, which its
 * subsection map leaves out; and not those that a driver made for its device's memory (ZONE_DEVICE).
 */
#ifndef MMX_MM_ONLINE_H
#define MMX_MM_ONLINE_H

#include "mm/frames/sparse.h"

/** mmx_online_find() - fill @offline, @holes, @device and @unseen of mmx_mem(kernel)->sparse, and the fact; needs zones */
void mmx_online_find(struct mmx_kernel *kernel);
void mmx_online_free(struct mmx_sparse *sparse);

/** mmx_pfn_online() - whether a frame has a struct page that the kernel itself would look at */
static inline bool mmx_pfn_online(const struct mmx_sparse *sparse, uint64_t pfn)
{
	return mmx_pfn_valid(sparse, pfn) &&
	       (!sparse->unseen.n || !mmx_ranges_has(&sparse->unseen, pfn, 1));
}

/**
 * mmx_online_run() - the same of a frame that has a struct page, and the end of those behind it of which it is as true
 */
bool mmx_online_run(const struct mmx_sparse *sparse, uint64_t pfn, uint64_t *end);

/** mmx_pfn_offline() - whether a frame's section is offline; what its struct page says may be anything */
static inline bool mmx_pfn_offline(const struct mmx_sparse *sparse, uint64_t pfn)
{
	return sparse->offline.n && mmx_ranges_has(&sparse->offline, pfn, 1);
}

/** mmx_pfn_device() - whether a frame is memory of a device, with a struct page that its driver made */
static inline bool mmx_pfn_device(const struct mmx_sparse *sparse, uint64_t pfn)
{
	return sparse->device.n && mmx_ranges_has(&sparse->device, pfn, 1);
}

#endif
