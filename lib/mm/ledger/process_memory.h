// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What memory each process has, by its page tables: pages of its own and shared ones, swapped pages, huge
 * pages of hugetlb, the page tables themselves; and its proportional share, where each page counts by how
 * many map it, as the kernel's smaps_rollup has it.
 */
#ifndef MMX_MM_PROCESS_MEMORY_H
#define MMX_MM_PROCESS_MEMORY_H

#include "base/coverage.h"

struct mmx_task;
struct mmx_view;

/**
 * struct mmx_process_memory - an address space
 * @task: a process that has it, NULL where none has; @others: how many more have
 * @anon, @file, @shmem: pages that it maps; @swap: pages that it has in swap
 * @shmem_swap: pages of shared memory in swap that it maps, which mmx_processes_memory_find() alone looks for
 * @huge: pages of hugetlb, which are in none of those
 * @tables: pages of its own page tables
 * @pss: the share of @anon, @file and @shmem, in bytes of 4096ths
 */
struct mmx_process_memory {
	uint64_t mm;
	const struct mmx_task *task;
	uint32_t others;
	uint64_t anon, file, shmem, swap, shmem_swap, huge, tables;
	uint64_t pss;
};

/** struct mmx_processes_memory - all of them, the largest share first */
struct mmx_processes_memory {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_process_memory);
};

/** mmx_processes_memory_find() - walk the page tables of every process; -1 without memory, and when stopped */
int mmx_processes_memory_find(struct mmx_processes_memory *all, struct mmx_view *view,
			      struct mmx_err *err);
void mmx_processes_memory_free(struct mmx_processes_memory *all);

/**
 * mmx_process_memory_count() - walk the page tables of one address space; @p has mm and task
 * @coverage: what could not be looked at
 */
int mmx_process_memory_count(struct mmx_process_memory *p, struct mmx_view *view,
			     struct mmx_coverage *coverage, struct mmx_err *err);

/** mmx_process_pss() - the share in bytes, rounded down as the kernel does it */
static inline uint64_t mmx_process_pss(const struct mmx_process_memory *p)
{
	return p->pss >> 12;
}

#endif
