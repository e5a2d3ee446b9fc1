// SPDX-License-Identifier: GPL-2.0-or-later
/* ask CORE fds         each open file of each process: PID, descriptor, path */
#include <stdio.h>

#include "../ask.h"
#include "kernel/member.h"
#include "mm/files/path.h"
#include "mm/processes/fds.h"
#include "mm/processes/task.h"

static int fds(const struct mmx_kernel *k)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(k->view);
	static struct mmx_path path;
	static struct mmx_fds fds;
	struct mmx_err err;
	uint64_t files;
	int status = 0;

	for (size_t i = 0; i < tasks->n; i++) {
		const struct mmx_task *t = &tasks->v[i];

		/* A leader that has exited has none any more. */
		if (t->pid != t->tgid ||
		    mmx_kread_member(k->view, t->addr, M_task_struct_files, &files) || !files)
			continue;
		mmx_fds_begin(&fds, k->view, files);
		while (mmx_fds_next(&fds)) {
			printf("%d\t%u\t", t->pid, fds.fd);
			ask_text(mmx_path_of_file(&path, k->view, fds.file, &err) ? err.text
										  : path.text);
			putchar('\n');
		}
		if (!mmx_cover_whole(&fds.coverage))
			status = ask_trouble(&fds.coverage.first);
	}
	return status;
}

ASK(fds);
