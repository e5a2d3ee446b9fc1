// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables of the kernel's own that are made at boot and stay: hashes, notes for the crash kernel, data that every
 * process maps. Each is named by a variable, and how large it is by another one, or it never changes.
 */
#ifndef MMX_MM_KERNEL_TABLE_H
#define MMX_MM_KERNEL_TABLE_H

#include "mm/owners/held.h"

struct mmx_kernel_tables {
	MMX_HOLDINGS;
};

/** mmx_kernel_tables_find() - all of them, and what they hold: mmx_know_kernel_tables() keeps it */
int mmx_kernel_tables_find(struct mmx_kernel_tables *it, struct mmx_view *view,
			   struct mmx_err *err);
void mmx_kernel_tables_free(struct mmx_kernel_tables *it);

#endif
