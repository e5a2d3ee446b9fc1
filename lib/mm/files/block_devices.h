// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages that block devices have cached by themselves: what meminfo calls Buffers. */
#ifndef MMX_MM_BLOCK_DEVICES_H
#define MMX_MM_BLOCK_DEVICES_H

#include <stdint.h>

#include "base/err.h"

struct mmx_view;

/** mmx_block_device_pages() - how many there are, by the counts of all block devices; -1 when unknown */
int mmx_block_device_pages(struct mmx_view *view, uint64_t *pages, struct mmx_err *err);

#endif
