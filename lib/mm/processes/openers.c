// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/fds.h"
#include "mm/processes/openers.h"
#include "mm/processes/task.h"

#define MAX_ALL_FDS (64u << 20) /* descriptors of all tables that are looked at */
#define MAX_OPENERS (1u << 20)

#define FMODE_READ  1
#define FMODE_WRITE 2

struct file {
	uint64_t inode, mapping;
	uint32_t mode;
};

static const struct mmx_wanted wanted[] = {
	MMX_WANT(struct file, inode, file, f_inode),
	MMX_WANT(struct file, mapping, file, f_mapping),
	MMX_WANT(struct file, mode, file, f_mode),
};

static const struct mmx_decode file_table = MMX_DECODE("file", wanted);

/* A process's table of descriptors, which its threads share, but need not. */
struct table {
	uint64_t files;
	int32_t tgid;
	uint32_t task;
};

struct finder {
	struct mmx_openers *found;
	struct mmx_view *view;
	const struct mmx_opened *what;
	struct {
		MMX_ARRAY(struct table);
	} tables;
	uint64_t fds;
	bool nomem;
};

static int by_process(const void *a, const void *b)
{
	const struct table *x = a, *y = b;

	if (x->tgid != y->tgid)
		return x->tgid < y->tgid ? -1 : 1;
	if (x->files != y->files)
		return x->files < y->files ? -1 : 1;
	return (x->task > y->task) - (x->task < y->task);
}

static int find_tables(struct finder *f)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(f->view);
	struct mmx_err err;
	uint64_t files;

	mmx_cover_inherit(&f->found->coverage, &tasks->coverage);
	for (size_t i = 0; i < tasks->n; i++) {
		const struct mmx_task *t = &tasks->v[i];

		if (mmx_kget(f->view, t->addr, M_task_struct_files, &files, &err))
			mmx_cover_fail(&f->found->coverage, &err);
		else if (files && !mmx_array_add(&f->tables, (struct table){files, t->tgid, i}))
			return -1;
	}
	mmx_array_sort(&f->tables, by_process);
	return 0;
}

static bool is_it(const struct mmx_opened *what, const struct file *file)
{
	return (what->mapping && file->mapping == what->mapping) ||
	       (what->inode && file->inode == what->inode) ||
	       (what->named && file->inode == what->named);
}

static void take(struct finder *f, const struct table *table, const struct mmx_fds *fds)
{
	struct file file;
	struct mmx_err err;

	if (mmx_decode_read(&file_table, f->view, fds->file, &file, &err)) {
		mmx_cover_fail(&f->found->coverage, &err);
		return;
	}
	if (!is_it(f->what, &file))
		return;
	if (f->found->n == MAX_OPENERS)
		mmx_cover_failf(&f->found->coverage, MMX_EMISSING,
				"it is open more often than %u times", MAX_OPENERS);
	else
		f->nomem = !mmx_array_add(f->found,
					  (struct mmx_opener){table->tgid, table->task, fds->fd,
							      fds->file, file.mode & FMODE_READ,
							      file.mode & FMODE_WRITE});
}

static void look_through(struct finder *f, const struct table *table)
{
	struct mmx_fds fds;

	mmx_fds_begin(&fds, f->view, table->files);
	f->fds += fds.room;
	if (f->fds > MAX_ALL_FDS)
		mmx_cover_failf(&f->found->coverage, MMX_ECORRUPT,
				"there are more than %u descriptors of open files", MAX_ALL_FDS);
	while (f->fds <= MAX_ALL_FDS && !f->nomem && mmx_fds_next(&fds))
		take(f, table, &fds);
	mmx_cover_inherit(&f->found->coverage, &fds.coverage);
}

int mmx_openers_find(struct mmx_openers *o, struct mmx_view *view, const struct mmx_opened *what,
		     struct mmx_err *err)
{
	static const enum mmx_layout_member tables[] = {M_task_struct_files, M_files_struct_fdt,
							M_fdtable_max_fds, M_fdtable_fd};
	struct finder f = {.found = o, .view = view, .what = what};

	memset(o, 0, sizeof(*o));
	if (mmx_layout_require(&view->kernel->layout, tables, sizeof(tables) / sizeof(*tables),
			       err) ||
	    mmx_decode_require(&file_table, &view->kernel->layout, err))
		return -1;
	f.nomem = find_tables(&f);
	for (size_t i = 0; i < f.tables.n && !f.nomem; i++) {
		const struct table *t = &f.tables.v[i];

		if (!i || t[-1].tgid != t->tgid || t[-1].files != t->files)
			look_through(&f, t);
	}
	mmx_array_free(&f.tables);
	if (!f.nomem) {
		o->coverage.found = o->n;
		return 0;
	}
	mmx_openers_free(o);
	return mmx_fail_nomem(err);
}

void mmx_openers_free(struct mmx_openers *o)
{
	mmx_array_free(o);
}
