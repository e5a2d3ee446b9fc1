// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE tasks       every task but the idle ones: PID, process, kernel or user, mm, stack, comm
 * ask CORE users       processes of each address space: mm and PIDs
 * ask CORE areas       PID, start and end of each area of an address space, by its maple tree
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "kernel/maple.h"
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

static int users(const struct mmx_kernel *k)
{
	const struct mmx_tasks *found = mmx_know_tasks(k->view);
	size_t n = 1;

	for (size_t i = 0; i < found->users.n; i += n) {
		const struct mmx_mm_user *u = mmx_mm_users(found, found->users.v[i].mm, &n);

		printf("%" PRIx64, u->mm);
		for (size_t j = 0; j < n; j++)
			printf("\t%d", u[j].tgid);
		putchar('\n');
	}
	return 0;
}

/* Each address space's maple tree, by the first process that uses it. */
static int areas(const struct mmx_kernel *k)
{
	const struct mmx_tasks *found = mmx_know_tasks(k->view);
	uint64_t at = mmx_off(&k->layout, M_mm_struct_mm_mt);
	static struct mmx_maple maple;
	int status = 0;
	size_t n;

	for (size_t i = 0; i < found->users.n; i += n) {
		const struct mmx_mm_user *u = mmx_mm_users(found, found->users.v[i].mm, &n);

		mmx_maple_begin(&maple, k->view, u->mm + at);
		while (mmx_maple_next(&maple))
			printf("%d\t%" PRIx64 "\t%" PRIx64 "\n", u->tgid, maple.first,
			       maple.last + 1);
		if (!mmx_cover_whole(&maple.coverage)) {
			printf("trouble\t%d: %s\n", u->tgid, maple.coverage.first.text);
			status = 1;
		}
	}
	return status;
}

ASK(tasks);
ASK(users);
ASK(areas);
