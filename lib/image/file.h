// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that dumps lie in: opened with a clear word when that fails, read at an offset. */
#ifndef MMX_IMAGE_FILE_H
#define MMX_IMAGE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/** mmx_file_open() - a descriptor for a dump: a regular file or a block device that is not empty */
int mmx_file_open(const char *path, struct mmx_err *err);

/** mmx_file_size() - bytes in a regular file or block device; 0 when that cannot be told */
uint64_t mmx_file_size(int fd);

/** mmx_file_read() - as many of @len bytes at @offset as there are, or -1 and errno */
ssize_t mmx_file_read(int fd, void *buf, size_t len, uint64_t offset);

/*
 * A window: a part of a file that was read lately, so that small things that lie close together cost
 * one system call. Files are not mapped, since an error of the disk, or a file that shrinks, would
 * end the process then.
 */
#define MMX_WINDOW (4u << 10)

struct mmx_file_window {
	int fd;
	uint64_t at;
	size_t len;
	uint8_t bytes[MMX_WINDOW];
};

/** mmx_file_window() - @len bytes at @at, at most MMX_WINDOW, good until the next call; or NULL */
const uint8_t *mmx_file_window(struct mmx_file_window *w, int fd, uint64_t at, size_t len);

/*
 * Blocks: parts of one file that were read lately, wherever they lie. What is looked up in a kernel's
 * memory is mostly a word here and a word there, and most of them beside one that was asked before.
 */
#define MMX_FILE_BLOCK \
	(4u << 10) /* as the page cache has them: no other byte can fail a read of one */
#define MMX_FILE_BLOCKS 64

struct mmx_file_blocks {
	struct mmx_file_block {
		bool is_read;
		uint64_t at;
		size_t len; /* less than a block at the end of the file */
		uint8_t bytes[MMX_FILE_BLOCK];
	} block[MMX_FILE_BLOCKS];
};

/** mmx_file_read_through() - mmx_file_read(), out of a block where that is less work */
ssize_t mmx_file_read_through(struct mmx_file_blocks *blocks, int fd, void *buf, size_t len,
			      uint64_t offset);

#endif
