// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE tables      each address space: its PIDs, deposited tables and those by level; then the pages that
 *                      are marked as tables and are nobody's
 */
#include <inttypes.h>
#include <stdio.h>

#include "../ask.h"
#include "mm/owners/page_table.h"
#include "mm/processes/task.h"

static void print_space(const struct mmx_kernel *k, const struct mmx_tasks *tasks,
			const struct mmx_pt_space *space)
{
	const struct mmx_mm_user *users;
	const struct mmx_err *why;
	size_t n;

	users = mmx_mm_users(tasks, space->mm, &n);
	printf("space\t%s", space->name ? space->name : "");
	for (size_t i = 0; i < n; i++)
		printf("%s%d", i ? "," : "", users[i].tgid);
	for (unsigned int level = 0; level <= k->paging.levels; level++)
		printf("\t%" PRIu64, space->tables[level]);
	why = mmx_reason(&mmx_know_pt_owners(k->view)->reasons, space->why);
	printf("\t%" PRIu64 "\t%s\n", space->unreadable, why ? why->text : "");
}

static int tables(const struct mmx_kernel *k)
{
	uint64_t marked = 0, orphans = 0, roles[MMX_PT_ROLE_COUNT] = {0};
	const struct mmx_pt_owners *owners = mmx_know_pt_owners(k->view);
	struct mmx_page_walk w;
	struct mmx_err err;

	if (ask_walk_all(&w, k, &err))
		return ask_trouble(&err);
	for (size_t i = 0; i < owners->spaces.n; i++)
		print_space(k, mmx_know_tasks(k->view), &owners->spaces.v[i]);
	while (mmx_page_walk_next(&w)) {
		size_t n;

		if (w.read || w.folio.type != MMX_PAGE_TABLE)
			continue;
		marked++;
		if (mmx_pt_owner_of(owners, w.pfn, &n))
			continue;
		orphans++;
		printf("orphan\t%" PRIx64 "\t%" PRIx64 "\n", w.pfn, w.folio.head);
	}
	for (size_t i = 0; i < owners->n; i++)
		roles[owners->v[i].role]++;
	mmx_page_walk_end(&w);
	printf("marked\t%" PRIu64 "\norphans\t%" PRIu64 "\n", marked, orphans);
	for (unsigned int i = 0; i < MMX_PT_ROLE_COUNT; i++)
		printf("%s\t%" PRIu64 "\n", mmx_pt_role_words(i), roles[i]);
	return 0;
}

ASK(tables);
