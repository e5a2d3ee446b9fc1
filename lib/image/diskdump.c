// SPDX-License-Identifier: GPL-2.0-or-later
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "image/diskdump.h"
#include "image/file.h"
#include "image/notes.h"

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

#define MAX_PAGE (64u << 10)
#define MIN_PAGE 4096

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

static int read_place(const struct mmx_diskdump *dd, const uint8_t *from, uint64_t *at,
		      uint64_t *size, const char *what, const char *path, struct mmx_err *err)
{
	*at = mmx_le64(from);
	*size = mmx_le64(from + 8);
	if (*size > MMX_MAX_NOTES)
		return mmx_fail(err, MMX_ECORRUPT, "%s: %s of %llu bytes", path, what,
				(unsigned long long)*size);
	if (!mmx_fits(*at, *size, dd->size))
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
	if (version >= 3 && read_place(dd, sub + S_VMCOREINFO, &dd->vmcoreinfo,
				       &dd->vmcoreinfo_size, "VMCOREINFO", path, err))
		return -1;
	if (version >= 4 &&
	    read_place(dd, sub + S_NOTES, &dd->notes, &dd->notes_size, "notes", path, err))
		return -1;
	if (version < 2 || !mmx_le32(sub + S_SPLIT))
		return 0;
	dd->start = mmx_le64(sub + (version < 6 ? S_START : S_START_64)) << shift;
	dd->end = mmx_le64(sub + (version < 6 ? S_END : S_END_64)) << shift;
	if (version >= 6)
		dd->max = mmx_le64(sub + S_MAX_PFN_64) << shift;
	return 0;
}

/* There are two bitmaps where the pages fit into half the space, and else one. */
static void split_bitmaps(struct mmx_diskdump *dd)
{
	dd->page_bitmap = dd->ram_bitmap;
	if (dd->max / dd->page_size > dd->bitmap_size * 4)
		return;
	dd->bitmap_size = dd->bitmap_size / dd->page_size / 2 * dd->page_size;
	dd->page_bitmap += dd->bitmap_size;
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
	dd->ram_bitmap = (1 + (uint64_t)mmx_le32(head + H_SUBHEADER)) * dd->page_size;
	dd->bitmap_size = (uint64_t)mmx_le32(head + H_BITMAPS) * dd->page_size;
	dd->descriptors = dd->ram_bitmap + dd->bitmap_size;
	if (dd->descriptors > dd->size)
		return mmx_fail(err, MMX_ETRUNC, "%s: ends before the first page of memory", path);
	if (read_second_header(dd, version, path, err))
		return -1;
	split_bitmaps(dd);
	return 0;
}

void mmx_diskdump_close(struct mmx_diskdump *dd)
{
	close(dd->fd);
}

/* Adds the pages of the bits that are set in a word, the lowest being the page at @phys. */
static bool add_word(const struct mmx_diskdump *dd, uint64_t word, uint64_t phys,
		     struct mmx_ranges *r)
{
	while (word) {
		unsigned int from = __builtin_ctzll(word);
		uint64_t rest = ~(word >> from); /* 0 when all 64 bits are set */
		unsigned int n = rest ? __builtin_ctzll(rest) : 64;

		if (!mmx_ranges_add(r, phys + (uint64_t)from * dd->page_size,
				    phys + (uint64_t)(from + n) * dd->page_size))
			return false;
		word = from + n < 64 ? word >> (from + n) << (from + n) : 0;
	}
	return true;
}

/* The bits of a word whose lowest is bit @at of a bitmap that are in [first, end). */
static uint64_t clip(uint64_t word, uint64_t at, uint64_t first, uint64_t end)
{
	if (at < first)
		word &= ~0ULL << (first - at);
	if (end - at < 64)
		word &= ~(~0ULL << (end - at));
	return word;
}

/* Adds the pages from @first up to before @end whose bits are set in the bitmap at @offset. */
static bool add_bitmap(const struct mmx_diskdump *dd, uint64_t offset, uint64_t first, uint64_t end,
		       struct mmx_ranges *r)
{
	uint64_t words[512];

	if (end > dd->bitmap_size * 8)
		end = dd->bitmap_size * 8;
	for (uint64_t at = first & ~63ULL; at < end;) {
		memset(words, 0, sizeof(words));
		if (mmx_file_read(dd->fd, words, sizeof(words), offset + at / 8) < 0)
			return true;
		for (size_t i = 0; i < sizeof(words) / 8 && at < end; i++, at += 64)
			if (!add_word(dd, clip(le64toh(words[i]), at, first, end),
				      at * dd->page_size, r))
				return false;
	}
	return true;
}

