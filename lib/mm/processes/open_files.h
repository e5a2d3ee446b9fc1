// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Open files of kinds that hold memory beside the page cache, each once, whoever has them open. Their kind is
 * known by their file operations; all other files are passed over.
 */
#ifndef MMX_MM_OPEN_FILES_H
#define MMX_MM_OPEN_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/* KIND(entry, "symbols of its file operations") */
#define MMX_FILE_KINDS(KIND)                         \
	KIND(PIPE, "pipefifo_fops", "pipeanon_fops") \
	KIND(SOCKET, "socket_file_ops", NULL)        \
	KIND(IO_URING, "io_uring_fops", NULL)        \
	KIND(PERF, "perf_fops", NULL)                \
	KIND(BPF_MAP, "bpf_map_fops", NULL)

enum mmx_file_kind {
#define KIND(id, ...) MMX_FILE_##id,
	MMX_FILE_KINDS(KIND)
#undef KIND
		MMX_FILE_KIND_COUNT
};

/**
 * struct mmx_open_file - a file of such a kind
 * @private_data: what it is a handle of: of several files that lead to the same the first task's is kept
 * @addr: of its struct file
 * @task: index of a task that has it, as descriptor @fd
 */
struct mmx_open_file {
	uint64_t private_data;
	uint64_t addr;
	uint32_t task, fd;
	enum mmx_file_kind kind;
};

/** struct mmx_open_files - all of them, by kind and what they are handles of */
struct mmx_open_files {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_open_file);
};

/** mmx_open_files_find() - look through the descriptors of all tasks: mmx_know_open_files() keeps them */
int mmx_open_files_find(struct mmx_open_files *files, struct mmx_view *view, struct mmx_err *err);
void mmx_open_files_free(struct mmx_open_files *files);

/** mmx_open_files_of() - those of a kind; *@n is how many */
const struct mmx_open_file *mmx_open_files_of(const struct mmx_open_files *files,
					      enum mmx_file_kind kind, size_t *n);

/** mmx_open_file_kind() - the kind of a file that was met elsewhere, and what it is a handle of; -1 with the reason */
int mmx_open_file_kind(struct mmx_view *view, uint64_t file, enum mmx_file_kind *kind,
		       uint64_t *private_data, struct mmx_err *err);

#endif
