// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "kernel/decode.h"
#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/fds.h"
#include "mm/processes/open_files.h"
#include "mm/processes/task.h"

/* What is looked at, and what is kept. */
#define MAX_ALL_FDS (1u << 26)
#define MAX_FILES   (1u << 21)

/* A table of open files, and one of the tasks that use it. */
struct table {
	uint64_t files;
	uint32_t task;
};

/* Up to 6.14 every pipe has the operations of a FIFO. A kernel without a kind has no symbol. */
struct kinds {
	uint64_t fops[MMX_FILE_KIND_COUNT][2];
};

struct finder {
	struct mmx_open_files *found;
	struct mmx_view *view;
	struct kinds kinds;
	struct {
		MMX_ARRAY(struct table);
	} tables;
	uint64_t fds; /* looked at */
	bool full;    /* of files */
	bool nomem;
};

struct file {
	uint64_t f_op, private_data;
};

static const struct mmx_wanted file_wanted[] = {
	MMX_WANT(struct file, f_op, file, f_op),
	MMX_WANT(struct file, private_data, file, private_data),
};

static const struct mmx_decode file_table = MMX_DECODE("struct file", file_wanted);

static int by_files(const void *a, const void *b)
{
	const struct table *x = a, *y = b;

	if (x->files != y->files)
		return x->files < y->files ? -1 : 1;
	return (x->task > y->task) - (x->task < y->task);
}

static int by_handle(const void *a, const void *b)
{
	const struct mmx_open_file *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->private_data != y->private_data)
		return x->private_data < y->private_data ? -1 : 1;
	return (x->task > y->task) - (x->task < y->task);
}

static void find_kinds(struct kinds *kinds, const struct mmx_symbols *s)
{
	static const char *const names[MMX_FILE_KIND_COUNT][2] = {
#define KIND(id, ...) {__VA_ARGS__},
		MMX_FILE_KINDS(KIND)
#undef KIND
	};

	for (unsigned int i = 0; i < MMX_FILE_KIND_COUNT; i++) {
		for (unsigned int j = 0; j < 2; j++) {
			kinds->fops[i][j] = 0;
			if (names[i][j])
				mmx_symbol_addr(s, names[i][j], &kinds->fops[i][j]);
		}
	}
}

static enum mmx_file_kind kind_of(const struct kinds *kinds, const struct file *file)
{
	for (unsigned int i = 0; i < MMX_FILE_KIND_COUNT && file->f_op && file->private_data; i++) {
		if (file->f_op == kinds->fops[i][0] || file->f_op == kinds->fops[i][1])
			return i;
	}
	return MMX_FILE_KIND_COUNT;
}

/* Threads share a table, and children inherit what is in it. */
static void find_tables(struct finder *f, const struct mmx_tasks *tasks)
{
	struct mmx_err err;
	uint64_t files;

	for (size_t i = 0; i < tasks->n && !f->nomem; i++) {
		if (mmx_kget(f->view, tasks->v[i].addr, M_task_struct_files, &files, &err))
			mmx_cover_fail(&f->found->coverage, &err);
		else if (files)
			f->nomem = !mmx_array_add(&f->tables, (struct table){files, i});
	}
	mmx_array_sort(&f->tables, by_files);
}

static void keep_unique(struct mmx_open_files *files)
{
	size_t n = 0;

	mmx_array_sort(files, by_handle);
	for (size_t i = 0; i < files->n; i++) {
		if (!n || files->v[n - 1].kind != files->v[i].kind ||
		    files->v[n - 1].private_data != files->v[i].private_data)
			files->v[n++] = files->v[i];
	}
	files->n = n;
}

/*
 * Processes that inherited a file have it each, so many may be few. When they are not, no more are
 * taken, so that no sorting is repeated for each.
 */
static void keep(struct finder *f, const struct mmx_open_file *file)
{
	if (f->found->n == MAX_FILES && !f->full) {
		keep_unique(f->found);
		f->full = f->found->n > MAX_FILES / 2;
	}
	if (!f->full)
		f->nomem = !mmx_array_add(f->found, *file);
	else
		mmx_cover_failf(&f->found->coverage, MMX_ECORRUPT,
				"there are more than %u pipes, sockets and the like",
				MAX_FILES / 2);
}

static void take_file(struct finder *f, uint64_t addr, uint32_t task, uint32_t fd)
{
	struct file file;
	struct mmx_err err;
	enum mmx_file_kind kind;

	if (mmx_decode_read(&file_table, f->view, addr, &file, &err)) {
		mmx_cover_fail(&f->found->coverage, &err);
		return;
	}
	kind = kind_of(&f->kinds, &file);
	if (kind != MMX_FILE_KIND_COUNT)
		keep(f, &(struct mmx_open_file){file.private_data, addr, task, fd, kind});
}

static void find_files(struct finder *f, const struct table *table)
{
	struct mmx_fds fds;

	mmx_fds_begin(&fds, f->view, table->files);
	f->fds += fds.room;
	if (f->fds > MAX_ALL_FDS)
		mmx_cover_failf(&f->found->coverage, MMX_ECORRUPT,
				"there are more than %u descriptors of open files", MAX_ALL_FDS);
	while (f->fds <= MAX_ALL_FDS && !f->nomem && mmx_fds_next(&fds))
		take_file(f, fds.file, table->task, fds.fd);
	mmx_cover_inherit(&f->found->coverage, &fds.coverage);
}

int mmx_open_files_find(struct mmx_open_files *files, struct mmx_view *view, struct mmx_err *err)
{
	static const enum mmx_layout_member tables[] = {M_task_struct_files, M_files_struct_fdt,
							M_fdtable_max_fds, M_fdtable_fd};
	const struct mmx_kernel *k = view->kernel;
	struct finder f = {.found = files, .view = view};

	if (mmx_layout_require(&k->layout, tables, sizeof(tables) / sizeof(*tables), err) ||
	    mmx_decode_require(&file_table, &k->layout, err))
		return -1;
	find_kinds(&f.kinds, &k->symbols);
	find_tables(&f, mmx_know_tasks(view));
	for (size_t i = 0; i < f.tables.n && !f.nomem; i++) {
		if (!i || f.tables.v[i].files != f.tables.v[i - 1].files)
			find_files(&f, &f.tables.v[i]);
	}
	mmx_array_free(&f.tables);
	if (f.nomem)
		return mmx_fail_nomem(err);
	keep_unique(files);
	files->coverage.found = files->n;
	return 0;
}

void mmx_open_files_free(struct mmx_open_files *files)
{
	mmx_array_free(files);
}

const struct mmx_open_file *mmx_open_files_of(const struct mmx_open_files *files,
					      enum mmx_file_kind kind, size_t *n)
{
	size_t first = mmx_array_bound(files, f, f->kind < kind);

	*n = mmx_array_bound(files, f, f->kind <= kind) - first;
	return files->n ? files->v + first : NULL;
}

int mmx_open_file_kind(struct mmx_view *view, uint64_t addr, enum mmx_file_kind *kind,
		       uint64_t *private_data, struct mmx_err *err)
{
	struct kinds kinds;
	struct file file;

	if (mmx_decode_read(&file_table, view, addr, &file, err))
		return -1;
	find_kinds(&kinds, &view->kernel->symbols);
	*kind = kind_of(&kinds, &file);
	*private_data = file.private_data;
	return 0;
}
