// SPDX-License-Identifier: GPL-2.0-or-later
/* Sums that meminfo has and no counter: each by the rule that kernels since 6.1 work it out by. */
#ifndef MMX_PROC_MEMORY_SUMS_H
#define MMX_PROC_MEMORY_SUMS_H

#include "proc/text.h"

/* All in pages. A value is unknown when a part of it is, and the file's coverage says why. */

/** mmx_sum_available() - what can be had without swapping: MemAvailable */
struct mmx_proc_value mmx_sum_available(struct mmx_proc *p);

/** mmx_sum_buffers() - what block devices have cached: Buffers */
struct mmx_proc_value mmx_sum_buffers(struct mmx_proc *p);

/** mmx_sum_commit_limit() - how much may be promised, where the kernel is strict: CommitLimit */
struct mmx_proc_value mmx_sum_commit_limit(struct mmx_proc *p);

/** mmx_sum_committed() - and how much is: Committed_AS */
struct mmx_proc_value mmx_sum_committed(struct mmx_proc *p);

/** mmx_sum_swap() - of a variable that swapping off takes from, and gives back in part: SwapTotal, SwapFree */
struct mmx_proc_value mmx_sum_swap(struct mmx_proc *p, const char *variable);

/** mmx_sum_zswap() - what compressed pages take: Zswap */
struct mmx_proc_value mmx_sum_zswap(struct mmx_proc *p);

/** mmx_sum_vmalloc_used() - what vmalloc areas have: VmallocUsed */
struct mmx_proc_value mmx_sum_vmalloc_used(struct mmx_proc *p);

/** mmx_sum_percpu() - what per-CPU memory takes: Percpu */
struct mmx_proc_value mmx_sum_percpu(struct mmx_proc *p);

/** mmx_sum_hugetlb() - pages in all pools of huge pages */
struct mmx_proc_value mmx_sum_hugetlb(struct mmx_proc *p);

#endif
