// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compressed kdumps, as makedumpfile and QEMU write them. They are read here and not through
 * libkdumpfile, which takes zeros for what lies behind the end of a file, be it a bitmap or a
 * page, and loses pages of split dumps: docs/libkdumpfile.md.
 */
#ifndef MMX_IMAGE_KDUMP_H
#define MMX_IMAGE_KDUMP_H

#include "image/image.h"

/**
 * mmx_kdump_open() - open a compressed kdump
 * @fds: of the parts, in any order; the image's from here on, whatever comes of it
 * @paths: for messages
 */
struct mmx_image *mmx_kdump_open(const int *fds, const char *const *paths, size_t n,
				 struct mmx_err *err);

#endif
