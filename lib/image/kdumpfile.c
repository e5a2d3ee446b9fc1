// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dumps of every format but plain ELF, through libkdumpfile.
 *
 * Every reader is a context of its own on the same descriptors: contexts cloned from one another
 * share caches and locks. What is present is taken from the page maps when the dump is opened,
 * before anything is read, and the library is never asked for a page that is not there. It reads
 * by physical address only and is not told the operating system: translating is lib/arch's.
 */
#include <inttypes.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/diskdump.h"
#include "image/elf.h"
#include "image/file.h"
#include "image/flattened.h"
#include "image/image.h"

/* The library searches its cache as a list: with the default of 1024 pages that costs most. */
#define CACHE_PAGES 8

#define MAX_PARTS 1024

struct part {
	int fd;
	struct mmx_diskdump header; /* of a compressed kdump */
};

struct dump {
	bool diskdump; /* every part is a compressed kdump */
	size_t n;
	struct part part[];
};

/*
 * A reader keeps pages that were read in bits, by a hash of their frame, so that what lies close
 * together is decompressed once.
 */
#define PAGE      4096u
#define SLOT_BITS 10

struct page {
	uint64_t tag; /* frame + 1; 0 is an empty slot */
	uint8_t data[PAGE];
};

struct reader {
	kdump_ctx_t *ctx;
	struct page page[1 << SLOT_BITS];
};

static int fail_kdump(kdump_ctx_t *ctx, kdump_status status, const char *path, struct mmx_err *err)
{
	static const enum mmx_code codes[] = {
		[KDUMP_ERR_SYSTEM] = MMX_EIO,       [KDUMP_ERR_NOTIMPL] = MMX_ENOTDUMP,
		[KDUMP_ERR_NODATA] = MMX_ETRUNC,    [KDUMP_ERR_CORRUPT] = MMX_ECORRUPT,
		[KDUMP_ERR_INVALID] = MMX_ECORRUPT, [KDUMP_ERR_EOF] = MMX_ETRUNC,
	};
	enum mmx_code code = MMX_OK;

	if (status < sizeof(codes) / sizeof(*codes))
		code = codes[status];
	return mmx_fail(err, code ? code : MMX_ENOTDUMP, "%s: %s", path, kdump_get_err(ctx));
}

static kdump_ctx_t *new_context(const struct dump *dump, const char *path, struct mmx_err *err)
{
	kdump_ctx_t *ctx = kdump_new();
	kdump_status status;
	int *fds = calloc(dump->n, sizeof(*fds));

	if (!ctx || !fds) {
		mmx_fail_nomem(err);
		goto fail;
	}
	for (size_t i = 0; i < dump->n; i++)
		fds[i] = dump->part[i].fd;
	status = kdump_set_number_attr(ctx, "cache.size", CACHE_PAGES);
	if (status == KDUMP_OK)
		status = kdump_open_fdset(ctx, dump->n, fds);
	if (status == KDUMP_OK) {
		free(fds);
		return ctx;
	}
	fail_kdump(ctx, status, path, err);
fail:
	if (ctx)
		kdump_free(ctx);
	free(fds);
	return NULL;
}

static bool get_attr(kdump_ctx_t *ctx, const char *key, kdump_attr_type_t type, kdump_attr_t *attr)
{
	return kdump_get_attr(ctx, key, attr) == KDUMP_OK && attr->type == type;
}

/* Adds what a page map says of [start, end); the map finds the next set bit from its argument on. */
static bool add_map(kdump_bmp_t *map, uint64_t start, uint64_t end, struct mmx_ranges *r)
{
	kdump_addr_t pfn = start / PAGE, last = end / PAGE;

	while (pfn < last && kdump_bmp_find_set(map, &pfn) == KDUMP_OK && pfn < last) {
		kdump_addr_t behind = pfn;

		if (kdump_bmp_find_clear(map, &behind) != KDUMP_OK || behind <= pfn)
			behind = pfn + 1;
		if (behind > last)
			behind = last;
		if (!mmx_ranges_add(r, pfn * PAGE, behind * PAGE))
			return false;
		pfn = behind;
	}
	return true;
}

/*
 * The library's map of a split dump ends at the first part that holds nothing behind the frame
 * asked for, so each part is asked about its own frames.
 */
static int add_part(struct mmx_image *image, const struct mmx_diskdump *part, kdump_bmp_t *map,
		    struct mmx_ranges *claimed, struct mmx_err *err)
{
	struct mmx_ranges pages = {0};
	bool ok = add_map(map, part->start, part->end, &pages) &&
		  mmx_diskdump_whole(part, &pages, &image->present);

