// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/knowledge.h"
#include "mm/owners/pipe.h"
#include "mm/processes/fds.h"
#include "mm/processes/task.h"
#include "mm/owners/owner.h"

/* What is looked at: of one pipe, and of all tables and pipes together. */
#define MAX_ALL_FDS     (1u << 26)
#define MAX_PIPES       (1u << 21)
#define MAX_BUFFERS     (1u << 20)
#define MAX_ALL_BUFFERS (1u << 22)

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

struct file {
	uint64_t f_op, private_data;
};

static const struct mmx_wanted file_wanted[] = {
	MMX_WANT(struct file, f_op, file, f_op),
	MMX_WANT(struct file, private_data, file, private_data),
};

struct ring {
	uint32_t head, tail, size;
	uint64_t bufs;
};

static const struct mmx_wanted ring_wanted[] = {
	MMX_WANT(struct ring, head, pipe_inode_info, head),
	MMX_WANT(struct ring, tail, pipe_inode_info, tail),
	MMX_WANT(struct ring, size, pipe_inode_info, ring_size),
	MMX_WANT(struct ring, bufs, pipe_inode_info, bufs),
};

struct buffer {
	uint64_t page;
	uint32_t offset, len;
};

static const struct mmx_wanted buffer_wanted[] = {
	MMX_WANT(struct buffer, page, pipe_buffer, page),
	MMX_WANT(struct buffer, offset, pipe_buffer, offset),
	MMX_WANT(struct buffer, len, pipe_buffer, len),
};

static const struct mmx_decode file = MMX_DECODE("struct file", file_wanted),
			       pipe_inode_info = MMX_DECODE("pipe_inode_info", ring_wanted),
			       pipe_buffer = MMX_DECODE("pipe_buffer", buffer_wanted);

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
	mmx_array_sort(&f->tables, by_files);
}

