// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of a process, wherever it is: in a frame, in the page cache, or in swap, where that is memory as well. */
#ifndef MMX_MM_USER_READ_H
#define MMX_MM_USER_READ_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/**
 * mmx_user_read() - bytes of an address space
 * All or nothing; crosses page borders. Pages of the swap cache, zswap and zram are read as well, and those of files and
 * shared memory that nobody has mapped yet. -1 with what stands there when nothing can be read: of a page on a disk,
 * which device and where; of anonymous memory that was never touched, that.
 */
int mmx_user_read(struct mmx_view *view, uint64_t mm, uint64_t addr, void *buf, size_t len,
		  struct mmx_err *err);

#endif
