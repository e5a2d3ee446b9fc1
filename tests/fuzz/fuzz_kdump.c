// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compressed kdumps: whatever headers, bitmaps, descriptors and compressed pages say, opening and
 * reading end, and what is present is sorted and was memory.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/bytes.h"
#include "image/kdump.h"

#define PAGE       4096u
#define MOST_PAGES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_u32(uint8_t *at, uint32_t v)
{
	v = htole32(v);
	memcpy(at, &v, sizeof(v));
}

/*
 * Five pages, of headers, bitmaps and descriptors, and behind them what is left of the input. Each
 * page takes a share of the input, so that a short one reaches them all.
 */
static int make_dump(const uint8_t *data, size_t size)
{
	uint8_t front[5 * PAGE] = "KDUMP   ";
	size_t share = size / 6 < PAGE ? size / 6 : PAGE;
	int fd = memfd_create("kdump", 0);

	memcpy(front + 272, "x86_64", 7);
	put_u32(front + 8, 6);
	put_u32(front + 428, PAGE);
	put_u32(front + 432, 1);
	put_u32(front + 436, 2);
	put_u32(front + 440, 8 * PAGE);
	for (size_t i = 1; i < 5; i++)
		memcpy(front + i * PAGE, data + i * share, share);
	/* A part of the input may spoil the header, too. */
	for (size_t i = 0; i + 1 < share && data[0] % 2; i += 2)
		front[400 + data[i] % 44] = data[i + 1];
	if (fd < 0 || pwrite(fd, front, sizeof(front), 0) != sizeof(front) ||
	    pwrite(fd, data + 5 * share, size - 5 * share, sizeof(front)) < 0)
		abort();
	return fd;
}

static void read_some(struct mmx_image *image)
{
	struct mmx_reader *reader = mmx_reader_new(image, NULL);
	uint8_t buf[2 * PAGE];
	unsigned int pages = 0;

	if (!reader)
		abort();
	mmx_for_each_range (r, &image->present) {
		if (!mmx_ranges_has(&image->ram, r->start, r->end - r->start))
			abort();
		for (uint64_t at = r->start; at < r->end && pages++ < MOST_PAGES; at += PAGE) {
			mmx_phys_read(reader, at, buf, sizeof(buf));
			mmx_phys_read(reader, at + 100, buf, 8);
		}
	}
	mmx_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"kdump", "kdump"};
	size_t parts = size && data[0] % 4 == 3 ? 2 : 1;
	int fds[2] = {-1, -1};
	struct mmx_image *image;

	for (size_t i = 0; i < parts; i++)
		fds[i] = make_dump(data, size);
	image = mmx_kdump_open(fds, paths, parts, NULL);
	if (!image)
		return 0;
	read_some(image);
	mmx_image_close(image);
	return 0;
}
