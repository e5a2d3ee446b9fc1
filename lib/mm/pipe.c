// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "kernel/member.h"
#include "mm/knowledge.h"
#include "mm/pipe.h"
#include "mm/task.h"

/* What is looked at: of one table or pipe, and of all together. */
#define MAX_FDS         (1u << 20)
#define MAX_ALL_FDS     (1u << 26)
#define MAX_PIPES       (1u << 21)
#define MAX_BUFFERS     (1u << 20)
#define MAX_ALL_BUFFERS (1u << 22)
#define CHUNK           512

/* A table of open files, and one of the tasks that use it. */
struct table {
	uint64_t files;
	uint32_t task;
};

struct finder {
	struct mmx_pipes *pipes;
	struct mmx_view *view;
	uint64_t fops
		[2]; /* by which a file is known to be a pipe or, since 6.15, one without a name */
	struct {
		MMX_ARRAY(struct table);
	} tables;
	uint64_t fds, buffers; /* looked at */
	bool full;             /* of pipes */
	bool nomem;
};

static const enum mmx_layout_member needed[] = {
	M_task_struct_files,
	M_files_struct_fdt,
	M_fdtable_max_fds,
	M_fdtable_fd,
	M_file_f_op,
	M_file_private_data,
	M_pipe_inode_info_head,
	M_pipe_inode_info_tail,
	M_pipe_inode_info_ring_size,
	M_pipe_inode_info_bufs,
	M_pipe_buffer_page,
	M_pipe_buffer_offset,
	M_pipe_buffer_len,
};

static int by_files(const void *a, const void *b)
{
	const struct table *x = a, *y = b;

	if (x->files != y->files)
		return x->files < y->files ? -1 : 1;
	return (x->task > y->task) - (x->task < y->task);
}

static int by_addr(const void *a, const void *b)
{
	const struct mmx_pipe *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (x->task > y->task) - (x->task < y->task);
}

