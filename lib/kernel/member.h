// SPDX-License-Identifier: GPL-2.0-or-later
/* Single members out of structs that are not worth reading whole. */
#ifndef MMX_KERNEL_MEMBER_H
#define MMX_KERNEL_MEMBER_H

#include <stdint.h>

#include "kernel/layout.h"
#include "kernel/view.h"

/**
 * mmx_kread_member() - a number member of the struct at @addr
 * Not sign-extended. A member that this kernel does not have, or that is no number, reads as
 * unreadable.
 */
enum mmx_read mmx_kread_member(struct mmx_view *view, uint64_t addr, enum mmx_layout_member id,
			       uint64_t *value);

/** mmx_kget() - the same as mmx_kread_member(), with an error that names the member when it fails */
int mmx_kget(struct mmx_view *view, uint64_t addr, enum mmx_layout_member id, uint64_t *value,
	     struct mmx_err *err);

/**
 * mmx_kread_variable() - a number that a kernel variable holds
 * @size: its bytes, 1 to 8
 *
 * Without a symbol of that name, unmapped.
 */
enum mmx_read mmx_kread_variable(struct mmx_view *view, const char *name, unsigned int size,
				 uint64_t *value);

#endif
