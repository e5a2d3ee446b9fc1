// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opening a dump: which backend a file is for, and libkdumpfile for the formats that have none of
 * their own here: LKCD, sadump, Xen and others.
 *
 * Every reader is a context of its own on the same descriptors: contexts cloned from one another
 * share caches and locks. The page maps are taken when the dump is opened, before anything is
 * read, and the library is never asked for a page that is not there. It reads by physical address
 * only and is not told the operating system: translating is lib/arch's.
 */
#include <libkdumpfile/kdumpfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/elf.h"
#include "image/diskdump.h"
#include "image/file.h"
#include "image/flattened.h"
#include "image/image.h"
#include "image/kdump.h"
#include "image/notes.h"

/* The library searches its cache as a list: with the default of 1024 pages that costs most. */
#define CACHE_PAGES 8

#define PAGE      4096u
#define MAX_PARTS 1024

/* Files that are open, and what became of them on the way. */
struct files {
	size_t n;
	bool flattened;
	bool cut; /* a flattened one had no end mark */
	int fd[];
};

static void close_files(struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		close(files->fd[i]);
	free(files);
}

/* Through the library */

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
	if (status == KDUMP_ERR_NOTIMPL)
		return mmx_fail(err, MMX_ENOTDUMP, "%s: is no dump of a format that is known",
				path);
	return mmx_fail(err, code ? code : MMX_ENOTDUMP, "%s: %s", path, kdump_get_err(ctx));
}

static kdump_ctx_t *new_context(const struct files *files, const char *path, struct mmx_err *err)
{
	kdump_ctx_t *ctx = kdump_new();
	kdump_status status;

	if (!ctx) {
		mmx_fail_nomem(err);
		return NULL;
	}
	status = kdump_set_number_attr(ctx, "cache.size", CACHE_PAGES);
	if (status == KDUMP_OK)
		status = kdump_open_fdset(ctx, files->n, files->fd);
	if (status == KDUMP_OK)
		return ctx;
	fail_kdump(ctx, status, path, err);
	kdump_free(ctx);
	return NULL;
}

static bool get_attr(kdump_ctx_t *ctx, const char *key, kdump_attr_type_t type, kdump_attr_t *attr)
{
	return kdump_get_attr(ctx, key, attr) == KDUMP_OK && attr->type == type;
}

static int check_machine(struct mmx_image *image, kdump_ctx_t *ctx, const char *path,
			 struct mmx_err *err)
{
	kdump_attr_t arch, size;

	if (!get_attr(ctx, KDUMP_ATTR_ARCH_NAME, KDUMP_STRING, &arch))
		return mmx_fail(err, MMX_EARCH, "%s: does not tell its architecture", path);
	if (strcmp(arch.val.string, KDUMP_ARCH_X86_64))
		return mmx_fail(err, MMX_EARCH, "%s: a dump of %s, and only x86_64 is known", path,
				arch.val.string);
	if (!get_attr(ctx, KDUMP_ATTR_PAGE_SIZE, KDUMP_NUMBER, &size) || size.val.number != PAGE)
		return mmx_fail(err, MMX_ECORRUPT, "%s: its pages are not of %u bytes", path, PAGE);
	snprintf(image->machine, sizeof(image->machine), "%s", KDUMP_ARCH_X86_64);
	return 0;
}

/* Adds what a page map says: the next set bit, then the next clear one, and so on. */
static bool add_map(kdump_bmp_t *map, struct mmx_ranges *r)
{
	kdump_addr_t pfn = 0, behind;

	while (pfn < UINT64_MAX / PAGE && kdump_bmp_find_set(map, &pfn) == KDUMP_OK) {
		behind = pfn;
		if (kdump_bmp_find_clear(map, &behind) != KDUMP_OK || behind <= pfn)
			behind = pfn + 1;
		if (!mmx_ranges_add(r, pfn * PAGE, behind * PAGE))
			return false;
		pfn = behind;
	}
	return true;
}

/*
 * Which bytes the file has, and which of the rest were memory, where the format tells. The map of
 * a Xen domain's dump is empty, though its pages can be read: no page at all is no answer.
 */
static bool add_maps(struct mmx_image *image, kdump_ctx_t *ctx)
{
	kdump_attr_t map;

	if (!get_attr(ctx, KDUMP_ATTR_FILE_PAGEMAP, KDUMP_BITMAP, &map))
		return true;
	if (!add_map(map.val.bitmap, &image->present))
		return false;
	image->presence_known = image->present.n > 0;
	mmx_ranges_normalise(&image->present);
	if (!get_attr(ctx, KDUMP_ATTR_MEMORY_PAGEMAP, KDUMP_BITMAP, &map))
		return true;
	if (!add_map(map.val.bitmap, &image->ram))
		return false;
	mmx_for_each_range (r, &image->present)
		if (!mmx_ranges_add(&image->ram, r->start, r->end))
			return false;
	mmx_ranges_normalise(&image->ram);
	return true;
}