	mmx_for_each_range (r, &pages)
		ok = ok && mmx_ranges_add(claimed, r->start, r->end);
	mmx_ranges_free(&pages);
	return ok ? 0 : mmx_fail_nomem(err);
}

/* Says so when pages that the bitmaps claim are not in the file. */
static int judge_claims(struct mmx_image *image, struct mmx_ranges *claimed, const char *path,
			struct mmx_err *err)
{
	uint64_t want, have;

	mmx_ranges_normalise(claimed);
	mmx_ranges_normalise(&image->present);
	want = mmx_ranges_total(claimed) / PAGE;
	have = mmx_ranges_total(&image->present) / PAGE;
	if (want && !have)
		return mmx_fail(err, MMX_ETRUNC, "%s: ends before the first page of memory", path);
	if (want == have)
		return 0;
	return mmx_image_note(image, err,
			      "%s is truncated or damaged: %" PRIu64 " of its %" PRIu64
			      " pages are missing and count as excluded",
			      path, want - have, want);
}

/* Says so when parts of a split dump were not given. */
static int judge_parts(struct mmx_image *image, const struct dump *dump, struct mmx_err *err)
{
	struct mmx_ranges covered = {0};
	uint64_t end = 0;
	bool all = true;

	for (size_t i = 0; all && i < dump->n; i++) {
		const struct mmx_diskdump *part = &dump->part[i].header;

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

static int add_present(struct mmx_image *image, const struct dump *dump, kdump_bmp_t *map,
		       const char *path, struct mmx_err *err)
{
	struct mmx_ranges claimed = {0};
	int ret = 0;

	if (!dump->diskdump)
		return add_map(map, 0, UINT64_MAX, &image->present) ? 0 : mmx_fail_nomem(err);
	for (size_t i = 0; !ret && i < dump->n; i++)
		ret = add_part(image, &dump->part[i].header, map, &claimed, err);
	if (!ret)
		ret = judge_claims(image, &claimed, path, err);
	if (!ret)
		ret = judge_parts(image, dump, err);
	mmx_ranges_free(&claimed);
	return ret;
}

/* Page maps: which bytes the file has, and which of the rest were memory. */
static int add_maps(struct mmx_image *image, kdump_ctx_t *ctx, const struct dump *dump,
		    const char *path, struct mmx_err *err)
{
	kdump_attr_t size, map;
	bool ok =
		get_attr(ctx, KDUMP_ATTR_PAGE_SIZE, KDUMP_NUMBER, &size) && size.val.number == PAGE;

	for (size_t i = 0; dump->diskdump && i < dump->n; i++)
		ok = ok && dump->part[i].header.page_size == PAGE;
	if (!ok)
		return mmx_fail(err, MMX_ECORRUPT, "%s: its pages are not of %u bytes", path, PAGE);
	if (!get_attr(ctx, KDUMP_ATTR_FILE_PAGEMAP, KDUMP_BITMAP, &map))
		return 0;
	image->presence_known = true;
	if (add_present(image, dump, map.val.bitmap, path, err))
		return -1;
	if (!get_attr(ctx, KDUMP_ATTR_MEMORY_PAGEMAP, KDUMP_BITMAP, &map))
		return 0;
	if (!add_map(map.val.bitmap, 0, UINT64_MAX, &image->ram))
		return mmx_fail_nomem(err);
	mmx_for_each_range (r, &image->present)
		if (!mmx_ranges_add(&image->ram, r->start, r->end))
			return mmx_fail_nomem(err);
	mmx_ranges_normalise(&image->ram);
	return 0;
}

static int copy_vmcoreinfo(struct mmx_image *image, kdump_ctx_t *ctx, struct mmx_err *err)
{
	kdump_attr_t raw;
	const char *text;

	if (!get_attr(ctx, "linux.vmcoreinfo.raw", KDUMP_BLOB, &raw))
		return 0;
	text = kdump_blob_pin(raw.val.blob);
	if (text)
		image->vmcoreinfo = strndup(text, kdump_blob_size(raw.val.blob));
	kdump_blob_unpin(raw.val.blob);
	if (text && !image->vmcoreinfo)
		return mmx_fail_nomem(err);
	image->vmcoreinfo_len = text ? strlen(image->vmcoreinfo) : 0;
	return 0;
}

static void describe(struct mmx_image *image, kdump_ctx_t *ctx, const struct dump *dump)
{
	char parts[32] = "";
	kdump_attr_t name;

	if (dump->n > 1)
		snprintf(parts, sizeof(parts), ", %zu parts", dump->n);
	if (dump->diskdump)
		snprintf(image->format, sizeof(image->format), "compressed kdump (%s%s)",
			 mmx_diskdump_compression(&dump->part[0].header), parts);
	else if (get_attr(ctx, "file.description", KDUMP_STRING, &name) ||
		 get_attr(ctx, KDUMP_ATTR_FILE_FORMAT, KDUMP_STRING, &name))
		snprintf(image->format, sizeof(image->format), "%s%s", name.val.string, parts);
}

/* QEMU names only the machine in the header, which the library takes for no name at all. */
static int check_machine(struct mmx_image *image, kdump_ctx_t *ctx, const struct dump *dump,
			 const char *path, struct mmx_err *err)
{
	const char *machine = dump->diskdump ? dump->part[0].header.machine : "";
	kdump_attr_t arch;

	if (get_attr(ctx, KDUMP_ATTR_ARCH_NAME, KDUMP_STRING, &arch))
		machine = arch.val.string;
	if (!*machine)
		return mmx_fail(err, MMX_EARCH, "%s: does not tell its architecture", path);
	if (strcmp(machine, KDUMP_ARCH_X86_64))
		return mmx_fail(err, MMX_EARCH, "%s: a dump of %.65s, and only x86_64 is known",
				path, machine);
	snprintf(image->machine, sizeof(image->machine), "%s", KDUMP_ARCH_X86_64);
	return 0;
}

static int load(struct mmx_image *image, kdump_ctx_t *ctx, const char *path, struct mmx_err *err)
{
	if (check_machine(image, ctx, image->priv, path, err))
		return -1;
	describe(image, ctx, image->priv);
	if (add_maps(image, ctx, image->priv, path, err))
		return -1;
	return copy_vmcoreinfo(image, ctx, err);
}

static void *reader_new(struct mmx_image *image, struct mmx_err *err)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader) {
		mmx_fail_nomem(err);
		return NULL;
	}
	reader->ctx = new_context(image->priv, "opening the dump once more", err);
	if (reader->ctx)
		return reader;
	free(reader);
	return NULL;
}

