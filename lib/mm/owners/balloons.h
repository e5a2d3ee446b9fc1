// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Balloons of hypervisors whose pages do not name them: all are marked as offline, and only their driver's list
 * tells them from others that are. Xen's has one of all pages; VMware's one of its huge pages, the others
 * are in the kernel's own balloon device; Hyper-V's has none, and only counts.
 */
#ifndef MMX_MM_BALLOONS_H
#define MMX_MM_BALLOONS_H

#include "mm/owners/held.h"

/**
 * struct mmx_balloons - what is on their lists
 * @uncounted: frames of those that nr_balloon_pages leaves out
 * @unlisted: pages of one without a list, anywhere among those that are marked as offline; @unlisted_of: whose
 */
struct mmx_balloons {
	MMX_HOLDINGS;
	uint64_t uncounted, unlisted;
	const char *unlisted_of;
};

/** mmx_balloons_find() - mmx_know_balloons() keeps it */
int mmx_balloons_find(struct mmx_balloons *it, struct mmx_view *view, struct mmx_err *err);
void mmx_balloons_free(struct mmx_balloons *it);

#endif