static bool add_vmcoreinfo(struct mmx_image *image, kdump_ctx_t *ctx)
{
	kdump_attr_t raw;
	const void *text;
	bool ok;

	if (!get_attr(ctx, "linux.vmcoreinfo.raw", KDUMP_BLOB, &raw))
		return true;
	text = kdump_blob_pin(raw.val.blob);
	ok = !text || mmx_vmcoreinfo_keep(image, text, kdump_blob_size(raw.val.blob));
	kdump_blob_unpin(raw.val.blob);
	return ok;
}

static int load(struct mmx_image *image, kdump_ctx_t *ctx, const char *path, struct mmx_err *err)
{
	kdump_attr_t name;

	if (check_machine(image, ctx, path, err))
		return -1;
	if (get_attr(ctx, KDUMP_ATTR_FILE_FORMAT, KDUMP_STRING, &name))
		snprintf(image->format, sizeof(image->format), "%s", name.val.string);
	return add_maps(image, ctx) && add_vmcoreinfo(image, ctx) ? 0 : mmx_fail_nomem(err);
}

static void *reader_new(struct mmx_image *image, struct mmx_err *err)
{
	return new_context(image->priv, "opening the dump once more", err);
}

static void reader_free(void *reader)
{
	kdump_free(reader);
}

static enum mmx_read kdumpfile_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	size_t got = len;

	switch (kdump_read(reader, KDUMP_MACHPHYSADDR, phys, buf, &got)) {
	case KDUMP_OK:
		return MMX_READ_OK;
	case KDUMP_ERR_NODATA:
		return MMX_READ_EXCLUDED;
	default:
		return MMX_READ_UNREADABLE;
	}
}

static void kdumpfile_close(struct mmx_image *image)
{
	close_files(image->priv);
}

static const struct mmx_image_ops kdumpfile_ops = {
	.name = "libkdumpfile",
	.reader_new = reader_new,
	.reader_free = reader_free,
	.read = kdumpfile_read,
	.close = kdumpfile_close,
};

/* The files are the image's from here on, whatever comes of it. */
static struct mmx_image *open_through_library(struct files *files, const char *path,
					      struct mmx_err *err)
{
	struct mmx_image *image = calloc(1, sizeof(*image));
	kdump_ctx_t *ctx;
	int ret = -1;

	if (!image) {
		close_files(files);
		mmx_fail_nomem(err);
		return NULL;
	}
	image->ops = &kdumpfile_ops;
	image->priv = files;
	ctx = new_context(files, path, err);
	if (ctx) {
		ret = load(image, ctx, path, err);
		kdump_free(ctx);
	}
	if (!ret)
		return image;
	mmx_image_close(image);
	return NULL;
}

/* Which backend */

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

static int open_file(struct files *files, const char *path, struct mmx_err *err)
{
	int fd = mmx_file_open(path, err);

	if (fd < 0)
		return -1;
	if (mmx_flattened_is(fd)) {
		files->flattened = true;
		if (straighten(&fd, path, &files->cut, err))
			return -1;
	}
	files->fd[files->n++] = fd;
	return 0;
}

static struct files *open_files(const char *const *paths, size_t n, struct mmx_err *err)
{
	struct files *files = calloc(1, sizeof(*files) + n * sizeof(files->fd[0]));

	if (!files) {
		mmx_fail_nomem(err);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		if (open_file(files, paths[i], err)) {
			close_files(files);
			return NULL;
		}
	}
	return files;
}

/* The files are the image's from here on, whatever comes of it. */
static struct mmx_image *open_backend(struct files *files, const char *const *paths,
				      struct mmx_err *err)
{
	struct mmx_image *image = NULL;
	size_t kdumps = 0;

	for (size_t i = 0; i < files->n; i++)
		kdumps += mmx_diskdump_is(files->fd[i]);
	if (kdumps == files->n) {
		image = mmx_kdump_open(files->fd, paths, files->n, err);
		free(files);
	} else if (kdumps) {
		mmx_fail(err, MMX_EUSAGE, "%s and %s are not parts of one dump", paths[0],
			 paths[1]);
		close_files(files);
	} else if (files->n == 1 && mmx_elf_wanted(files->fd[0])) {
		image = mmx_elf_open(files->fd[0], paths[0], false, err);
		free(files);
	} else {
		image = open_through_library(files, paths[0], err);
	}
	return image;
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
	bool flattened, cut;
	struct mmx_image *image;
	struct files *files;

	if (!n || n > MAX_PARTS) {
		mmx_fail(err, MMX_EUSAGE, "a dump of %zu files", n);
		return NULL;
	}
	files = open_files(paths, n, err);
	if (!files)
		return NULL;
	flattened = files->flattened;
	cut = files->cut;
	image = open_backend(files, paths, err);
	if (image && flattened && note_flattened(image, paths[0], cut, err)) {
		mmx_image_close(image);
		return NULL;
	}
	return image;
}
