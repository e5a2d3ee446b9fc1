// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target.h"
#include "base/marks.h"
#include "base/suggest.h"
#include "kernel/types.h"
#include "open/open.h"

/* A file that is not there may have been meant to be one beside it. */
static void say_no_file(const char *path, int why)
{
	const char *name = strrchr(path, '/');
	char *folder = name ? strndup(path, name - path + 1) : strdup(".");
	DIR *dir = folder && why == ENOENT ? opendir(folder) : NULL;
	struct mmx_suggest near;
	struct dirent *entry;

	name = name ? name + 1 : path;
	mmx_suggest_begin(&near, name, strlen(name));
	while (dir && (entry = readdir(dir)))
		mmx_suggest_offer(&near, entry->d_name);
	fprintf(stderr, "mmx: %s: %s%s\n", path, strerror(why), near.words);
	if (dir)
		closedir(dir);
	free(folder);
}

/* Whether what is named can be read, even where it turns out not to be needed. */
static bool is_there(const char *path)
{
	if (!path || !access(path, R_OK))
		return true;
	say_no_file(path, errno);
	return false;
}

static bool all_there(const struct target *t)
{
	/* What else may be wrong with a dump is told by who opens it, and of /proc also that it is not there. */
	for (size_t i = 0; i < t->n_parts; i++) {
		if (strncmp(t->parts[i], "/proc/", 6) && access(t->parts[i], F_OK) &&
		    !is_there(t->parts[i]))
			return false;
	}
	return is_there(t->files.vmlinux) && is_there(t->files.system_map);
}

bool target_given(const struct target *t)
{
	if (t->live && t->backend) {
		fprintf(stderr, "mmx: --backend is for dumps; the running kernel is read by mmx\n");
		return false;
	}
	if (!!t->n_parts != t->live)
		return all_there(t);
	fprintf(stderr, "mmx: say what to look at: %s\n",
		t->live ? "a dump with -c or the running kernel with --live, not both"
			: "a dump with -c CORE, or the running kernel with --live, before the command");
	return false;
}

static unsigned int cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MAX_JOBS ? MAX_JOBS : n;
}

/* A dump that tells all by itself never asks for the vmlinux: that it is another kernel's would not be noticed. */
static void check_vmlinux(const struct target *t, const struct mmx_kernel *kernel)
{
	struct mmx_err err;

	if (t->files.vmlinux && *kernel->build_id &&
	    mmx_vmlinux_check(t->files.vmlinux, kernel->build_id, &err))
		fprintf(stderr, "mmx: %s\n", err.text);
}

/* By name and size: how often they are used changes all the time. */
static uint64_t mark_modules(void)
{
	FILE *file = fopen("/proc/modules", "re");
	char line[4096], name[256];
	unsigned long size;
	uint64_t mark = 0;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%255s %lu", name, &size) == 2)
			mark = mark * 31 + mmx_mark_of(name) + size;
	}
	if (file)
		fclose(file);
	return mark;
}

bool target_moved(const struct target *t, struct mmx_kernel *kernel)
{
	return t->live && (mmx_image_moved(kernel->image) || t->modules != mark_modules());
}

static struct mmx_kernel *open_image(struct target *t, struct mmx_image *image, struct mmx_err *err)
{
	struct mmx_open_options options = {.jobs = t->jobs ? t->jobs : cpus()};

	if (!image)
		return NULL;
	if (image->notice)
		fprintf(stderr, "mmx: %s\n", image->notice);
	t->files.running = image->live;
	t->modules = image->live ? mark_modules() : 0;
	mmx_files_offer(&options, &t->files);
	return mmx_open(image, &options, err);
}

struct mmx_kernel *target_open(struct target *t)
{
	struct mmx_kernel *kernel;
	struct mmx_image *image;
	struct mmx_err err;

	if (target_none(t)) {
		kernel = mmx_open_nothing(&err);
		if (!kernel)
			fprintf(stderr, "mmx: %s\n", err.text);
		return kernel;
	}
	if (t->live)
		image = mmx_open_kcore("/proc/kcore", &err);
	else
		image = mmx_open_dump(t->parts, t->n_parts, t->backend, &err);
	kernel = open_image(t, image, &err);
	if (kernel)
		check_vmlinux(t, kernel);
	else
		fprintf(stderr, "mmx: %s\n", err.text);
	return kernel;
}

struct mmx_kernel *target_open_other(struct target *t, const char *path, struct mmx_err *err)
{
	return open_image(t,
			  path ? mmx_open_dump(&path, 1, t->backend, err)
			       : mmx_open_kcore("/proc/kcore", err),
			  err);
}