/* Of several files that lead to one pipe the first task's is kept. */
static void unique_pipes(struct mmx_pipes *p)
{
	size_t n = 0;

	mmx_array_sort(&p->pipes, by_addr);
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

static void take_file(struct finder *f, uint64_t addr, uint32_t task, uint32_t fd)
{
	struct file open;
	struct mmx_err err;

	if (mmx_decode_read(&file, f->view, addr, &open, &err))
		mmx_cover_fail(&f->pipes->coverage, &err);
	else if (open.private_data && open.f_op &&
		 (open.f_op == f->fops[0] || open.f_op == f->fops[1]))
		add_pipe(f, &(struct mmx_pipe){open.private_data, addr, task, fd});
}

static void find_files(struct finder *f, const struct table *table)
{
	struct mmx_fds fds;

	mmx_fds_begin(&fds, f->view, table->files);
	f->fds += fds.room;
	if (f->fds > MAX_ALL_FDS)
		mmx_cover_failf(&f->pipes->coverage, MMX_ECORRUPT,
				"there are more than %u descriptors of open files", MAX_ALL_FDS);
	while (f->fds <= MAX_ALL_FDS && !f->nomem && mmx_fds_next(&fds))
		take_file(f, fds.file, table->task, fds.fd);
	mmx_cover_inherit(&f->pipes->coverage, &fds.coverage);
}

/*
 * Pages.
 */

static void take_page(struct finder *f, uint64_t page, struct mmx_pipe_page found)
{
	if (page && mmx_page_pfn(f->view->kernel, page, &found.pfn))
		f->nomem = !mmx_array_add(f->pipes, found);
}

/*
 * Pages that a pipe keeps for what is written next (tmp_page). Since 7.3 they are counted, and pointers behind
 * the last one are stale; before that they were NULL.
 */
static int count_spares(struct finder *f, uint64_t addr, uint64_t *n, struct mmx_err *err)
{
	const struct mmx_layout *l = &f->view->kernel->layout;
	uint64_t room = l->member[M_pipe_inode_info_tmp_page].m.size / 8;

	*n = room;
	if (!mmx_has(l, M_pipe_inode_info_tmp_pages))
		return 0;
	if (mmx_kget(f->view, addr, M_pipe_inode_info_tmp_pages, n, err))
		return -1;
	if (*n > room)
		return mmx_fail(err, MMX_ECORRUPT,
				"the pipe at 0x%" PRIx64 " has %" PRIu64
				" pages in tmp_page, and room for %" PRIu64,
				addr, *n, room);
	return 0;
}

static void take_spares(struct finder *f, uint32_t nr)
{
	const struct mmx_layout *l = &f->view->kernel->layout;
	uint64_t addr = f->pipes->pipes.v[nr].addr, page, n;
	struct mmx_err err;

	if (!mmx_has(l, M_pipe_inode_info_tmp_page))
		return;
	if (count_spares(f, addr, &n, &err)) {
		mmx_cover_fail(&f->pipes->coverage, &err);
		return;
	}
	addr += mmx_off(l, M_pipe_inode_info_tmp_page);
	for (uint64_t i = 0; i < n; i++) {
		enum mmx_read read = mmx_kread_u64(f->view, addr + i * 8, &page);

		if (read)
			mmx_cover_failf(&f->pipes->coverage, mmx_read_code(read),
					"a pipe's page in reserve, at 0x%" PRIx64 ", is %s",
					addr + i * 8, mmx_read_name(read));
		else
			take_page(f, page, (struct mmx_pipe_page){.pipe = nr, .spare = true});
	}
}

static int take_buffer(struct finder *f, uint32_t nr, uint32_t nth, uint64_t addr,
		       struct mmx_err *err)
{
	struct buffer b;

	if (mmx_decode_read(&pipe_buffer, f->view, addr, &b, err))
		return -1;
	take_page(f, b.page,
		  (struct mmx_pipe_page){.pipe = nr, .nth = nth, .offset = b.offset, .len = b.len});
	return 0;
}

/* The buffers from the tail to the head, both of which count on and on. */
static int take_buffers(struct finder *f, uint32_t nr, struct mmx_err *err)
{
	uint64_t addr = f->pipes->pipes.v[nr].addr;
	uint64_t each = mmx_size(&f->view->kernel->layout, S_pipe_buffer);
	struct ring ring;
	uint32_t used;

	if (mmx_decode_read(&pipe_inode_info, f->view, addr, &ring, err))
		return -1;
	used = ring.head - ring.tail;
	if (!ring.size || ring.size > MAX_BUFFERS || ring.size & (ring.size - 1) ||
	    used > ring.size)
		return mmx_fail(err, MMX_ECORRUPT,
				"the pipe at 0x%" PRIx64 " has %u buffers, used from %u to %u",
				addr, ring.size, ring.tail, ring.head);
	f->buffers += used;
	if (f->buffers > MAX_ALL_BUFFERS)
		return mmx_fail(err, MMX_ECORRUPT, "there are more than %u buffers in pipes",
				MAX_ALL_BUFFERS);
	for (uint32_t n = 0; n < used && !f->nomem; n++) {
		if (take_buffer(f, nr, n, ring.bufs + ((ring.tail + n) & (ring.size - 1)) * each,
				err))
			return -1;
	}
	return 0;
}

int mmx_pipes_find(struct mmx_pipes *pipes, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member tables[] = {M_task_struct_files, M_files_struct_fdt,
							M_fdtable_max_fds, M_fdtable_fd};
	const struct mmx_kernel *k = view->kernel;
	struct finder f = {.pipes = pipes, .view = view};
	struct mmx_err one;

	if (mmx_layout_require(&k->layout, tables, sizeof(tables) / sizeof(*tables), err) ||
	    mmx_decode_require(&file, &k->layout, err) ||
	    mmx_decode_require(&pipe_inode_info, &k->layout, err) ||
	    mmx_decode_require(&pipe_buffer, &k->layout, err))
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
	mmx_array_sort_by(pipes, pfn);
	return 0;
}

void mmx_pipes_free(struct mmx_pipes *pipes)
{
	mmx_array_free(&pipes->pipes);
	mmx_array_free(pipes);
}

const struct mmx_pipe_page *mmx_pipe_page(const struct mmx_pipes *pipes, uint64_t pfn)
{
	return mmx_array_at(pipes, pfn, pfn);
}

static bool runs(struct mmx_view *view, size_t nth, struct mmx_owner_run *run)
{
	const struct mmx_pipes *pipes = mmx_know_pipes(view);

	if (nth >= pipes->n)
		return false;
	*run = (struct mmx_owner_run){pipes->v[nth].pfn, 1};
	return true;
}

const struct mmx_owner_kind mmx_owner_pipe = {
	.name = "pipes",
	.class = CLASS_PIPE,
	.why = "a buffer of a pipe has it",
	.last = true,
	.known = MMX_KNOWN_pipes,
	.run = runs,
};
