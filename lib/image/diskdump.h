// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The headers, bitmaps and page descriptors of a compressed kdump file ("diskdump" format).
 * libkdumpfile decompresses the pages, but its word on which there are is not enough: it takes
 * zeros for what lies behind the end of a file, be it a bitmap or a page, trusts the size of a
 * compressed page, and loses pages of a split dump.
 */
#ifndef MMX_IMAGE_DISKDUMP_H
#define MMX_IMAGE_DISKDUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/range.h"

/**
 * struct mmx_diskdump - one file
 * @size: of the file
 * @start, @end: physical addresses whose pages are this part's of a split dump
 * @max: behind the highest page of the whole dump
 * @bitmaps: where in the file the bitmap of memory begins, and behind it that of dumped pages
 * @bitmap_size: bytes in each; a file with only one has nothing excluded
 * @descriptors: where in the file the table of page descriptors begins
 * @page_size: bytes in a page
 * @status: flags: the compression
 * @machine: as uname -m said, or empty
 */
struct mmx_diskdump {
	int fd;
	uint64_t size;
	uint64_t start;
	uint64_t end;
	uint64_t max;
	uint64_t bitmaps;
	uint64_t bitmap_size;
	uint64_t descriptors;
	uint32_t page_size;
	uint32_t status;
	char machine[65];
};

/** mmx_diskdump_is() - whether a file begins as a compressed kdump */
bool mmx_diskdump_is(int fd);

/** mmx_diskdump_open() - read and judge the headers */
int mmx_diskdump_open(struct mmx_diskdump *dd, int fd, const char *path, struct mmx_err *err);

/** mmx_diskdump_compression() - "zlib", "lzo", ... or "uncompressed" */
const char *mmx_diskdump_compression(const struct mmx_diskdump *dd);

/** mmx_diskdump_ram() - add what was memory, of the whole dump; false without memory */
bool mmx_diskdump_ram(const struct mmx_diskdump *dd, struct mmx_ranges *ram);

/** mmx_diskdump_pages() - add the pages that this part claims; false without memory */
bool mmx_diskdump_pages(const struct mmx_diskdump *dd, struct mmx_ranges *pages);

/**
 * mmx_diskdump_whole() - add to @present those of a part's pages whose data is in the file
 * @pages: what mmx_diskdump_pages() found
 *
 * Reads the table of page descriptors, 24 bytes a page: little beside what reading the page
 * structs of a dump costs. Returns false without memory.
 */
bool mmx_diskdump_whole(const struct mmx_diskdump *dd, const struct mmx_ranges *pages,
			struct mmx_ranges *present);

#endif
