// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * io_uring: the rings that the kernel shares with a process, and rings of provided buffers. Buffers that a
 * process registered are its own memory, and known as such.
 */
#ifndef MMX_MM_IO_URING_H
#define MMX_MM_IO_URING_H

#include "mm/owners/held.h"

struct mmx_io_urings {
	MMX_HOLDINGS;
};

/** mmx_io_urings_find() - all of them, and what they hold: mmx_know_io_urings() keeps it */
int mmx_io_urings_find(struct mmx_io_urings *it, struct mmx_view *view, struct mmx_err *err);
void mmx_io_urings_free(struct mmx_io_urings *it);

#endif
