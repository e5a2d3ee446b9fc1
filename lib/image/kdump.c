// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/codec.h"
#include "image/diskdump.h"
#include "image/kdump.h"
#include "image/notes.h"

#define PAGE 4096u

/*
 * A part of a dump. The descriptors of its pages are in a row, so where one is follows from how many pages come
 * before: of a dump that was filtered there may be millions of ranges, and that number is kept of some only.
 */
#define COUNTED_RANGES 64u

struct part {
	struct mmx_diskdump file;
	struct mmx_ranges pages;
	uint64_t *before; /* pages before every so many ranges */
};

struct kdump {
	size_t parts;
	struct part part[];
};

/*
 * A reader keeps pages that were read in bits, by a hash of their frame, so that what lies close
 * together is decompressed once.
 */
#define SLOT_BITS 10

struct slot {
	uint64_t tag; /* frame + 1; 0 is an empty slot */
	uint8_t data[PAGE];
};

struct reader {
	const struct kdump *kdump;
	struct mmx_codec *codec;
	struct mmx_file_window descriptors, data;
	struct slot slot[1 << SLOT_BITS];
};

/* Reading */

static void reader_free(void *handle)
{
	struct reader *reader = handle;

	mmx_codec_free(reader->codec);
	free(reader);
}

static void *reader_new(struct mmx_image *image, struct mmx_err *err)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (reader)
		reader->codec = mmx_codec_new();
	if (!reader || !reader->codec) {
		free(reader);
		mmx_fail_nomem(err);
		return NULL;
	}
	reader->kdump = image->priv;
	if (!mmx_codec_need(reader->codec, reader->kdump->part[0].file.status, err))
		return reader;
	reader_free(reader);
	return NULL;
}

/* Where the descriptor of a page that a part claims is in its file. */
static uint64_t descriptor_of(const struct part *part, const struct mmx_range *in, uint64_t phys)
{
	size_t nth = in - part->pages.v, from = nth - nth % COUNTED_RANGES;
	uint64_t pages = part->before[nth / COUNTED_RANGES] + (phys - in->start) / PAGE;

	for (size_t i = from; i < nth; i++)
		pages += (part->pages.v[i].end - part->pages.v[i].start) / PAGE;
	return part->file.descriptors + pages * MMX_DESCRIPTOR_SIZE;
}

/* Of parts that claim the same page the first one has it. */
static const struct part *part_of(const struct kdump *kdump, uint64_t phys, uint64_t *descriptor)
{
	for (size_t i = 0; i < kdump->parts; i++) {
		const struct part *part = &kdump->part[i];
		const struct mmx_range *in = mmx_ranges_find(&part->pages, phys);

		if (in && in->start <= phys) {
			*descriptor = descriptor_of(part, in, phys);
			return part;
		}
	}
	return NULL;
}

static enum mmx_read read_page(struct reader *reader, uint64_t phys, void *to)
{
	uint64_t descriptor = 0;
	const struct part *part = part_of(reader->kdump, phys, &descriptor);
	struct mmx_diskdump_page page;
	const void *data;

	if (!part)
		return MMX_READ_EXCLUDED;
	if (!mmx_diskdump_page(&part->file, &reader->descriptors, descriptor, &page))
		return MMX_READ_UNREADABLE;
	data = mmx_file_window(&reader->data, part->file.fd, page.offset, page.size);
	return data && mmx_codec_unpack(reader->codec, page.flags, data, page.size, to, PAGE)
		       ? MMX_READ_OK
		       : MMX_READ_UNREADABLE;
}

/* The page at @phys, from the slot that is its only place. */
static enum mmx_read cached_page(struct reader *reader, uint64_t phys, const uint8_t **data)
{
	uint64_t frame = phys / PAGE;
	struct slot *slot = &reader->slot[frame * 0x9e3779b97f4a7c15 >> (64 - SLOT_BITS)];
	enum mmx_read r = MMX_READ_OK;

	if (slot->tag != frame + 1) {
		slot->tag = 0;
		r = read_page(reader, phys, slot->data);
		if (r == MMX_READ_OK)
			slot->tag = frame + 1;
	}
	*data = slot->data;
	return r;
}

