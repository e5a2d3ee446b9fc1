// SPDX-License-Identifier: GPL-2.0-or-later
/* Opening a dump: its files, put in order where they are flattened, and the backend they are for. */
#include <stdlib.h>
#include <unistd.h>

#include "image/diskdump.h"
#include "image/elf.h"
#include "image/file.h"
#include "image/flattened.h"
#include "image/foreign.h"
#include "image/image.h"
#include "image/kdump.h"
#include "image/kdumpfile.h"

#define MAX_PARTS 1024

/* Files that are open, and what became of them on the way. */
struct files {
	const char *const *path;
	size_t n;
	bool rearranged; /* one was flattened */
	bool cut;        /* a flattened one had no end mark */
	int fd[];
};

/* Files */

static void close_files(struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		close(files->fd[i]);
	free(files);
}

/* The files are closed when one fails. */
static struct files *open_files(const char *const *paths, size_t n, struct mmx_err *err)
{
	struct files *files = calloc(1, sizeof(*files) + n * sizeof(files->fd[0]));

	if (!files) {
		mmx_fail_nomem(err);
		return NULL;
	}
	files->path = paths;
	for (; files->n < n; files->n++) {
		int fd = mmx_file_open(paths[files->n], err);

		files->fd[files->n] = fd;
		if (fd >= 0 && !mmx_foreign_refuse(fd, paths[files->n], err))
			continue;
		files->n += fd >= 0;
		close_files(files);
		return NULL;
	}
	return files;
}

/* Puts a flattened file in order; its descriptor becomes that of the temporary file. */
static int rearrange(struct files *files, size_t i, struct mmx_err *err)
{
	bool cut;
	int straight = mmx_flattened_rearrange(files->fd[i], &cut, err);

	if (straight < 0)
		return mmx_fail_prefix(err, "%s", files->path[i]);
	close(files->fd[i]);
	files->fd[i] = straight;
	files->rearranged = true;
	files->cut |= cut;
	if (mmx_file_size(straight))
		return 0;
	return mmx_fail(err, MMX_ETRUNC, "%s: a flattened dump that ends before its contents",
			files->path[i]);
}

static int rearrange_all(struct files *files, struct mmx_err *err)
{
	for (size_t i = 0; i < files->n; i++)
		if (mmx_flattened_is(files->fd[i]) && rearrange(files, i, err))
			return -1;
	return 0;
}

static int note_rearranged(struct mmx_image *image, const char *path, bool cut, struct mmx_err *err)
{
	if (cut && mmx_image_note(image, err, "%s has no end mark: it is truncated", path))
		return -1;
	return mmx_image_note(image, err,
			      "%s is flattened and was rearranged into a temporary file; "
			      "makedumpfile -R does that for good",
			      path);
}

/* Formats */

static size_t count_kdumps(const struct files *files)
{
	size_t kdumps = 0;

	for (size_t i = 0; i < files->n; i++)
		kdumps += mmx_diskdump_is(files->fd[i]);
	return kdumps;
}

/* Every opener owns the descriptors from here on, whatever comes of it. */
typedef struct mmx_image *(*opener_fn)(const int *fds, const char *const *paths, size_t n,
				       struct mmx_err *err);

static struct mmx_image *open_elf(const int *fds, const char *const *paths, size_t n,
				  struct mmx_err *err)
{
	(void)n;
	return mmx_elf_open(fds[0], paths[0], false, err);
}

/* What opens these files without the library; NULL where only the library may. */
static opener_fn own_opener(const struct files *files)
{
	if (count_kdumps(files) == files->n)
		return mmx_kdump_open;
	return files->n == 1 && mmx_elf_wanted(files->fd[0]) ? open_elf : NULL;
}

/* What opens the files with the backend that is wanted; NULL when nothing does. */
static opener_fn find_opener(const struct files *files, opener_fn own, enum mmx_backend backend,
			     struct mmx_err *err)
{
	if (!own && count_kdumps(files)) {
		mmx_fail(err, MMX_EUSAGE, "%s and %s are not parts of one dump", files->path[0],
			 files->path[1]);
		return NULL;
	}
	if (backend == MMX_BACKEND_KDUMPFILE || (!own && backend == MMX_BACKEND_ANY))
		return mmx_kdumpfile_open;
	if (!own)
		mmx_fail(err, MMX_ENOTDUMP,
			 "%s: mmx itself reads ELF dumps and compressed kdumps of x86_64 only; "
			 "backend kdumpfile knows other formats",
			 files->path[0]);
	return own;
}

static struct mmx_image *open_image(struct files *files, opener_fn open, struct mmx_err *err)
{
	size_t n = files->n;

	files->n = 0; /* they are the opener's now */
	return open(files->fd, files->path, n, err);
}

static struct mmx_image *open_in_order(struct files *files, enum mmx_backend backend,
				       struct mmx_err *err)
{
	struct mmx_image *image;
	opener_fn own, open;

	if (rearrange_all(files, err))
		return NULL;
	own = own_opener(files);
	open = find_opener(files, own, backend, err);
	if (!open)
		return NULL;
	image = open_image(files, open, err);
	if (!image && own && open != own)
		mmx_fail_prefix(err, "libkdumpfile fails; mmx reads this format itself, too");
	if (image && files->rearranged && note_rearranged(image, files->path[0], files->cut, err)) {
		mmx_image_close(image);
		return NULL;
	}
	return image;
}

/* The library itself reads flattened kdumps from 0.5.3 on, and flattened ELF from 0.5.5 on. */
static bool library_takes_flattened(const struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		if (mmx_flattened_is(files->fd[i]))
			return mmx_kdumpfile_wanted(files->fd, files->n);
	return false;
}

struct mmx_image *mmx_open_dump(const char *const *paths, size_t n, enum mmx_backend backend,
				struct mmx_err *err)
{
	struct mmx_image *image;
	struct files *files;

	if (!n || n > MAX_PARTS) {
		mmx_fail(err, MMX_EUSAGE, "a dump of %zu files", n);
		return NULL;
	}
	files = open_files(paths, n, err);
	if (!files)
		return NULL;
	if (backend == MMX_BACKEND_KDUMPFILE && library_takes_flattened(files))
		image = open_image(files, mmx_kdumpfile_open, err);
	else
		image = open_in_order(files, backend, err);
	close_files(files);
	return image;
}
