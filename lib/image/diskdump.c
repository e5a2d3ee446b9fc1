// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "image/diskdump.h"
#include "image/file.h"

/* Offsets in the header of a 64-bit machine's dump, which fills the file's first page... */
#define H_VERSION   8
#define H_MACHINE   272
#define H_STATUS    424
#define H_PAGE_SIZE 428
#define H_SUBHEADER 432
#define H_BITMAPS   436
#define H_MAX_PFN   440
#define H_SIZE      444

/* ...and in the second header, behind it. */
#define S_SPLIT      12
#define S_START      16
#define S_END        24
#define S_VMCOREINFO 32
#define S_NOTES      48
#define S_START_64   80
#define S_END_64     88
#define S_MAX_PFN_64 96
#define S_SIZE       104

#define MAX_NOTES (64u << 20)
#define MAX_PAGE  (64u << 10)
#define MIN_PAGE  4096

struct descriptor {
	uint64_t offset;
	uint32_t size;
	uint32_t flags;
	uint64_t page_flags;
};

#define CHUNK 4096 /* descriptors read at once */

bool mmx_diskdump_is(int fd)
{
	char sig[8];

	return mmx_file_read(fd, sig, sizeof(sig), 0) == sizeof(sig) &&
	       (!memcmp(sig, "KDUMP   ", sizeof(sig)) || !memcmp(sig, "DISKDUMP", sizeof(sig)));
}

static bool sane_page_size(uint32_t size)
{
	return size >= MIN_PAGE && size <= MAX_PAGE && !(size & (size - 1));
}

static int read_exactly(const struct mmx_diskdump *dd, void *buf, size_t len, uint64_t at,
			const char *what, const char *path, struct mmx_err *err)
{
	ssize_t got = mmx_file_read(dd->fd, buf, len, at);

	if (got < 0)
		return mmx_fail(err, MMX_EIO, "%s: the %s cannot be read", path, what);
	if ((size_t)got < len)
		return mmx_fail(err, MMX_ETRUNC, "%s: ends within the %s", path, what);
	return 0;
}

/* The blobs that libkdumpfile reads as it opens the file. */
static int check_blob(const struct mmx_diskdump *dd, const uint8_t *at, const char *what,
		      const char *path, struct mmx_err *err)
{
	if (mmx_le64(at + 8) > MAX_NOTES)
		return mmx_fail(err, MMX_ECORRUPT, "%s: %s of %llu bytes", path, what,
				(unsigned long long)mmx_le64(at + 8));
	if (!mmx_fits(mmx_le64(at), mmx_le64(at + 8), dd->size))
		return mmx_fail(err, MMX_ETRUNC, "%s: ends before its %s", path, what);
	return 0;
}

static int read_second_header(struct mmx_diskdump *dd, uint32_t version, const char *path,
			      struct mmx_err *err)
{
	uint64_t shift = __builtin_ctz(dd->page_size);
	uint8_t sub[S_SIZE];

	dd->end = UINT64_MAX;
	if (version < 1)
		return 0;
	if (read_exactly(dd, sub, sizeof(sub), dd->page_size, "second header", path, err))
		return -1;
	if (version >= 3 && check_blob(dd, sub + S_VMCOREINFO, "VMCOREINFO", path, err))
		return -1;
	if (version >= 4 && check_blob(dd, sub + S_NOTES, "notes", path, err))
		return -1;
	if (version < 2 || !mmx_le32(sub + S_SPLIT))
		return 0;
	dd->start = mmx_le64(sub + (version < 6 ? S_START : S_START_64)) << shift;
	dd->end = mmx_le64(sub + (version < 6 ? S_END : S_END_64)) << shift;
	if (version >= 6)
		dd->max = mmx_le64(sub + S_MAX_PFN_64) << shift;
	return 0;
}

