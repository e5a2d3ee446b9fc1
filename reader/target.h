/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user wants looked at. */
#ifndef MMX_READER_TARGET_H
#define MMX_READER_TARGET_H

#include "kernel/files.h"
#include "kernel/kernel.h"

#define MAX_PARTS 64
#define MAX_JOBS  256

/**
 * struct target - a dump in some parts, or the running kernel
 * @backend: who reads the dump
 * @jobs: threads to read it, 0: one a CPU
 * @modules: a mark of the modules that a running kernel had when it was opened
 */
struct target {
	const char *parts[MAX_PARTS];
	size_t n_parts;
	bool live;
	enum mmx_backend backend;
	unsigned int jobs;
	struct mmx_files files;
	uint64_t modules;
};

/** target_given() - whether there is one; when not, or too many, that is said */
bool target_given(const struct target *t);

/** target_none() - whether neither a dump nor the running kernel was named */
static inline bool target_none(const struct target *t)
{
	return !t->n_parts && !t->live;
}

/** target_moved() - whether a running kernel has other memory or modules than when it was opened */
bool target_moved(const struct target *t, struct mmx_kernel *kernel);

/** target_open() - NULL when that fails, which is said; a kernel of which nothing is known when there is no target */
struct mmx_kernel *target_open(struct target *t);

/** target_open_other() - another dump in the same way, the running kernel for NULL */
struct mmx_kernel *target_open_other(struct target *t, const char *path, struct mmx_err *err);

#endif
