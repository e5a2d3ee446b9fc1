// SPDX-License-Identifier: GPL-2.0-or-later
#include <libkdumpfile/kdumpfile.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/diskdump.h"
#include "image/kdumpfile.h"
#include "image/library.h"
#include "image/notes.h"
#include "image/registers.h"

/* The library searches its cache as a list: with the default of 1024 pages that costs most. */
#define CACHE_PAGES 8

#define PAGE 4096u

/* What is called of the library, which is loaded when it is first needed. */
#define FUNCTIONS(F)            \
	F(kdump_blob_pin)       \
	F(kdump_blob_size)      \
	F(kdump_blob_unpin)     \
	F(kdump_bmp_find_clear) \
	F(kdump_bmp_find_set)   \
	F(kdump_free)           \
	F(kdump_get_attr)       \
	F(kdump_get_err)        \
	F(kdump_new)            \
	F(kdump_open_fdset)     \
	F(kdump_read)           \
	F(kdump_set_attr)

static struct {
#define MEMBER(name) __typeof__(&name) name;
	FUNCTIONS(MEMBER)
#undef MEMBER
} lib;

static struct mmx_err lib_err;
static pthread_once_t lib_once = PTHREAD_ONCE_INIT;

static void bind(void)
{
#define NAME(name) #name,
	static const char *const names[] = {FUNCTIONS(NAME) NULL};
#undef NAME

	mmx_library_bind(MMX_LIBKDUMPFILE, names, (void **)&lib, &lib_err);
}

static int need_library(struct mmx_err *err)
{
	pthread_once(&lib_once, bind);
	if (!lib_err.code)
		return 0;
	if (err)
		*err = lib_err;
	return -1;
}

struct files {
	size_t n;
	int fd[];
};

static void close_files(struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		close(files->fd[i]);
	free(files);
}

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
		return mmx_fail(err, MMX_ENOTDUMP,
				"%s: is no dump of a format that mmx or libkdumpfile knows", path);
	return mmx_fail(err, code ? code : MMX_ENOTDUMP, "%s: %s", path, lib.kdump_get_err(ctx));
}

static kdump_status set_number(kdump_ctx_t *ctx, const char *key, kdump_num_t number)
{
	const kdump_attr_t attr = {.type = KDUMP_NUMBER, .val.number = number};

	return lib.kdump_set_attr(ctx, key, &attr);
}

static kdump_status set_up(kdump_ctx_t *ctx, const struct files *files)
{
	kdump_status status = set_number(ctx, "cache.size", CACHE_PAGES);

	/* A file that ends early, or a disk that fails, is a SIGBUS where it is mapped. */
	if (status == KDUMP_OK)
		status = set_number(ctx, KDUMP_ATTR_FILE_MMAP_POLICY, KDUMP_MMAP_NEVER);
	return status == KDUMP_OK ? lib.kdump_open_fdset(ctx, files->n, files->fd) : status;
}

/*
 * Up to 0.5.1 kdump_free() uses what the library has freed already when it refused a kdump, and crashes:
 * such a context stays.
 */
static void free_refused(kdump_ctx_t *ctx, const struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		if (mmx_diskdump_is(files->fd[i]))
			return;
	lib.kdump_free(ctx);
}

static kdump_ctx_t *new_context(const struct files *files, const char *path, struct mmx_err *err)
{
	kdump_ctx_t *ctx;
	kdump_status status;

	if (need_library(err))
		return NULL;
	ctx = lib.kdump_new();
	if (!ctx) {
		mmx_fail_nomem(err);
		return NULL;
	}
	status = set_up(ctx, files);
	if (status == KDUMP_OK)
		return ctx;
	fail_kdump(ctx, status, path, err);
	free_refused(ctx, files);
	return NULL;
}

static bool get_attr(kdump_ctx_t *ctx, const char *key, kdump_attr_type_t type, kdump_attr_t *attr)
{
	return lib.kdump_get_attr(ctx, key, attr) == KDUMP_OK && attr->type == type;
}

static int check_machine(struct mmx_image *image, kdump_ctx_t *ctx, const char *path,
			 struct mmx_err *err)
{
	kdump_attr_t arch, size;
	bool known = get_attr(ctx, KDUMP_ATTR_ARCH_NAME, KDUMP_STRING, &arch);

	/* The headers of QEMU's kdumps have no release, without which the library does not ask for more. */
	if (!known && mmx_image_note(image, err,
				     "libkdumpfile does not know the architecture of %s, which is "
				     "taken for x86_64",
				     path))
		return -1;
	if (known && strcmp(arch.val.string, KDUMP_ARCH_X86_64))
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

	while (pfn < UINT64_MAX / PAGE && lib.kdump_bmp_find_set(map, &pfn) == KDUMP_OK) {
		behind = pfn;
		if (lib.kdump_bmp_find_clear(map, &behind) != KDUMP_OK || behind <= pfn)
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
	text = lib.kdump_blob_pin(raw.val.blob);
	ok = !text || mmx_vmcoreinfo_keep(image, text, lib.kdump_blob_size(raw.val.blob));
	lib.kdump_blob_unpin(raw.val.blob);
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
	lib.kdump_free(reader);
}

static enum mmx_read kdumpfile_read(void *reader, uint64_t phys, void *buf, size_t len)
{
	size_t got = len;

	switch (lib.kdump_read(reader, KDUMP_MACHPHYSADDR, phys, buf, &got)) {
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

static struct files *keep_files(const int *fds, size_t n)
{
	struct files *files = malloc(sizeof(*files) + n * sizeof(files->fd[0]));

	if (!files)
		return NULL;
	files->n = n;
	memcpy(files->fd, fds, n * sizeof(*fds));
	return files;
}

struct mmx_image *mmx_kdumpfile_open(const int *fds, const char *const *paths, size_t n,
				     struct mmx_err *err)
{
	struct mmx_image *image = calloc(1, sizeof(*image));
	struct files *files = keep_files(fds, n);
	kdump_ctx_t *ctx;
	int ret = -1;

	if (!image || !files) {
		for (size_t i = 0; i < n; i++)
			close(fds[i]);
		free(image);
		free(files);
		mmx_fail_nomem(err);
		return NULL;
	}
	image->ops = &kdumpfile_ops;
	image->priv = files;
	ctx = new_context(files, paths[0], err);
	if (ctx) {
		ret = load(image, ctx, paths[0], err);
		lib.kdump_free(ctx);
	}
	if (!ret) {
		mmx_registers_find(image, files->fd[0], paths[0]);
		return image;
	}
	mmx_image_close(image);
	return NULL;
}

bool mmx_kdumpfile_wanted(const int *fds, size_t n)
{
	struct files *files = keep_files(fds, n);
	kdump_ctx_t *ctx = files ? new_context(files, "", NULL) : NULL;
	bool wanted = ctx;

	if (ctx)
		lib.kdump_free(ctx);
	free(files);
	return wanted;
}
