// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE vmas        each VMA: a PID, and the fields of a line of maps; a path of those only that have a
 *                      file
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/files/path.h"
#include "mm/files/inode.h"
#include "mm/processes/mm.h"
#include "mm/processes/vma_name.h"

#define VM_READ     1u
#define VM_WRITE    2u
#define VM_EXEC     4u
#define VM_MAYSHARE 0x80u

/* Device, inode and path. */
static void print_file(struct mmx_view *view, const struct mmx_vma *v)
{
	static struct mmx_path path;
	struct mmx_vma_inode inode;
	struct mmx_err err;

	if (mmx_vma_inode(&inode, view, v, &err) || mmx_path_of_file(&path, view, v->file, &err)) {
		printf("\t%s\n", err.text);
		return;
	}
	printf("\t%02x:%02x\t%" PRIu64 "\t", mmx_dev_major(inode.dev), mmx_dev_minor(inode.dev),
	       inode.ino);
	ask_text(path.text);
	putchar('\n');
}

static void print_vma(struct mmx_view *view, const struct mmx_vma *v, int pid)
{
	printf("%d\t%" PRIx64 "\t%" PRIx64 "\t%c%c%c%c\t%" PRIx64, pid, v->start, v->end,
	       v->flags & VM_READ ? 'r' : '-', v->flags & VM_WRITE ? 'w' : '-',
	       v->flags & VM_EXEC ? 'x' : '-', v->flags & VM_MAYSHARE ? 's' : 'p',
	       v->file ? v->pgoff << 12 : 0);
	if (v->file)
		print_file(view, v);
	else
		puts("\t00:00\t0\t");
}

static int vmas(const struct mmx_kernel *k)
{
	static struct mmx_vmas vmas;
	struct mmx_mms mms;
	int status = 0;

	mmx_mms_begin(&mms, k->view);
	while (mmx_mms_next(&mms)) {
		mmx_vmas_begin(&vmas, k->view, mms.mm);
		while (mmx_vmas_next(&vmas))
			print_vma(k->view, &vmas.vma, mms.n_users ? mms.users->tgid : 0);
		if (!mmx_cover_whole(&vmas.coverage))
			status = ask_trouble(&vmas.coverage.first);
	}
	return status;
}

ASK(vmas);
