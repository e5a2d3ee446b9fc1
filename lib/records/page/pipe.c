// SPDX-License-Identifier: GPL-2.0-or-later
/* Pipes: pages of their own, and those of users that were spliced into one. */
#include "kernel/member.h"
#include "mm/files/inode.h"
#include "mm/files/path.h"
#include "mm/owners/pipe.h"
#include "mm/processes/task.h"
#include "records/page/page.h"

struct pipe {
	const struct mmx_pipe_page *page;
	const struct mmx_pipe *pipe;
	const struct mmx_task *task;
	struct mmx_path path;
};

/* The pipe holds references to what was spliced into it, which is asked for with their count. */
static bool has_pipe(struct mmx_rows *r)
{
	const struct mmx_pages *p = mmx_page_of(r);

	return (p->counted || p->verdict.class == CLASS_PIPE) &&
	       mmx_pipe_page(mmx_know_pipes(r->view), p->walk.pfn);
}

static const void *next_pipe(struct mmx_rows *r)
{
	const struct mmx_pipes *pipes = mmx_know_pipes(r->view);
	struct pipe *pipe = r->state;

	if (r->nth)
		return NULL;
	pipe->page = mmx_pipe_page(pipes, mmx_page_of(r)->walk.pfn);
	pipe->pipe = &pipes->pipes.v[pipe->page->pipe];
	pipe->task = &mmx_know_tasks(r->view)->v[pipe->pipe->task];
	return pipe;
}

static void addr(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;

	v->word = pipe->pipe->addr;
}

static void path(struct mmx_rows *r, struct mmx_value *v)
{
	struct pipe *pipe = r->state;

	v->text = pipe->path.text;
	if (mmx_path_of_file(&pipe->path, r->view, pipe->pipe->file, &v->scratch->err))
		mmx_value_unknown(v, &v->scratch->err);
}

static void ino(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;
	struct mmx_inode inode;
	struct mmx_err err;

	if (mmx_kread_member(r->view, pipe->pipe->file, M_file_f_inode, &v->word) ||
	    mmx_inode_read(&inode, r->view, v->word, &err))
		mmx_value_null(v);
	else
		v->word = inode.ino;
}

static void spare(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;

	v->truth = pipe->page->spare;
}

static void nth(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;

	v->word = pipe->page->nth;
}

static void offset(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;

	v->word = pipe->page->offset;
}

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;

	v->word = pipe->page->len;
}

static void pid(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;

	v->count = pipe->task->pid;
}

static void name(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;

	v->text = pipe->task->comm;
}

static void fd(struct mmx_rows *r, struct mmx_value *v)
{
	const struct pipe *pipe = r->row;

	v->word = pipe->pipe->fd;
}

static const struct mmx_field fields[] = {
	{"pipe", MMX_ADDR, "its pipe_inode_info", .get = addr},
	{"path", MMX_TEXT, "what it is open as", .may = MMX_OR_UNKNOWN, .get = path},
	{"ino", MMX_COUNT, "its inode's number; null when that cannot be read", .may = MMX_OR_NULL,
	 .get = ino},
	{"spare", MMX_BOOL, "kept for what is written next", .get = spare},
	{"nth", MMX_COUNT, "which buffer it is, from the one that is read next", .get = nth},
	{"offset", MMX_COUNT, "where in the page it goes on to be read", .get = offset},
	{"bytes", MMX_COUNT, "what is still to be read", .get = bytes},
	{"pid", MMX_COUNT, "one of its users", .get = pid},
	{"name", MMX_TEXT, "that user's", .may = MMX_OR_EMPTY, .get = name},
	{"fd", MMX_COUNT, "that user's", .get = fd},
	{0},
};

static const struct mmx_record pipe_record = {
	.name = "pipe",
	.doc = "the pipe that has it in a buffer",
	.fields = fields,
	.state_size = sizeof(struct pipe),
	.has = has_pipe,
	.next = next_pipe,
};

const struct mmx_field mmx_page_fields_pipe[] = {
	{"pipe", MMX_BLOCK, "of class pipe; with `-c` of all that is in one", .title = "in a pipe",
	 .may = MMX_OR_NONE, .record = &pipe_record},
	{0},
};
