// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel memory of memory cgroups with version 2 of cgroups, which has no counter of its own for it but a statistic:
 * "kernel" of memory.stat. What changed is kept back by each CPU and handed up to the cgroups above from time to time;
 * here all of it counts, as when somebody reads that file and the kernel first hands up what there is.
 */
#ifndef MMX_MM_MEMCG_KMEM_H
#define MMX_MM_MEMCG_KMEM_H

#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_memcg_pages - a memory cgroup's, with those below it; not known when @why, a number of the reasons, is not 0 */
struct mmx_memcg_pages {
	uint64_t memcg;
	int64_t pages;
	uint32_t why;
};

/** struct mmx_memcg_kmem - all of them, by address */
struct mmx_memcg_kmem {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_memcg_pages);
	struct mmx_reasons reasons;
};

/** mmx_memcg_kmem_find() - mmx_know_memcg_kmem() keeps it; -1 when the kernel's way to count is not known */
int mmx_memcg_kmem_find(struct mmx_memcg_kmem *it, struct mmx_view *view, struct mmx_err *err);
void mmx_memcg_kmem_free(struct mmx_memcg_kmem *it);

/** mmx_memcg_kmem_of() - that of a memory cgroup; NULL when it is none of them */
const struct mmx_memcg_pages *mmx_memcg_kmem_of(const struct mmx_memcg_kmem *it, uint64_t memcg);

#endif