/* One page by itself is a table, say, which will be asked for again; of many that are read at once none is kept. */
static enum mmx_read kdump_read(void *handle, uint64_t phys, void *buf, size_t len)
{
	enum mmx_read r = MMX_READ_OK;
	bool many = len > PAGE;
	uint8_t *to = buf;

	while (len && r == MMX_READ_OK) {
		size_t in = phys % PAGE, part = PAGE - in < len ? PAGE - in : len;
		const uint8_t *data;

		if (many && part == PAGE) {
			r = read_page(handle, phys, to);
		} else {
			r = cached_page(handle, phys - in, &data);
			if (r == MMX_READ_OK)
				memcpy(to, data + in, part);
		}
		phys += part;
		to += part;
		len -= part;
	}
	return r;
}

static void kdump_close(struct mmx_image *image)
{
	struct kdump *kdump = image->priv;

	for (size_t i = 0; i < kdump->parts; i++) {
		mmx_diskdump_close(&kdump->part[i].file);
		mmx_ranges_free(&kdump->part[i].pages);
		free(kdump->part[i].before);
	}
	free(kdump);
}

static const struct mmx_image_ops kdump_ops = {
	.name = "kdump",
	.reader_new = reader_new,
	.reader_free = reader_free,
	.read = kdump_read,
	.close = kdump_close,
};

/* Opening */

static bool count_pages(struct part *part)
{
	uint64_t pages = 0;

	part->before = malloc((part->pages.n / COUNTED_RANGES + 1) * sizeof(*part->before));
	for (size_t i = 0; part->before && i < part->pages.n; i++) {
		if (i % COUNTED_RANGES == 0)
			part->before[i / COUNTED_RANGES] = pages;
		pages += (part->pages.v[i].end - part->pages.v[i].start) / PAGE;
	}
	return part->before;
}

/* Adds a part's pages: those it claims, and those of them that are whole as present. */
static bool add_part(struct mmx_image *image, struct part *part)
{
	return mmx_diskdump_pages(&part->file, &part->pages) && count_pages(part) &&
	       mmx_diskdump_whole(&part->file, &part->pages, &image->present);
}

/* How many pages are claimed, by whichever part. */
static bool count_claimed(const struct kdump *kdump, uint64_t *pages)
{
	struct mmx_ranges all = {0};
	bool ok = true;

	*pages = mmx_ranges_total(&kdump->part[0].pages) / PAGE;
	if (kdump->parts == 1)
		return true;
	for (size_t i = 0; i < kdump->parts; i++) {
		mmx_for_each_range (r, &kdump->part[i].pages)
			ok = ok && mmx_ranges_add(&all, r->start, r->end);
	}
	mmx_ranges_normalise(&all);
	*pages = mmx_ranges_total(&all) / PAGE;
	mmx_ranges_free(&all);
	return ok;
}

/* Says so when pages that the bitmaps claim are not in the file. */
static int judge_pages(struct mmx_image *image, uint64_t claimed, const char *path,
		       struct mmx_err *err)
{
	uint64_t have = mmx_ranges_total(&image->present) / PAGE;

	if (!have)
		return mmx_fail(err, MMX_ETRUNC,
				claimed ? "%s: ends before the first page of memory"
					: "%s: has no memory in it (one part of several?)",
				path);
	if (have == claimed)
		return 0;
	return mmx_image_note(image, err,
			      "%s is truncated or damaged: %" PRIu64 " of its %" PRIu64
			      " pages are missing and count as excluded",
			      path, claimed - have, claimed);
}

/* Says so when parts of a split dump were not given. */
static int judge_parts(struct mmx_image *image, const struct kdump *kdump, struct mmx_err *err)
{
	struct mmx_ranges covered = {0};
	uint64_t end = 0;
	bool all = true;

	for (size_t i = 0; all && i < kdump->parts; i++) {
		const struct mmx_diskdump *part = &kdump->part[i].file;

		all = mmx_ranges_add(&covered, part->start, part->end);
		if (part->max > end)
			end = part->max;
	}
	mmx_ranges_normalise(&covered);
	all = all && mmx_ranges_has(&covered, 0, end);
	mmx_ranges_free(&covered);
	if (all)
		return 0;
	return mmx_image_note(image, err,
			      "parts of the split dump are missing; their pages count as excluded");
}

