// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files by name alone, of all file systems: those that no directory has any more, memfds and shared memory,
 * which never had one, and those of other mount namespaces.
 */
#ifndef MMX_MM_NAMED_H
#define MMX_MM_NAMED_H

#include "base/coverage.h"
#include "kernel/view.h"

#define MMX_NAMED_KEPT 8

/**
 * struct mmx_named - files of a name
 * @coverage: @found of it says how many there are; what kept others from being found
 * @inode: the first ones
 */
struct mmx_named {
	struct mmx_coverage coverage;
	uint64_t inode[MMX_NAMED_KEPT];
};

/**
 * mmx_files_named() - regular files of a name, or of a path as it is told of a mapping: "/memfd:NAME (deleted)"
 */
void mmx_files_named(struct mmx_named *named, struct mmx_view *view, const char *name);

#endif
