// SPDX-License-Identifier: GPL-2.0-or-later
/* ask CORE tasks       every task but the idle ones: PID, process, kernel or user, mm, stack, comm */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/processes/task.h"

static int tasks(const struct mmx_kernel *k)
{
	const struct mmx_tasks *found = mmx_know_tasks(k->view);

	for (size_t i = 0; i < found->n; i++) {
		const struct mmx_task *t = &found->v[i];

		if (t->pid)
			printf("%d\t%d\t%s\t%" PRIx64 "\t%" PRIx64 "\t%s\n", t->pid, t->tgid,
			       t->kernel ? "kernel" : "user", t->mm, t->stack, t->comm);
	}
	return mmx_cover_whole(&found->coverage) ? 0 : ask_trouble(&found->coverage.first);
}

ASK(tasks);
