/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which type of the kernel's may have been meant by a name that is none's; of symbols: mmx_symbols_fail(). */
#ifndef MMX_KERNEL_NEAR_NAMES_H
#define MMX_KERNEL_NEAR_NAMES_H

#include "base/suggest.h"
#include "kernel/types.h"

/** mmx_types_near() - offer all names of the kernel's own types, where these are numbered, as BTF's are */
void mmx_types_near(const struct mmx_types *types, struct mmx_suggest *near);

#endif
