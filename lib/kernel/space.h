// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a kernel keeps what in its address space, an architecture at a time: which root its page tables
 * have, how far memory KASLR has moved the direct map, where the image and its modules lie, and whether
 * user mode has page tables of its own. How tables are read is arch/.
 *
 * To add an architecture: implement both steps. paging() must derive its facts and check them against
 * the dump (a translation that comes out as arithmetic says), regions() must name each range's
 * source; add it to the table in space.c; run the lab's memory tests on a dump of it.
 */
#ifndef MMX_KERNEL_SPACE_H
#define MMX_KERNEL_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct mmx_kernel;

/**
 * struct mmx_space - an address space's plan
 * @paging: finds and checks kernel->paging and kernel->phys_base
 * @regions: fills kernel->regions and kernel->isolation; needs symbols
 */
struct mmx_space {
	const char *machine;
	int (*paging)(struct mmx_kernel *kernel, struct mmx_err *err);
	void (*regions)(struct mmx_kernel *kernel);
};

/** mmx_space_find() - by machine name; NULL when mmx does not know it */
const struct mmx_space *mmx_space_find(const char *machine);

/**
 * struct mmx_isolation - page-table isolation, a fact of the kernel: FACT_ISOLATION says whether it is known
 * @user_root: from a root to the one behind it that user mode runs on; 0 when the kernel has no room
 *             for those
 * @on: user mode runs on roots of its own; else that room is unused
 */
struct mmx_isolation {
	uint64_t user_root;
	bool on;
};

extern const struct mmx_space mmx_space_x86_64;

#endif
