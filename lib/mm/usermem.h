// SPDX-License-Identifier: GPL-2.0-or-later
/* User memory of the dead kernel's processes, through their page tables. */
#ifndef MMX_MM_USERMEM_H
#define MMX_MM_USERMEM_H

#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/** mmx_user_phys() - the physical address behind a user address of a process or thread */
int mmx_user_phys(struct mmx_view *view, int32_t pid, uint64_t addr, uint64_t *phys,
		  struct mmx_err *err);

#endif
