// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of a kernel: where there are struct pages and how they are read, its nodes and zones, and
 * what else was found out about it. Everybody who has the kernel has its memory: mmx_mem(kernel).
 */
#ifndef MMX_MM_MEM_H
#define MMX_MM_MEM_H

#include <stddef.h>

#include "kernel/kernel.h"
#include "mm/frames/flags.h"
#include "mm/frames/online.h"
#include "mm/frames/page_format.h"
#include "mm/frames/sparse.h"
#include "mm/frames/vmemmap.h"
#include "mm/knowledge.h"
#include "mm/zones/zone.h"

/**
 * struct mmx_mem - a kernel and its memory
 * @knowledge: what is found when it is first asked for
 * Once open nothing but that changes, and walks over all memory read it from several threads.
 */
struct mmx_mem {
	struct mmx_kernel kernel;
	struct mmx_sparse sparse;
	struct mmx_vmemmap vmemmap;
	struct mmx_zones zones;
	struct mmx_flags flags;
	struct mmx_page_format page_format;
	struct mmx_knowledge *knowledge;
};

/** mmx_mem() - the memory of a kernel that mmx_open() gave */
static inline struct mmx_mem *mmx_mem(const struct mmx_kernel *kernel)
{
	return (struct mmx_mem *)((char *)kernel - offsetof(struct mmx_mem, kernel));
}

#endif