static void reader_free(void *handle)
{
	struct reader *reader = handle;

	kdump_free(reader->ctx);
	free(reader);
}

static enum mmx_read read_through(struct reader *reader, uint64_t phys, void *buf, size_t len)
{
	size_t got = len;

	switch (kdump_read(reader->ctx, KDUMP_MACHPHYSADDR, phys, buf, &got)) {
	case KDUMP_OK:
		return MMX_READ_OK;
	case KDUMP_ERR_NODATA:
		return MMX_READ_EXCLUDED;
	default:
		return MMX_READ_UNREADABLE;
	}
}

/* The page that holds @phys, from the slot that is its only place. */
static enum mmx_read get_page(struct reader *reader, uint64_t phys, const struct page **page)
{
	uint64_t frame = phys / PAGE;
	struct page *slot = &reader->page[frame * 0x9e3779b97f4a7c15 >> (64 - SLOT_BITS)];
	enum mmx_read r = MMX_READ_OK;

	if (slot->tag != frame + 1) {
		slot->tag = 0;
		r = read_through(reader, frame * PAGE, slot->data, PAGE);
		if (r == MMX_READ_OK)
			slot->tag = frame + 1;
	}
	*page = slot;
	return r;
}

static enum mmx_read kdumpfile_read(void *handle, uint64_t phys, void *buf, size_t len)
{
	uint8_t *to = buf;

	if (len >= PAGE)
		return read_through(handle, phys, buf, len);
	while (len) {
		size_t in = phys % PAGE, part = PAGE - in < len ? PAGE - in : len;
		const struct page *page;
		enum mmx_read r = get_page(handle, phys, &page);

		if (r != MMX_READ_OK)
			return r;
		memcpy(to, page->data + in, part);
		phys += part;
		to += part;
		len -= part;
	}
	return MMX_READ_OK;
}

static void free_dump(struct dump *dump)
{
	for (size_t i = 0; i < dump->n; i++)
		close(dump->part[i].fd);
	free(dump);
}

static void kdumpfile_close(struct mmx_image *image)
{
	free_dump(image->priv);
}

static const struct mmx_image_ops kdumpfile_ops = {
	.name = "libkdumpfile",
	.reader_new = reader_new,
	.reader_free = reader_free,
	.read = kdumpfile_read,
	.close = kdumpfile_close,
};

