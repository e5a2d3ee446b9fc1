// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's own counters of what an address space has in memory, as its files of /proc read them. */
#ifndef MMX_MM_RSS_H
#define MMX_MM_RSS_H

#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/** struct mmx_rss - pages, by the kind that the kernel counts them as; @swap: those that are out */
struct mmx_rss {
	uint64_t file, anon, shmem, swap;
};

/**
 * mmx_rss_read() - of the mm_struct at @mm
 * @reader: the kernel's function that reads them for the file: task_statm, task_mem, do_task_stat. Up to 6.1 CPUs keep
 *	nothing back; then functions leave out what they do, until in 6.17, and in stable kernels, they came to
 *	add it. Their code tells; without it they are known where both come to the same.
 *	 NULL: with all that CPUs have, as nobody may show it
 */
int mmx_rss_read(struct mmx_rss *rss, struct mmx_view *view, uint64_t mm, const char *reader,
		 struct mmx_err *err);

#endif