bool mmx_diskdump_ram(const struct mmx_diskdump *dd, struct mmx_ranges *ram)
{
	return add_bitmap(dd, dd->ram_bitmap, 0, dd->max / dd->page_size, ram);
}

bool mmx_diskdump_pages(const struct mmx_diskdump *dd, struct mmx_ranges *pages)
{
	uint64_t end = dd->end < dd->max ? dd->end : dd->max;

	return add_bitmap(dd, dd->page_bitmap, dd->start / dd->page_size, end / dd->page_size,
			  pages);
}

static bool decode(const struct mmx_diskdump *dd, const uint8_t *raw,
		   struct mmx_diskdump_page *page)
{
	page->offset = mmx_le64(raw);
	page->size = mmx_le32(raw + 8);
	page->flags = mmx_le32(raw + 12);
	return page->size && page->size <= dd->page_size &&
	       mmx_fits(page->offset, page->size, dd->size);
}

bool mmx_diskdump_page(const struct mmx_diskdump *dd, struct mmx_file_window *window, uint64_t at,
		       struct mmx_diskdump_page *page)
{
	const uint8_t *raw = mmx_file_window(window, dd->fd, at, MMX_DESCRIPTOR_SIZE);

	return raw && decode(dd, raw, page);
}

/* Adds the pages from @phys on that @n descriptors find in the file; false without memory. */
static bool add_pages(const struct mmx_diskdump *dd, const uint8_t *table, size_t n, uint64_t phys,
		      struct mmx_ranges *present)
{
	uint64_t run = phys; /* where an unbroken row of pages began */
	struct mmx_diskdump_page page;

	for (size_t i = 0; i < n; i++, phys += dd->page_size) {
		if (decode(dd, table + i * MMX_DESCRIPTOR_SIZE, &page))
			continue;
		if (!mmx_ranges_add(present, run, phys))
			return false;
		run = phys + dd->page_size;
	}
	return mmx_ranges_add(present, run, phys);
}

/* A piece of the table of descriptors: @n of them, from @at in the file on. */
struct piece {
	uint64_t at;
	size_t n;
	uint8_t bytes[CHUNK * MMX_DESCRIPTOR_SIZE];
};

/* The descriptor at @at, and how many are known from there on: none behind the file's end. */
static const uint8_t *descriptors_at(struct piece *piece, const struct mmx_diskdump *dd,
				     uint64_t at, size_t *n)
{
	uint64_t nth = (at - piece->at) / MMX_DESCRIPTOR_SIZE;

	if (at < piece->at || nth >= piece->n) {
		ssize_t got = mmx_file_read(dd->fd, piece->bytes, sizeof(piece->bytes), at);

		piece->at = at;
		piece->n = got < 0 ? 0 : got / MMX_DESCRIPTOR_SIZE;
		nth = 0;
	}
	*n = piece->n - nth;
	return piece->bytes + nth * MMX_DESCRIPTOR_SIZE;
}

/* One range of pages, the descriptors of which begin at @at in the file. */
static bool add_range(const struct mmx_diskdump *dd, const struct mmx_range *pages, uint64_t at,
		      struct piece *piece, struct mmx_ranges *present)
{
	for (uint64_t phys = pages->start; phys < pages->end;) {
		uint64_t wanted = (pages->end - phys) / dd->page_size;
		size_t n;
		const uint8_t *table = descriptors_at(piece, dd, at, &n);

		if (!n)
			return true;
		if (n > wanted)
			n = wanted;
		if (!add_pages(dd, table, n, phys, present))
			return false;
		phys += n * dd->page_size;
		at += n * MMX_DESCRIPTOR_SIZE;
	}
	return true;
}

bool mmx_diskdump_whole(const struct mmx_diskdump *dd, const struct mmx_ranges *pages,
			struct mmx_ranges *present)
{
	struct piece *piece = calloc(1, sizeof(*piece));
	uint64_t at = dd->descriptors;
	bool ok = piece;

	for (size_t i = 0; ok && i < pages->n; i++) {
		ok = add_range(dd, &pages->v[i], at, piece, present);
		at += (pages->v[i].end - pages->v[i].start) / dd->page_size * MMX_DESCRIPTOR_SIZE;
	}
	free(piece);
	return ok;
}
