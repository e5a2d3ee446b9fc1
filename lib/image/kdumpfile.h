// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dumps read by libkdumpfile: the formats that have no backend of their own here, LKCD, sadump, Xen
 * and others, and any other when that is asked for. docs/libkdumpfile.md has what the library gets
 * wrong.
 *
 * Every reader is a context of its own on the same descriptors: contexts cloned from one another
 * share caches and locks. The page maps are taken when the dump is opened, before anything is
 * read, and the library is never asked for a page that is not there. It reads by physical address
 * only and is not told the operating system: translating is lib/arch's.
 */
#ifndef MMX_IMAGE_KDUMPFILE_H
#define MMX_IMAGE_KDUMPFILE_H

#include "image/image.h"

/** mmx_kdumpfile_wanted() - whether the library opens these files as they are */
bool mmx_kdumpfile_wanted(const int *fds, size_t n);

/**
 * mmx_kdumpfile_open() - open a dump through the library
 * @fds: of the parts; the image's from here on, whatever comes of it
 * @paths: for messages
 */
struct mmx_image *mmx_kdumpfile_open(const int *fds, const char *const *paths, size_t n,
				     struct mmx_err *err);

#endif
