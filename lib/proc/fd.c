// SPDX-License-Identifier: GPL-2.0-or-later
/* PID/fd, a folder: each descriptor and where its link leads, a line each as ls shows them. */
#include <stdio.h>

#include "kernel/member.h"
#include "mm/files/path.h"
#include "mm/mem.h"
#include "mm/processes/fds.h"
#include "mm/processes/vma_name.h"
#include "proc/maps.h"
#include "proc/text.h"

static int find(struct mmx_proc *p, struct mmx_err *err)
{
	return mmx_proc_mm_find(p, p->state, err);
}

static void put_fd(struct mmx_proc *p, uint32_t fd, uint64_t file)
{
	struct mmx_path path;
	struct mmx_err err;

	mmx_proc_put(p, "%u -> ", fd);
	if (mmx_path_seen(&path, p->view, &mmx_know_vma_rules(p->view)->root, file, &err)) {
		mmx_fail_prefix(&err, "descriptor %u", fd);
		mmx_proc_unknown(p, &err);
		mmx_proc_text(p, NULL);
	} else {
		mmx_proc_put_escaped(p, path.text, "\n");
	}
	mmx_proc_put(p, "\n");
}

/* A task that has exited has none any more. */
static int write_fd(struct mmx_proc *p, struct mmx_err *err)
{
	const struct mmx_proc_mm *mm = p->state;
	struct mmx_fds fds;
	uint64_t files;

	if (mmx_kget(p->view, mm->task->addr, M_task_struct_files, &files, err))
		return -1;
	mmx_cover_inherit(&p->coverage, &mmx_know_vma_rules(p->view)->coverage);
	if (!files)
		return 0;
	mmx_fds_begin(&fds, p->view, files);
	while (mmx_fds_next(&fds))
		put_fd(p, fds.fd, fds.file);
	mmx_cover_inherit(&p->coverage, &fds.coverage);
	return 0;
}

const struct mmx_proc_entry mmx_proc_fd = {
	.name = "PID/fd",
	.of_process = true,
	.state_size = sizeof(struct mmx_proc_mm),
	.find = find,
	.write = write_fd,
	.end = mmx_proc_text_end,
};
