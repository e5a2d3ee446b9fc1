// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One file in the format of compressed kdumps ("diskdump"): its headers, its two bitmaps, of what
 * was memory and of what was dumped, and the table of descriptors that tells where each dumped
 * page lies and how it is compressed.
 */
#ifndef MMX_IMAGE_DISKDUMP_H
#define MMX_IMAGE_DISKDUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/range.h"
#include "image/file.h"

/**
 * struct mmx_diskdump - one file
 * @size: of the file
 * @start, @end: physical addresses whose pages are this part's of a split dump
 * @max: behind the highest page of the whole dump
 * @ram_bitmap, @page_bitmap: where in the file they begin; one and the same where nothing is excluded
 * @bitmap_size: bytes in each
 * @descriptors: where in the file the table of page descriptors begins
 * @page_size: bytes in a page
 * @status: flags of enum mmx_packed
 * @vmcoreinfo, @vmcoreinfo_size, @notes, @notes_size: where they lie, within the file
 * @machine: as uname -m said, or empty
 */
struct mmx_diskdump {
	int fd;
	uint64_t size;
	uint64_t start;
	uint64_t end;
	uint64_t max;
	uint64_t ram_bitmap;
	uint64_t page_bitmap;
	uint64_t bitmap_size;
	uint64_t descriptors;
	uint64_t vmcoreinfo;
	uint64_t vmcoreinfo_size;
	uint64_t notes;
	uint64_t notes_size;
	uint32_t page_size;
	uint32_t status;
	char machine[65];
};

/** struct mmx_diskdump_page - where a page's data lies, and how it is compressed */
struct mmx_diskdump_page {
	uint64_t offset;
	uint32_t size;
	uint32_t flags;
};

#define MMX_DESCRIPTOR_SIZE 24

/** mmx_diskdump_is() - whether a file begins as a compressed kdump */
bool mmx_diskdump_is(int fd);

/** mmx_diskdump_open() - read and judge the headers; the file stays its owner's when that fails */
int mmx_diskdump_open(struct mmx_diskdump *dd, int fd, const char *path, struct mmx_err *err);

/** mmx_diskdump_close() - close the file */
void mmx_diskdump_close(struct mmx_diskdump *dd);

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

/** mmx_diskdump_page() - the descriptor at an offset; false when the page's data is not all there */
bool mmx_diskdump_page(const struct mmx_diskdump *dd, struct mmx_file_window *window, uint64_t at,
		       struct mmx_diskdump_page *page);

#endif
