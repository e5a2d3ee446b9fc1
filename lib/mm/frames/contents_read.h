// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What frames contain, for whoever shows or copies it. /proc/kcore gives zeros for frames that it does not touch,
 * those that are poisoned, offline or in a balloon, as if they had been read: here they are unreadable.
 */
#ifndef MMX_MM_CONTENTS_READ_H
#define MMX_MM_CONTENTS_READ_H

#include "kernel/view.h"

/** mmx_contents_read() - as mmx_phys_read() */
enum mmx_read mmx_contents_read(struct mmx_view *view, uint64_t phys, void *buf, size_t len);

/** mmx_contents_kread() - as mmx_kread() */
enum mmx_read mmx_contents_kread(struct mmx_view *view, uint64_t addr, void *buf, size_t len);

#endif
