// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that dumps lie in: opened with a clear word when that fails, read at an offset. */
#ifndef MMX_IMAGE_FILE_H
#define MMX_IMAGE_FILE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/** mmx_file_open() - a descriptor for a dump: a regular file or a block device that is not empty */
int mmx_file_open(const char *path, struct mmx_err *err);

/** mmx_file_size() - bytes in a regular file or block device; 0 when that cannot be told */
uint64_t mmx_file_size(int fd);

/** mmx_file_read() - as many of @len bytes at @offset as there are, or -1 and errno */
ssize_t mmx_file_read(int fd, void *buf, size_t len, uint64_t offset);

/** mmx_file_map() - all of a file, read-only, or NULL; munmap() it */
uint8_t *mmx_file_map(int fd, uint64_t size);

#endif