static int judge_machine(const struct mmx_diskdump *part, const char *path, struct mmx_err *err)
{
	if (strcmp(part->machine, "x86_64"))
		return mmx_fail(err, MMX_EARCH, "%s: a dump of \"%s\", and only x86_64 is known",
				path, part->machine);
	if (part->page_size != PAGE)
		return mmx_fail(err, MMX_ECORRUPT, "%s: pages of %u bytes", path, part->page_size);
	return 0;
}

/* What is in the dump was memory, whatever the bitmap of memory says. */
static bool add_present(struct mmx_image *image)
{
	struct mmx_ranges more = {0};
	bool ok = true;

	mmx_ranges_normalise(&image->ram);
	mmx_for_each_range (r, &image->present) {
		if (!mmx_ranges_has(&image->ram, r->start, r->end - r->start))
			ok = ok && mmx_ranges_add(&more, r->start, r->end);
	}
	mmx_for_each_range (r, &more)
		ok = ok && mmx_ranges_add(&image->ram, r->start, r->end);
	mmx_ranges_free(&more);
	mmx_ranges_normalise(&image->ram);
	return ok;
}

static bool add_memory(struct mmx_image *image, struct kdump *kdump)
{
	if (!mmx_diskdump_ram(&kdump->part[0].file, &image->ram))
		return false;
	for (size_t i = 0; i < kdump->parts; i++)
		if (!add_part(image, &kdump->part[i]))
			return false;
	mmx_ranges_normalise(&image->present);
	return add_present(image);
}

static bool add_vmcoreinfo(struct mmx_image *image, const struct mmx_diskdump *part)
{
	char *text = malloc(part->vmcoreinfo_size + 1);
	bool ok;

	if (!text)
		return false;
	ok = (mmx_file_read(part->fd, text, part->vmcoreinfo_size, part->vmcoreinfo) !=
		      (ssize_t)part->vmcoreinfo_size ||
	      mmx_vmcoreinfo_keep(image, text, part->vmcoreinfo_size)) &&
	     mmx_notes_read(image, part->fd, part->notes, part->notes_size);
	free(text);
	return ok;
}

static void describe(struct mmx_image *image, const struct kdump *kdump)
{
	char parts[32] = "";

	if (kdump->parts > 1)
		snprintf(parts, sizeof(parts), ", %zu parts", kdump->parts);
	snprintf(image->format, sizeof(image->format), "compressed kdump (%s%s)",
		 mmx_codec_name(kdump->part[0].file.status), parts);
	snprintf(image->machine, sizeof(image->machine), "x86_64");
	image->presence_known = true;
}

static int load(struct mmx_image *image, struct kdump *kdump, const char *const *paths,
		struct mmx_err *err)
{
	uint64_t claimed;

	for (size_t i = 0; i < kdump->parts; i++)
		if (judge_machine(&kdump->part[i].file, paths[i], err))
			return -1;
	describe(image, kdump);
	if (!add_memory(image, kdump) || !add_vmcoreinfo(image, &kdump->part[0].file) ||
	    !count_claimed(kdump, &claimed))
		return mmx_fail_nomem(err);
	if (judge_pages(image, claimed, paths[0], err))
		return -1;
	return judge_parts(image, kdump, err);
}

/* Closes what is not opened yet when a part fails. */
static int open_parts(struct kdump *kdump, const int *fds, const char *const *paths, size_t n,
		      struct mmx_err *err)
{
	for (size_t i = 0; i < n; i++, kdump->parts++) {
		if (!mmx_diskdump_open(&kdump->part[i].file, fds[i], paths[i], err))
			continue;
		for (; i < n; i++)
			close(fds[i]);
		return -1;
	}
	return 0;
}

struct mmx_image *mmx_kdump_open(const int *fds, const char *const *paths, size_t n,
				 struct mmx_err *err)
{
	struct mmx_image *image = calloc(1, sizeof(*image));
	struct kdump *kdump = calloc(1, sizeof(*kdump) + n * sizeof(kdump->part[0]));

	if (!image || !kdump) {
		for (size_t i = 0; i < n; i++)
			close(fds[i]);
		free(image);
		free(kdump);
		mmx_fail_nomem(err);
		return NULL;
	}
	image->ops = &kdump_ops;
	image->priv = kdump;
	if (!open_parts(kdump, fds, paths, n, err) && !load(image, kdump, paths, err))
		return image;
	mmx_image_close(image);
	return NULL;
}
