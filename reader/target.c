// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <unistd.h>

#include "target.h"
#include "open/open.h"

bool target_given(const struct target *t)
{
	if (t->live && t->backend) {
		fprintf(stderr, "mmx: --backend is for dumps; the running kernel is read by mmx\n");
		return false;
	}
	if (!!t->n_parts != t->live)
		return true;
	fprintf(stderr, "mmx: say what to look at: %s\n",
		t->live ? "a dump with -c or the running kernel with --live, not both"
			: "a dump with -c CORE, or the running kernel with --live");
	return false;
}

static unsigned int cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MAX_JOBS ? MAX_JOBS : n;
}

struct mmx_kernel *target_open(struct target *t)
{
	struct mmx_open_options options = {.jobs = t->jobs ? t->jobs : cpus()};
	struct mmx_kernel *kernel = NULL;
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
	if (image && image->notice)
		fprintf(stderr, "mmx: %s\n", image->notice);
	mmx_files_offer(&options, &t->files);
	if (image)
		kernel = mmx_open(image, &options, &err);
	if (!kernel)
		fprintf(stderr, "mmx: %s\n", err.text);
	return kernel;
}
