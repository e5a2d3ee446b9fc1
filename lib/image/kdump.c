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

/* Pages in a row whose descriptors are in a row, too. */
struct run {
	uint64_t phys;
	uint64_t end;
	uint64_t descriptor; /* of the first page: its offset in the part's file */
	const struct mmx_diskdump *part;
};

struct kdump {
	MMX_ARRAY(struct run); /* ascending, without overlap */
	size_t parts;
	struct mmx_diskdump part[];
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

	if (reader) {
		reader->kdump = image->priv;
		reader->codec = mmx_codec_new();
		if (reader->codec)
			return reader;
		free(reader);
	}
	mmx_fail_nomem(err);
	return NULL;
}

/* The run that holds @phys, or else the first one behind it, or the end. */
static const struct run *run_of(const struct kdump *kdump, uint64_t phys)
{
	return &kdump->v[mmx_array_bound(kdump, run, run->end <= phys)];
}

static enum mmx_read read_page(struct reader *reader, uint64_t phys, void *to)
{
	const struct run *run = run_of(reader->kdump, phys);
	struct mmx_diskdump_page page;
	const void *data;

	if (run == reader->kdump->v + reader->kdump->n || phys < run->phys)
		return MMX_READ_EXCLUDED;
	if (!mmx_diskdump_page(run->part, &reader->descriptors,
			       run->descriptor + (phys - run->phys) / PAGE * MMX_DESCRIPTOR_SIZE,
			       &page))
		return MMX_READ_UNREADABLE;
	data = mmx_file_window(&reader->data, run->part->fd, page.offset, page.size);
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

static enum mmx_read kdump_read(void *handle, uint64_t phys, void *buf, size_t len)
{
	enum mmx_read r = MMX_READ_OK;
	uint8_t *to = buf;

	while (len && r == MMX_READ_OK) {
		size_t in = phys % PAGE, part = PAGE - in < len ? PAGE - in : len;
		const uint8_t *data;

		if (part == PAGE) {
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

	for (size_t i = 0; i < kdump->parts; i++)
		mmx_diskdump_close(&kdump->part[i]);
	mmx_array_free(kdump);
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

/* Adds a part's pages: those it claims as runs, those that are whole as present. */
static bool add_part(struct mmx_image *image, struct kdump *kdump, const struct mmx_diskdump *part)
{
	struct mmx_ranges pages = {0};
	uint64_t at = part->descriptors;
	bool ok = mmx_diskdump_pages(part, &pages) &&
		  mmx_diskdump_whole(part, &pages, &image->present);

	mmx_for_each_range (r, &pages) {
		ok = ok && mmx_array_add(kdump, (struct run){r->start, r->end, at, part});
		at += (r->end - r->start) / PAGE * MMX_DESCRIPTOR_SIZE;
	}
	mmx_ranges_free(&pages);
	return ok;
}

/* Drops what two parts claim from the later one; returns how many pages are claimed. */
static uint64_t settle_runs(struct kdump *kdump)
{
	uint64_t covered = 0, pages = 0;
	size_t used = 0;

	mmx_array_sort_by(kdump, phys);
	for (size_t i = 0; i < kdump->n; i++) {
		struct run x = kdump->v[i];

		if (x.end <= covered)
			continue;
		if (x.phys < covered) {
			x.descriptor += (covered - x.phys) / PAGE * MMX_DESCRIPTOR_SIZE;
			x.phys = covered;
		}
		covered = x.end;
		pages += (x.end - x.phys) / PAGE;
		kdump->v[used++] = x;
	}
	kdump->n = used;
	return pages;
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
		const struct mmx_diskdump *part = &kdump->part[i];

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
	if (!mmx_diskdump_ram(&kdump->part[0], &image->ram))
		return false;
	for (size_t i = 0; i < kdump->parts; i++)
		if (!add_part(image, kdump, &kdump->part[i]))
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
		 mmx_codec_name(kdump->part[0].status), parts);
	snprintf(image->machine, sizeof(image->machine), "x86_64");
	image->presence_known = true;
}

static int load(struct mmx_image *image, struct kdump *kdump, const char *const *paths,
		struct mmx_err *err)
{
	for (size_t i = 0; i < kdump->parts; i++)
		if (judge_machine(&kdump->part[i], paths[i], err))
			return -1;
	describe(image, kdump);
	if (!add_memory(image, kdump) || !add_vmcoreinfo(image, &kdump->part[0]))
		return mmx_fail_nomem(err);
	if (judge_pages(image, settle_runs(kdump), paths[0], err))
		return -1;
	return judge_parts(image, kdump, err);
}

/* Closes what is not opened yet when a part fails. */
static int open_parts(struct kdump *kdump, const int *fds, const char *const *paths, size_t n,
		      struct mmx_err *err)
{
	for (size_t i = 0; i < n; i++, kdump->parts++) {
		if (!mmx_diskdump_open(&kdump->part[i], fds[i], paths[i], err))
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
