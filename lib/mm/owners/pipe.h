// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pipes: a page that waits in one has nothing in its struct page to tell so. The pipes are found
 * through the open files of all tasks, and their pages are indexed by frame.
 */
#ifndef MMX_MM_PIPE_H
#define MMX_MM_PIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "base/coverage.h"

struct mmx_view;

/**
 * struct mmx_pipe - a pipe or FIFO
 * @addr: of its pipe_inode_info
 * @file: a struct file that it is open as
 * @task: index of a task that has that, as descriptor @fd
 */
struct mmx_pipe {
	uint64_t addr;
	uint64_t file;
	uint32_t task;
	uint32_t fd;
};

/**
 * struct mmx_pipe_page - a page of a pipe
 * @pipe: index of the pipe
 * @spare: it is kept for what is written next, and holds nothing
 * @nth: which of the pipe's buffers it is, from the one that is read next
 * @offset, @len: the bytes in it that are still to be read
 */
struct mmx_pipe_page {
	uint64_t pfn;
	uint32_t pipe;
	bool spare;
	uint32_t nth;
	uint32_t offset, len;
};

/**
 * struct mmx_pipes - all pages in pipes, by frame
 * @pipes: by address
 */
struct mmx_pipes {
	struct mmx_coverage coverage;
	MMX_ARRAY(struct mmx_pipe_page);
	struct {
		MMX_ARRAY(struct mmx_pipe);
	} pipes;
};

/** mmx_pipes_find() - look through the open files of all tasks: mmx_know_pipes() keeps them */
int mmx_pipes_find(struct mmx_pipes *pipes, struct mmx_view *view, struct mmx_err *err);
void mmx_pipes_free(struct mmx_pipes *pipes);

/** mmx_pipe_page() - what a frame is in a pipe, or NULL when it is in none that was found */
const struct mmx_pipe_page *mmx_pipe_page(const struct mmx_pipes *pipes, uint64_t pfn);

#endif
