// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/what.h"
#include "kernel/member.h"
#include "mm/files/block_devices.h"
#include "mm/files/file_object.h"
#include "mm/files/lookup.h"
#include "mm/files/named.h"
#include "mm/files/overlay.h"
#include "mm/frames/class.h"
#include "mm/mem.h"
#include "mm/processes/task.h"

#define INIT_PID 1

#define S_IFMT  0170000
#define S_IFBLK 0060000
#define S_IFCHR 0020000
#define DEV_MEM (1u << 20 | 1) /* /dev/mem: major 1, minor 1 */

/* An operand that is being looked for. */
struct finder {
	struct mmx_what_file *file;
	struct mmx_view *view;
	const char *text;
	const struct mmx_what_options *options;
	struct mmx_err *err;
};

/*
 * From an inode to what caches its pages.
 */

static bool is_special(const struct mmx_inode *i)
{
	return (i->mode & S_IFMT) == S_IFBLK && strcmp(i->fs, "bdev");
}

/*
 * All that maps memory of devices through /dev/mem, and through files of PCI devices since 5.12, is in the tree of one
 * inode of the kernel's own, which has no name. Up to 5.10 there is none.
 */
static bool is_memory(struct finder *f, const struct mmx_inode *i, uint64_t *inode)
{
	uint64_t shared;

	if ((i->mode & S_IFMT) != S_IFCHR || i->rdev != DEV_MEM ||
	    mmx_kread_variable(f->view, "iomem_inode", 8, &shared) || !shared)
		return false;
	*inode = shared;
	return true;
}

static void name_memory(struct mmx_mapping *m)
{
	if (*m->path.text)
		return;
	snprintf(m->path.text, sizeof(m->path.text), "/dev/mem");
	m->coverage = (struct mmx_coverage){0};
}

/* Files of overlayfs, and special files of devices, have their pages in another inode. */
static int take_inode(struct finder *f, uint64_t named)
{
	struct mmx_inode i;
	uint64_t inode, mapping;
	bool memory;

	if (mmx_overlay_real(f->view, named, &inode, f->err) ||
	    mmx_inode_read(&i, f->view, inode, f->err) ||
	    (is_special(&i) && mmx_block_device_find(f->view, i.rdev, &inode, f->err)))
		return -1;
	memory = is_memory(f, &i, &inode);
	if (mmx_kget(f->view, inode, M_inode_i_mapping, &mapping, f->err) ||
	    mmx_mapping_read(&f->file->mapping, f->view, mapping, f->err))
		return -1;
	if (memory)
		name_memory(&f->file->mapping);
	f->file->named = f->file->mapping.inode.addr == named ? 0 : named;
	return 0;
}

/*
 * Paths and names.
 */

/* The task whose root a path begins at. */
static int root_task(struct finder *f, uint64_t *task)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(f->view);
	const struct mmx_task *t;
	uint64_t pid = INIT_PID;

	if (f->options->pid && (mmx_number(f->options->pid, NULL, true, &pid) || pid > INT32_MAX))
		return mmx_fail(f->err, MMX_EUSAGE, "%s is no PID", f->options->pid);
	t = mmx_task_find(tasks, (int32_t)pid);
	if (t) {
		*task = t->addr;
		return 0;
	}
	/* A kernel that died before init: its own threads have the first root. */
	if (!f->options->pid && mmx_cover_whole(&tasks->coverage) &&
	    mmx_symbol_addr(&f->view->kernel->symbols, "init_task", task))
		return 0;
	return mmx_fail(f->err, MMX_ENOTFOUND, "there is no process %" PRIu64 "%s%s", pid,
			mmx_cover_whole(&tasks->coverage) ? "" : "; not all are known: ",
			mmx_cover_whole(&tasks->coverage) ? "" : tasks->coverage.first.text);
}

static int by_path(struct finder *f)
{
	struct mmx_place root, place;
	uint64_t task, inode;

	f->file->how = "path";
	if (root_task(f, &task) || mmx_place_root(&root, f->view, task, f->err))
		return -1;
	if (mmx_place_find(&place, &inode, f->view, &root, f->text, f->err))
		return mmx_fail_prefix(f->err, "%s", f->text);
	return take_inode(f, inode);
}

/* Several files of a name: nobody can say which one was meant. */
static int tell_all(struct finder *f, const struct mmx_named *named)
{
	char text[300];
	size_t len = 0;

	for (size_t i = 0; i < named->coverage.found && i < MMX_NAMED_KEPT && len < sizeof(text);
	     i++)
		len += snprintf(text + len, sizeof(text) - len, "%s0x%" PRIx64, i ? ", " : "",
				named->inode[i]);
	return mmx_fail(f->err, MMX_EUSAGE,
			"%" PRIu64 " files have that name: which of the inodes is it? %s%s",
			named->coverage.found, text,
			named->coverage.found > MMX_NAMED_KEPT ? ", ..." : "");
}