/* Puts a flattened file in order; the descriptor becomes that of the temporary file. */
static int straighten(int *fd, const char *path, bool *cut, struct mmx_err *err)
{
	int straight = mmx_flattened_rearrange(*fd, cut, err);

	close(*fd);
	*fd = straight;
	if (straight < 0)
		return mmx_fail_prefix(err, "%s", path);
	if (mmx_file_size(straight))
		return 0;
	close(straight);
	return mmx_fail(err, MMX_ETRUNC, "%s: a flattened dump that ends before its contents",
			path);
}

static int open_part(struct part *part, const char *path, bool *flattened, bool *cut,
		     struct mmx_err *err)
{
	part->fd = mmx_file_open(path, err);
	if (part->fd < 0)
		return -1;
	if (!mmx_flattened_is(part->fd))
		return 0;
	*flattened = true;
	return straighten(&part->fd, path, cut, err);
}

/*
 * makedumpfile leaves parts empty when there are more of them than it finds work for, and the
 * library may then look for a page in the wrong one.
 */
static int drop_empty_parts(struct dump *dump, const char *path, struct mmx_err *err)
{
	size_t used = 0;

	for (size_t i = 0; i < dump->n; i++) {
		const struct part *part = &dump->part[i];

		if (part->header.start < part->header.end)
			dump->part[used++] = *part;
		else
			close(part->fd);
	}
	dump->n = used;
	if (used)
		return 0;
	return mmx_fail(err, MMX_ETRUNC, "%s: an empty part of a split dump: the others are needed",
			path);
}

/* Parts that are compressed kdumps must all be, since each has its own share of the pages. */
static int read_part_headers(struct dump *dump, const char *const *paths, struct mmx_err *err)
{
	size_t diskdumps = 0;

	for (size_t i = 0; i < dump->n; i++)
		diskdumps += mmx_diskdump_is(dump->part[i].fd);
	if (!diskdumps)
		return 0;
	if (diskdumps < dump->n)
		return mmx_fail(err, MMX_EUSAGE, "%s and %s are not parts of one dump", paths[0],
				paths[1]);
	dump->diskdump = true;
	for (size_t i = 0; i < dump->n; i++)
		if (mmx_diskdump_open(&dump->part[i].header, dump->part[i].fd, paths[i], err))
			return -1;
	return drop_empty_parts(dump, paths[0], err);
}

/* The dump is the image's from here on, whatever comes of it. */
static struct mmx_image *open_through_library(struct dump *dump, const char *const *paths,
					      struct mmx_err *err)
{
	struct mmx_image *image = calloc(1, sizeof(*image));
	kdump_ctx_t *ctx;
	int ret = -1;

	if (!image) {
		free_dump(dump);
		mmx_fail_nomem(err);
		return NULL;
	}
	image->ops = &kdumpfile_ops;
	image->priv = dump;
	if (!read_part_headers(dump, paths, err)) {
		ctx = new_context(dump, paths[0], err);
		if (ctx) {
			ret = load(image, ctx, paths[0], err);
			kdump_free(ctx);
		}
	}
	if (!ret)
		return image;
	mmx_image_close(image);
	return NULL;
}

static struct mmx_image *open_parts(struct dump *dump, const char *const *paths,
				    struct mmx_err *err)
{
	int fd = dump->part[0].fd;

	if (dump->n > 1 || !mmx_elf_wanted(fd))
		return open_through_library(dump, paths, err);
	free(dump);
	return mmx_elf_open(fd, paths[0], false, err);
}

static int note_flattened(struct mmx_image *image, const char *path, bool cut, struct mmx_err *err)
{
	if (cut && mmx_image_note(image, err, "%s has no end mark: it is truncated", path))
		return -1;
	return mmx_image_note(image, err,
			      "%s is flattened and was rearranged into a temporary file; "
			      "makedumpfile -R does that for good",
			      path);
}

struct mmx_image *mmx_open_kdumpfile(const char *const *paths, size_t n, struct mmx_err *err)
{
	bool flattened = false, cut = false;
	struct mmx_image *image;
	struct dump *dump;

	if (!n || n > MAX_PARTS) {
		mmx_fail(err, MMX_EUSAGE, "a dump of %zu files", n);
		return NULL;
	}
	dump = calloc(1, sizeof(*dump) + n * sizeof(dump->part[0]));
	if (!dump) {
		mmx_fail_nomem(err);
		return NULL;
	}
	for (; dump->n < n; dump->n++) {
		if (open_part(&dump->part[dump->n], paths[dump->n], &flattened, &cut, err)) {
			free_dump(dump);
			return NULL;
		}
	}
	image = open_parts(dump, paths, err);
	if (image && flattened && note_flattened(image, paths[0], cut, err)) {
		mmx_image_close(image);
		return NULL;
	}
	return image;
}