static int by_frame(const void *a, const void *b)
{
	const struct mmx_pipe_page *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

/*
 * Open files. Threads share a table, and children inherit what is in it.
 */

static void find_tables(struct finder *f, const struct mmx_tasks *tasks)
{
	struct mmx_err err;
	uint64_t files;

	for (size_t i = 0; i < tasks->n && !f->nomem; i++) {
		if (mmx_kget(f->view, tasks->v[i].addr, M_task_struct_files, &files, &err))
			mmx_cover_fail(&f->pipes->coverage, &err);
		else if (files)
			f->nomem = !mmx_array_add(&f->tables, (struct table){files, i});
	}
	if (f->tables.n)
		qsort(f->tables.v, f->tables.n, sizeof(*f->tables.v), by_files);
}

/* Of several files that lead to one pipe the first task's is kept. */
static void unique_pipes(struct mmx_pipes *p)
{
	size_t n = 0;

	if (p->pipes.n)
		qsort(p->pipes.v, p->pipes.n, sizeof(*p->pipes.v), by_addr);
	for (size_t i = 0; i < p->pipes.n; i++) {
		if (!n || p->pipes.v[n - 1].addr != p->pipes.v[i].addr)
			p->pipes.v[n++] = p->pipes.v[i];
	}
	p->pipes.n = n;
}

/*
 * Processes that inherited a pipe have it each, so many may be few. When they are not, no more are
 * taken, so that no sorting is repeated for each.
 */
static void add_pipe(struct finder *f, const struct mmx_pipe *pipe)
{
	struct mmx_pipes *p = f->pipes;
	struct mmx_err err;

	if (p->pipes.n == MAX_PIPES && !f->full) {
		unique_pipes(p);
		f->full = p->pipes.n > MAX_PIPES / 2;
	}
	if (!f->full) {
		f->nomem = !mmx_array_add(&p->pipes, *pipe);
		return;
	}
	mmx_fail(&err, MMX_ECORRUPT, "there are more than %u pipes", MAX_PIPES / 2);
	mmx_cover_fail(&f->pipes->coverage, &err);
}

static void take_file(struct finder *f, uint64_t file, uint32_t task, uint32_t fd)
{
	struct mmx_pipe pipe = {.file = file, .task = task, .fd = fd};
	uint64_t fops = 0;
	struct mmx_err err;
	int ret = mmx_kget(f->view, file, M_file_f_op, &fops, &err);

	if (!ret && fops && (fops == f->fops[0] || fops == f->fops[1]))
		ret = mmx_kget(f->view, file, M_file_private_data, &pipe.addr, &err);
	if (ret)
		mmx_cover_fail(&f->pipes->coverage, &err);
	else if (pipe.addr)
		add_pipe(f, &pipe);
}

static void find_files(struct finder *f, const struct table *table)
{
	uint64_t fdt, fd, n, chunk[CHUNK];
	struct mmx_err err;

	if (mmx_kget(f->view, table->files, M_files_struct_fdt, &fdt, &err) ||
	    mmx_kget(f->view, fdt, M_fdtable_max_fds, &n, &err) ||
	    mmx_kget(f->view, fdt, M_fdtable_fd, &fd, &err)) {
		mmx_cover_fail(&f->pipes->coverage, &err);
		return;
	}
	if (n > MAX_FDS) {
		mmx_fail(&err, MMX_ECORRUPT,
			 "the open files at 0x%" PRIx64 " have %" PRIu64 " descriptors",
			 table->files, n);
		mmx_cover_fail(&f->pipes->coverage, &err);
		n = MAX_FDS;
	}
	f->fds += n;
	if (f->fds > MAX_ALL_FDS) {
		mmx_fail(&err, MMX_ECORRUPT, "there are more than %u descriptors of open files",
			 MAX_ALL_FDS);
		mmx_cover_fail(&f->pipes->coverage, &err);
		return;
	}
	for (uint64_t at = 0; at < n && !f->nomem; at += CHUNK) {
		uint64_t some = n - at < CHUNK ? n - at : CHUNK;

		if (mmx_kread_ok(f->view, fd + at * 8, chunk, some * 8, "open files", &err)) {
			mmx_cover_fail(&f->pipes->coverage, &err);
			return;
		}
		for (uint64_t i = 0; i < some && !f->nomem; i++) {
			if (chunk[i])
				take_file(f, chunk[i], table->task, at + i);
		}
	}
}

/*
 * Pages.
 */

static void take_page(struct finder *f, uint64_t page, struct mmx_pipe_page found)
{
	if (page && mmx_page_pfn(f->view->kernel, page, &found.pfn))
		f->nomem = !mmx_array_add(f->pipes, found);
}

static void take_spares(struct finder *f, uint32_t nr)
{
	const struct mmx_layout *l = &f->view->kernel->layout;
	uint64_t addr = f->pipes->pipes.v[nr].addr, page;
	enum mmx_layout_member id = M_pipe_inode_info_tmp_page;

	if (!mmx_has(l, id))
		return;
	for (uint32_t at = 0; at + 8 <= l->member[id].m.size; at += 8) {
		if (!mmx_kread_u64(f->view, addr + mmx_off(l, id) + at, &page))
			take_page(f, page, (struct mmx_pipe_page){.pipe = nr, .spare = true});
	}
}

static int take_buffer(struct finder *f, uint32_t nr, uint32_t nth, uint64_t buffer,
		       struct mmx_err *err)
{
	uint64_t page, offset, len;

	if (mmx_kget(f->view, buffer, M_pipe_buffer_page, &page, err) ||
	    mmx_kget(f->view, buffer, M_pipe_buffer_offset, &offset, err) ||
	    mmx_kget(f->view, buffer, M_pipe_buffer_len, &len, err))
		return -1;
	take_page(f, page,
		  (struct mmx_pipe_page){.pipe = nr, .nth = nth, .offset = offset, .len = len});
	return 0;
}

/* The buffers from the tail to the head, both of which count on and on. */
static int take_buffers(struct finder *f, uint32_t nr, struct mmx_err *err)
{
	uint64_t addr = f->pipes->pipes.v[nr].addr, head, tail, size, buffers;
	uint64_t each = mmx_size(&f->view->kernel->layout, S_pipe_buffer);
	uint32_t used;

	if (mmx_kget(f->view, addr, M_pipe_inode_info_head, &head, err) ||
	    mmx_kget(f->view, addr, M_pipe_inode_info_tail, &tail, err) ||
	    mmx_kget(f->view, addr, M_pipe_inode_info_ring_size, &size, err) ||
	    mmx_kget(f->view, addr, M_pipe_inode_info_bufs, &buffers, err))
		return -1;
	used = (uint32_t)head - (uint32_t)tail;
	if (!size || size > MAX_BUFFERS || size & (size - 1) || used > size)
		return mmx_fail(err, MMX_ECORRUPT,
				"the pipe at 0x%" PRIx64 " has %" PRIu64
				" buffers, used from %" PRIu64 " to %" PRIu64,
				addr, size, tail, head);
	f->buffers += used;
	if (f->buffers > MAX_ALL_BUFFERS)
		return mmx_fail(err, MMX_ECORRUPT, "there are more than %u buffers in pipes",
				MAX_ALL_BUFFERS);
	for (uint32_t n = 0; n < used && !f->nomem; n++) {
		if (take_buffer(f, nr, n, buffers + ((tail + n) & (size - 1)) * each, err))
			return -1;
	}
	return 0;
}

int mmx_pipes_find(struct mmx_pipes *pipes, struct mmx_view *view, struct mmx_err *err)
{
	const struct mmx_kernel *k = view->kernel;
	struct finder f = {.pipes = pipes, .view = view};
	struct mmx_err one;

	if (mmx_layout_require(&k->layout, needed, sizeof(needed) / sizeof(*needed), err))
		return -1;
	if (!mmx_symbol_addr(&k->symbols, "pipefifo_fops", &f.fops[0]))
		return mmx_fail(err, MMX_EMISSING, "there is no symbol pipefifo_fops");
	mmx_symbol_addr(&k->symbols, "pipeanon_fops", &f.fops[1]);
	find_tables(&f, mmx_know_tasks(view));
	for (size_t i = 0; i < f.tables.n && !f.nomem; i++) {
		if (!i || f.tables.v[i].files != f.tables.v[i - 1].files)
			find_files(&f, &f.tables.v[i]);
	}
	mmx_array_free(&f.tables);
	unique_pipes(pipes);
	for (size_t i = 0; i < pipes->pipes.n && !f.nomem; i++) {
		if (take_buffers(&f, i, &one))
			mmx_cover_fail(&pipes->coverage, &one);
		take_spares(&f, i);
	}
	if (f.nomem)
		return mmx_fail_nomem(err);
	pipes->coverage.found = pipes->n;
	if (pipes->n)
		qsort(pipes->v, pipes->n, sizeof(*pipes->v), by_frame);
	return 0;
}

void mmx_pipes_free(struct mmx_pipes *pipes)
{
	mmx_array_free(&pipes->pipes);
	mmx_array_free(pipes);
}

const struct mmx_pipe_page *mmx_pipe_page(const struct mmx_pipes *pipes, uint64_t pfn)
{
	const struct mmx_pipe_page key = {.pfn = pfn};

	return pipes->n ? bsearch(&key, pipes->v, pipes->n, sizeof(key), by_frame) : NULL;
}