int mmx_diskdump_open(struct mmx_diskdump *dd, int fd, const char *path, struct mmx_err *err)
{
	uint8_t head[H_SIZE];
	uint32_t version;

	*dd = (struct mmx_diskdump){.fd = fd, .size = mmx_file_size(fd)};
	if (read_exactly(dd, head, sizeof(head), 0, "header", path, err))
		return -1;
	version = mmx_le32(head + H_VERSION);
	memcpy(dd->machine, head + H_MACHINE, sizeof(dd->machine) - 1);
	dd->status = mmx_le32(head + H_STATUS);
	dd->page_size = mmx_le32(head + H_PAGE_SIZE);
	if (!sane_page_size(dd->page_size)) {
		if (sane_page_size(be32toh(dd->page_size)))
			return mmx_fail(err, MMX_EARCH, "%s: a dump of a big-endian machine", path);
		return mmx_fail(err, MMX_ECORRUPT,
				"%s: the header of a compressed kdump, but of no 64-bit machine",
				path);
	}
	dd->max = (uint64_t)mmx_le32(head + H_MAX_PFN) * dd->page_size;
	dd->descriptors =
		(1 + (uint64_t)mmx_le32(head + H_SUBHEADER) + mmx_le32(head + H_BITMAPS)) *
		dd->page_size;
	if (dd->descriptors > dd->size)
		return mmx_fail(err, MMX_ETRUNC, "%s: ends before the first page of memory", path);
	return read_second_header(dd, version, path, err);
}

const char *mmx_diskdump_compression(const struct mmx_diskdump *dd)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} known[] = {{0x1, "zlib"}, {0x2, "lzo"}, {0x4, "snappy"}, {0x20, "zstd"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (dd->status & known[i].flag)
			return known[i].name;
	return "uncompressed";
}

static bool in_file(const struct mmx_diskdump *dd, const struct descriptor *d)
{
	uint32_t size = le32toh(d->size);

	return size && size <= dd->page_size && mmx_fits(le64toh(d->offset), size, dd->size);
}

/* Adds the pages from @phys on that @n descriptors find in the file; false without memory. */
static bool add_pages(const struct mmx_diskdump *dd, const struct descriptor *table, size_t n,
		      uint64_t phys, struct mmx_ranges *present)
{
	uint64_t run = phys; /* where an unbroken row of pages began */

	for (size_t i = 0; i < n; i++, phys += dd->page_size) {
		if (in_file(dd, &table[i]))
			continue;
		if (!mmx_ranges_add(present, run, phys))
			return false;
		run = phys + dd->page_size;
	}
	return mmx_ranges_add(present, run, phys);
}

/* One range of pages, the descriptors of which begin at @at in the file. */
static bool add_range(const struct mmx_diskdump *dd, const struct mmx_range *pages, uint64_t at,
		      struct descriptor *table, struct mmx_ranges *present)
{
	for (uint64_t phys = pages->start; phys < pages->end;) {
		uint64_t n = (pages->end - phys) / dd->page_size;
		ssize_t got =
			mmx_file_read(dd->fd, table, (n < CHUNK ? n : CHUNK) * sizeof(*table), at);

		if (got < (ssize_t)sizeof(*table))
			return true;
		n = got / sizeof(*table);
		if (!add_pages(dd, table, n, phys, present))
			return false;
		phys += n * dd->page_size;
		at += n * sizeof(*table);
	}
	return true;
}

bool mmx_diskdump_whole(const struct mmx_diskdump *dd, const struct mmx_ranges *pages,
			struct mmx_ranges *present)
{
	struct descriptor *table = malloc(CHUNK * sizeof(*table));
	uint64_t at = dd->descriptors;
	bool ok = table;

	for (size_t i = 0; ok && i < pages->n; i++) {
		ok = add_range(dd, &pages->v[i], at, table, present);
		at += (pages->v[i].end - pages->v[i].start) / dd->page_size * sizeof(*table);
	}
	free(table);
	return ok;
}
