/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that a user gives beside a dump: a vmlinux, a System.map; and what a running kernel tells of itself, where its
 * memory does not. They need libdw and libelf, which
 * the kernel model itself must not: inside crash those would meet crash's own symbols.
 */
#ifndef MMX_KERNEL_FILES_H
#define MMX_KERNEL_FILES_H

#include "kernel/kernel.h"

/** struct mmx_files - paths, or NULL; @running: the kernel is the one that mmx runs on */
struct mmx_files {
	const char *vmlinux;
	const char *system_map;
	bool running;
};

/** mmx_files_offer() - let a kernel model have what these files tell; @f must outlive its opening */
void mmx_files_offer(struct mmx_open_options *o, struct mmx_files *f);

#endif