/* @why: what else was tried in vain; its code is MMX_OK when nothing was */
static int by_name(struct finder *f, const struct mmx_err *why)
{
	struct mmx_named named;
	uint64_t device;

	f->file->how = "name";
	if (!strchr(f->text, '/') && !mmx_block_device_named(f->view, f->text, &device, f->err))
		return take_inode(f, device);
	mmx_files_named(&named, f->view, f->text);
	if (named.coverage.found == 1 && mmx_cover_whole(&named.coverage))
		return take_inode(f, named.inode[0]);
	if (named.coverage.found > 1)
		return tell_all(f, &named);
	if (why->code)
		*f->err = *why;
	else
		mmx_fail(f->err, MMX_ENOTFOUND, "no file in memory has that name");
	if (mmx_cover_whole(&named.coverage))
		return -1;
	return mmx_fail(f->err, named.coverage.first.code,
			"%s, but not all files are known: %.200s",
			named.coverage.found ? "inode found by its name" : "no file was found",
			named.coverage.first.text);
}

static int by_path_or_name(struct finder *f)
{
	struct mmx_err why = {0};

	if (f->text[0] == '/') {
		if (!by_path(f))
			return 0;
		why = *f->err;
	}
	return why.code && why.code != MMX_ENOTFOUND ? -1 : by_name(f, &why);
}

/*
 * Pages.
 */

static int take_page(struct finder *f, const struct mmx_page_walk *w)
{
	const struct mmx_page_format *format = mmx_walk_format(w);
	struct mmx_classifier classifier;
	struct mmx_verdict verdict;
	uint64_t word;

	if (w->read || w->folio.read)
		return mmx_fail(f->err, mmx_read_code(w->read ? w->read : w->folio.read),
				"the struct page of frame 0x%" PRIx64 " is %s", w->pfn,
				mmx_read_name(w->read ? w->read : w->folio.read));
	mmx_classifier_find(&classifier, f->view, false);
	verdict = mmx_classify_fully(&classifier, w);
	word = mmx_word(w->folio.bytes, format->mapping);
	if (!mmx_class_rows[verdict.class].has_mapping || word & 3)
		return mmx_fail(f->err, MMX_ENOTFOUND,
				"frame 0x%" PRIx64 " is no page of a file: %s", w->pfn,
				mmx_class_words(verdict.class));
	if (!word)
		return mmx_fail(f->err, MMX_ENOTFOUND,
				"frame 0x%" PRIx64
				" has no mapping: truncated, or shared memory in the swap cache",
				w->pfn);
	f->file->has_index = true;
	f->file->index = mmx_word(w->folio.bytes, format->index);
	if (w->folio.hugetlb && format->index_in_huge_pages)
		f->file->index <<= w->folio.order;
	f->file->index += w->pfn - w->folio.head;
	return mmx_mapping_read(&f->file->mapping, f->view, word, f->err);
}

static int by_page(struct finder *f)
{
	struct mmx_what_walk operand;
	struct mmx_page_walk w;
	int ret;

	f->file->how = "page";
	if (mmx_what_begin(&operand, f->view, f->text, f->options, f->err))
		return -1;
	if (!mmx_what_next(&operand))
		return mmx_fail(f->err, MMX_ENOTFOUND, "%s: there is no frame behind it", f->text);
	if (mmx_page_walk_begin(&w, f->view, operand.what.first, operand.what.first + 1, f->err))
		return -1;
	ret = mmx_page_walk_look(&w, operand.what.first)
		      ? take_page(f, &w)
		      : mmx_fail(f->err, MMX_ENOTFOUND, "there is no frame 0x%" PRIx64,
				 operand.what.first);
	mmx_page_walk_end(&w);
	return ret;
}

/*
 * Addresses.
 */

static int by_object(struct finder *f, uint64_t addr, bool *is)
{
	static const char *const words[] = {[MMX_OBJECT_MAPPING] = "address_space",
					    [MMX_OBJECT_INODE] = "inode",
					    [MMX_OBJECT_DENTRY] = "dentry",
					    [MMX_OBJECT_FILE] = "struct file"};
	enum mmx_file_object object;
	uint64_t inode, mapping;

	*is = true;
	if (mmx_file_object(f->view, addr, &object, &inode, &mapping, f->err))
		return -1;
	*is = object != MMX_OBJECT_NONE;
	f->file->how = words[object];
	if (object == MMX_OBJECT_INODE || object == MMX_OBJECT_DENTRY)
		return take_inode(f, inode);
	if (!*is)
		return 0;
	/* An open file has a mapping of its own, which need not be its inode's; overlayfs's caches nothing. */
	if (mmx_mapping_read(&f->file->mapping, f->view, mapping, f->err))
		return -1;
	return strcmp(f->file->mapping.inode.fs, "overlay")
		       ? 0
		       : take_inode(f, inode ? inode : f->file->mapping.inode.addr);
}

static int by_number(struct finder *f, uint64_t number)
{
	const struct mmx_region *vmemmap = &f->view->kernel->regions.v[REGION_VMEMMAP];
	bool is = false;

	if (number >> 63 && !f->options->physical &&
	    (number < vmemmap->start || number >= vmemmap->end)) {
		if (by_object(f, number, &is))
			return -1;
		if (is)
			return 0;
	}
	return by_page(f);
}

int mmx_what_file(struct mmx_what_file *file, struct mmx_view *view, const char *text,
		  const struct mmx_what_options *options, struct mmx_err *err)
{
	struct finder f = {file, view, text, options, err};
	uint64_t number;

	memset(file, 0, sizeof(*file));
	if (!mmx_number(text, NULL, options->decimal, &number))
		return by_number(&f, number);
	return by_path_or_name(&f);
}
