// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ask CORE pagemap     reads "PID ADDRESS PAGES" lines; words as /proc/PID/pagemap has them, of their bits
 *                      only present, swap, and what is below 55
 * ask CORE user        reads "PID ADDRESS" lines; what stands there, and its frame
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../ask.h"
#include "mm/processes/task.h"
#include "mm/processes/usermem.h"
#include "mm/swap/swap_slot.h"

#define PM_PRESENT (1ULL << 63)
#define PM_SWAP    (1ULL << 62)

static uint64_t word_of(const struct mmx_user_entry *page)
{
	if (page->kind == MMX_USER_MAPPED || page->kind == MMX_USER_NO_ACCESS)
		return PM_PRESENT | page->pfn;
	if (page->kind == MMX_USER_UNREADABLE)
		return ~0ULL;
	return PM_SWAP | page->type | page->offset << 5;
}

struct area {
	struct mmx_view *view;
	uint64_t start, pages, *words;
};

static void take_entry(struct area *a, const struct mmx_pte *pte)
{
	for (uint64_t at = pte->start; at < pte->last; at += 4096) {
		struct mmx_user_entry page;

		mmx_user_entry(&page, a->view, mmx_know_entry_rules(a->view), pte, at);
		a->words[(at - a->start) / 4096] = word_of(&page);
	}
}

static int pagemap(const struct mmx_kernel *k)
{
	struct mmx_view *view = k->view;
	const struct mmx_tasks *found = mmx_know_tasks(k->view);
	struct mmx_err err;
	struct area a = {.view = view};
	int pid, ret = 0;
	struct mmx_pt pt;

	while (!ret && scanf("%d %" SCNx64 " %" SCNu64, &pid, &a.start, &a.pages) == 3) {
		const struct mmx_task *t = mmx_task_find(found, pid);

		a.words = calloc(a.pages + 1, 8);
		if (!a.words || !t)
			ret = 1;
		else if (mmx_user_begin(&pt, view, mmx_task_mm(found, t), a.start,
					a.start + a.pages * 4096 - 1, 0, &err))
			ret = ask_trouble(&err);
		while (!ret && mmx_pt_next(&pt))
			take_entry(&a, &pt.pte);
		for (uint64_t i = 0; !ret && i < a.pages; i++)
			ask_word(a.words[i]);
		free(a.words);
	}
	return ret;
}

static int user(const struct mmx_kernel *k)
{
	struct mmx_view *view = k->view;
	const struct mmx_swaps *areas = mmx_know_swaps(view);
	const struct mmx_tasks *found = mmx_know_tasks(k->view);
	struct mmx_users users = {.tasks = found};
	struct mmx_err err;
	uint64_t addr, phys;
	int pid;

	while (scanf("%d %" SCNx64, &pid, &addr) == 2) {
		const struct mmx_task *t = mmx_task_find(found, pid);
		struct mmx_user_entry page;

		if (!t || mmx_user_lookup(&page, view, mmx_task_mm(found, t), addr, &err)) {
			puts(t ? err.text : "no such task");
			continue;
		}
		printf("%s", mmx_user_words(page.kind));
		if (mmx_user_phys(view, &users, pid, addr, &phys, &err))
			printf("\t%s", err.text);
		else
			printf("\t%" PRIx64, phys);
		if (page.kind == MMX_USER_SWAP)
			ask_print_swap(view, areas, page.type, page.offset);
		putchar('\n');
	}
	return 0;
}

ASK(pagemap);
ASK(user);
