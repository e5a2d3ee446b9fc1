// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "kernel/decode.h"
#include "kernel/kernel.h"
#include "kernel/member.h"
#include "mm/processes/fds.h"

struct table {
	uint32_t max_fds;
	uint64_t fd;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct table, max_fds, fdtable, max_fds),
	MMX_WANT(struct table, fd, fdtable, fd),
};

static const struct mmx_decode fdtable = MMX_DECODE("fdtable", wanted);

void mmx_fds_begin(struct mmx_fds *f, struct mmx_view *view, uint64_t files)
{
	struct table table = {0};
	struct mmx_err err;
	uint64_t fdt;

	f->coverage = (struct mmx_coverage){0};
	f->view = view;
	f->at = f->chunk = f->fd = 0;
	f->file = 0;
	if (mmx_kget(view, files, M_files_struct_fdt, &fdt, &err) ||
	    mmx_decode_read(&fdtable, view, fdt, &table, &err))
		mmx_cover_fail(&f->coverage, &err);
	else if (table.max_fds > MMX_FDS_MAX)
		mmx_cover_failf(&f->coverage, MMX_ECORRUPT,
				"the open files at 0x%" PRIx64 " have %u descriptors", files,
				table.max_fds);
	f->table = table.fd;
	f->room = table.max_fds < MMX_FDS_MAX ? table.max_fds : MMX_FDS_MAX;
}

/* Reads the part of the table that the next descriptor begins; one that cannot be read is passed over. */
static bool read_chunk(struct mmx_fds *f)
{
	uint32_t some = f->room - f->at < MMX_FDS_CHUNK ? f->room - f->at : MMX_FDS_CHUNK;
	struct mmx_err err;

	f->chunk = f->at;
	if (!mmx_kread_ok(f->view, f->table + f->at * 8ULL, f->files, some * 8, "open files", &err))
		return true;
	mmx_cover_fail(&f->coverage, &err);
	f->at += some;
	return false;
}

bool mmx_fds_next(struct mmx_fds *f)
{
	while (f->at < f->room) {
		if (f->at % MMX_FDS_CHUNK == 0 && !read_chunk(f))
			continue;
		f->fd = f->at++;
		f->file = f->files[f->fd - f->chunk];
		if (f->file) {
			f->coverage.found++;
			return true;
		}
	}
	return false;
}
