// SPDX-License-Identifier: GPL-2.0-or-later
/* Overlayfs: its inodes cache nothing; the files that they show, in other file systems, do. */
#ifndef MMX_MM_OVERLAY_H
#define MMX_MM_OVERLAY_H

#include "base/err.h"
#include "kernel/view.h"

/**
 * mmx_overlay_real() - the inode that has the data of the one at @inode
 * @real: @inode itself when that is none of overlayfs
 */
int mmx_overlay_real(struct mmx_view *view, uint64_t inode, uint64_t *real, struct mmx_err *err);

#endif
