// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/decode.h"
#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/knowledge.h"
#include "mm/owners/pipe.h"
#include "mm/processes/open_files.h"
#include "mm/owners/owner.h"

/* What is looked at: of one pipe, and of all pipes together. */
#define MAX_BUFFERS     (1u << 20)
#define MAX_ALL_BUFFERS (1u << 22)

struct finder {
	struct mmx_pipes *pipes;
	struct mmx_view *view;
	uint64_t buffers; /* looked at */
	bool nomem;
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

static const struct mmx_decode pipe_inode_info = MMX_DECODE("pipe_inode_info", ring_wanted),
			       pipe_buffer = MMX_DECODE("pipe_buffer", buffer_wanted);

static void take_pipes(struct finder *f, const struct mmx_open_files *files)
{
	size_t n;
	const struct mmx_open_file *file = mmx_open_files_of(files, MMX_FILE_PIPE, &n);

	for (size_t i = 0; i < n && !f->nomem; i++) {
		struct mmx_pipe pipe = {file[i].private_data, file[i].addr, file[i].task,
					file[i].fd};

		f->nomem = !mmx_array_add(&f->pipes->pipes, pipe);
	}
}

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
	const struct mmx_kernel *k = view->kernel;
	struct finder f = {.pipes = pipes, .view = view};
	struct mmx_err one;
	uint64_t fops;

	if (mmx_decode_require(&pipe_inode_info, &k->layout, err) ||
	    mmx_decode_require(&pipe_buffer, &k->layout, err))
		return -1;
	if (!mmx_symbol_addr(&k->symbols, "pipefifo_fops", &fops))
		return mmx_fail(err, MMX_EMISSING, "there is no symbol pipefifo_fops");
	take_pipes(&f, mmx_know_open_files(view));
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
