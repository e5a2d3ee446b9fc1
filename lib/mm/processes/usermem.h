// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User memory of the dead kernel's processes by PID: the frame behind an address, or what stands there
 * in its place (user_entry.h).
 */
#ifndef MMX_MM_USERMEM_H
#define MMX_MM_USERMEM_H

#include <stdint.h>

#include "mm/processes/user_entry.h"
#include "mm/swap/swap_areas.h"

struct mmx_tasks;
struct mmx_view;

/**
 * struct mmx_users - whose memory it is; filled once for any number of look-ups
 * @swaps: to hold entries of swapped pages against; may be NULL
 */
struct mmx_users {
	const struct mmx_tasks *tasks;
	const struct mmx_swaps *swaps;
};

/** mmx_user_mm() - the address space of a process or thread; -1 when there is none, and why */
int mmx_user_mm(const struct mmx_users *users, int32_t pid, uint64_t *mm, struct mmx_err *err);

/**
 * mmx_user_phys() - the physical address behind a user address of a process or thread
 * Fails with what stands there when no frame does.
 */
int mmx_user_phys(struct mmx_view *view, const struct mmx_users *users, int32_t pid, uint64_t addr,
		  uint64_t *phys, struct mmx_err *err);

#endif
