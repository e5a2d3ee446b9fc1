// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address spaces, each once: the kernel's own for firmware and for patching its text, those that
 * tasks have, and those that no task has: of an mm that KVM, vhost or AIO hold beyond its last task, or
 * one that is being made or torn down. init_mm, which has no user half, is left out.
 *
 *	struct mmx_mms mms;
 *
 *	mmx_mms_begin(&mms, view);
 *	while (mmx_mms_next(&mms))
 *		use(mms.mm);
 *	mmx_cover_inherit(&mine.coverage, &mms.coverage);
 *
 * It rests on the tasks, whose coverage is in its own.
 */
#ifndef MMX_MM_MM_H
#define MMX_MM_MM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/list.h"
#include "kernel/view.h"
#include "mm/processes/task.h"

#define MMX_KERNEL_MMS 3

/**
 * struct mmx_mms - a walk over address spaces
 * @coverage: how many were found, and what keeps others from being found
 * @mm: address of the mm_struct
 * @name: of the kernel's own: "efi_mm", ...; else NULL
 * @users, @n_users: the processes that have it; none of the kernel's own and where no task has it
 */
struct mmx_mms {
	struct mmx_coverage coverage;
	uint64_t mm;
	const char *name;
	const struct mmx_mm_user *users;
	size_t n_users;
	/* Private. */
	struct mmx_view *view;
	const struct mmx_tasks *tasks;
	uint64_t kernel[MMX_KERNEL_MMS]; /* 0 where there is none */
	size_t next_kernel, next_user;
	struct mmx_list roots;
};

/** mmx_mms_begin() - walk them all */
void mmx_mms_begin(struct mmx_mms *mms, struct mmx_view *view);

/** mmx_mms_next() - go to the next address space; false at the end */
bool mmx_mms_next(struct mmx_mms *mms);

/** mmx_mm_is_locked() - whether somebody holds the mmap_lock of an address space, to read or to change it */
bool mmx_mm_is_locked(struct mmx_view *view, uint64_t mm);

#endif
