// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * File systems that are mounted, or the kernel's own, and their inodes in memory:
 *
 *	struct mmx_supers supers;
 *	struct mmx_inodes inodes;
 *
 *	mmx_supers_begin(&supers, view);
 *	while (mmx_supers_next(&supers)) {
 *		mmx_inodes_begin(&inodes, view, supers.sb);
 *		while (mmx_inodes_next(&inodes))
 *			use(inodes.inode);
 *		mmx_cover_inherit(&mine.coverage, &inodes.coverage);
 *	}
 *	mmx_cover_inherit(&mine.coverage, &supers.coverage);
 */
#ifndef MMX_MM_SUPERS_H
#define MMX_MM_SUPERS_H

#include "kernel/list.h"

/** struct mmx_supers - a walk over the super blocks; @sb: address of the one that was found */
struct mmx_supers {
	struct mmx_coverage coverage;
	uint64_t sb;
	/* Private. */
	bool lost;
	struct mmx_list list;
};

void mmx_supers_begin(struct mmx_supers *s, struct mmx_view *view);

/** mmx_supers_next() - go to the next one; false at the end */
bool mmx_supers_next(struct mmx_supers *s);

/** struct mmx_inodes - a walk over the inodes of a super block; @inode: address of the one that was found */
struct mmx_inodes {
	struct mmx_coverage coverage;
	uint64_t inode;
	/* Private. */
	bool lost;
	struct mmx_list list;
};

void mmx_inodes_begin(struct mmx_inodes *i, struct mmx_view *view, uint64_t sb);

/** mmx_inodes_next() - go to the next one; false at the end */
bool mmx_inodes_next(struct mmx_inodes *i);

#endif
