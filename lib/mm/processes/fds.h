// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The open files of a process, by descriptor:
 *
 *	struct mmx_fds fds;
 *
 *	mmx_fds_begin(&fds, view, files);
 *	while (mmx_fds_next(&fds))
 *		use(fds.fd, fds.file);
 *	mmx_cover_inherit(&mine.coverage, &fds.coverage);
 *
 * A part of the table that cannot be read is passed over.
 */
#ifndef MMX_MM_FDS_H
#define MMX_MM_FDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coverage.h"
#include "kernel/view.h"

/* MMX_FDS_MAX - descriptors that are looked at: as many as the kernel allows, unless it is told otherwise */
#define MMX_FDS_MAX   (1u << 20)
#define MMX_FDS_CHUNK 512

/**
 * struct mmx_fds - a walk over open files
 * @coverage: how many were found, and what of the table could not be read
 * @room: descriptors that there is room for, open or not; no more than MMX_FDS_MAX
 * @fd: the descriptor
 * @file: address of its struct file
 */
struct mmx_fds {
	struct mmx_coverage coverage;
	uint32_t room;
	uint32_t fd;
	uint64_t file;
	/* Private. */
	struct mmx_view *view;
	uint64_t table;     /* of pointers to files */
	uint32_t at, chunk; /* the next descriptor, and the first of those read */
	uint64_t files[MMX_FDS_CHUNK];
};

/** mmx_fds_begin() - walk the struct files_struct at @files */
void mmx_fds_begin(struct mmx_fds *fds, struct mmx_view *view, uint64_t files);

/** mmx_fds_next() - go to the next open file; false at the end */
bool mmx_fds_next(struct mmx_fds *fds);

#endif
