// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files that have most in memory, found through the inodes of all file systems, whether anybody has them open
 * or not. Few files are on none of their lists: those of anonymous inodes, and those that are just being
 * thrown out.
 */
#ifndef MMX_MM_LARGEST_FILES_H
#define MMX_MM_LARGEST_FILES_H

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/** struct mmx_large_file - a file; @pages: that it caches, of the smallest size */
struct mmx_large_file {
	uint64_t pages;
	uint64_t inode, mapping;
};

/**
 * struct mmx_largest_files - the largest ones, largest first
 * @inodes, @files: how many inodes there are, and those of them that cache something
 * @pages: what all of them cache, but for huge pages of hugetlb, which the kernel counts elsewhere: @huge_pages
 */
struct mmx_largest_files {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_large_file);
	uint64_t inodes, files;
	uint64_t pages, huge_pages;
};

/** mmx_largest_files_find() - the @top largest; -1 without memory */
int mmx_largest_files_find(struct mmx_largest_files *l, struct mmx_view *view, size_t top,
			   struct mmx_err *err);
void mmx_largest_files_free(struct mmx_largest_files *l);

#endif
