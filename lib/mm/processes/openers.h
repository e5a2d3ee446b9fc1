// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has a file open: processes and their descriptors. */
#ifndef MMX_MM_OPENERS_H
#define MMX_MM_OPENERS_H

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/**
 * struct mmx_opener - a descriptor
 * @tgid, @task: the process, and the index of the first of its threads that has the table with it
 * @file: its struct file
 * @read, @write: what it was opened for
 */
struct mmx_opener {
	int32_t tgid;
	uint32_t task, fd;
	uint64_t file;
	bool read, write;
};

/** struct mmx_openers - all of them, by process and descriptor */
struct mmx_openers {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_opener);
};

/** struct mmx_opened - which file: any of these that is not 0, in its struct file */
struct mmx_opened {
	uint64_t mapping, inode, named;
};

/** mmx_openers_find() - look through the descriptors of all tasks; -1 without memory, and without a way to them */
int mmx_openers_find(struct mmx_openers *o, struct mmx_view *view, const struct mmx_opened *what,
		     struct mmx_err *err);
void mmx_openers_free(struct mmx_openers *o);

#endif
