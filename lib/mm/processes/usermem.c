// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/processes/task.h"
#include "mm/processes/usermem.h"
#include "mm/swap/stored.h"

int mmx_user_mm(const struct mmx_users *users, int32_t pid, uint64_t *mm, struct mmx_err *err)
{
	const struct mmx_tasks *tasks = users->tasks;
	const struct mmx_task *task = mmx_task_find(tasks, pid);

	if (!task)
		return mmx_fail(
			err, MMX_ENOTFOUND, "there is no process or thread %d%s%s", pid,
			mmx_cover_whole(&tasks->coverage) ? "" : "; not all could be looked at: ",
			tasks->coverage.first.text);
	*mm = mmx_task_mm(tasks, task);
	if (!*mm)
		return mmx_fail(err, MMX_ENOTFOUND, "%d (%s) has no memory of its own: %s", pid,
				task->comm, task->kernel ? "it is the kernel's" : "it has exited");
	return 0;
}

/* A page that is out: in which area and where, and where its contents are; or why that cannot be. */
static int fail_swapped(struct mmx_view *view, const struct mmx_users *users,
			const struct mmx_user_entry *page, struct mmx_err *err)
{
	const char *words = mmx_user_words(page->kind), *path = "";
	char where[120] = "";
	struct mmx_swap_slot slot;
	struct mmx_stored stored;

	if (users->swaps) {
		if (mmx_swap_slot(&slot, view, users->swaps, page->type, page->offset, err))
			return mmx_fail_prefix(err, "%s, and", words);
		path = mmx_swap_area(users->swaps, page->type)->path.text;
		if (!mmx_stored_find(&stored, view, page->type, page->offset, &slot, err))
			mmx_stored_words(&stored, where, sizeof(where));
	}
	return mmx_fail(err, MMX_ENOTFOUND, "%s, to area %u at 0x%" PRIx64 "%s%.120s%s%s", words,
			page->type, page->offset, path[0] ? " of " : "", path, where[0] ? ": " : "",
			where);
}

static int fail_without_frame(struct mmx_view *view, const struct mmx_users *users,
			      const struct mmx_user_entry *page, struct mmx_err *err)
{
	const char *words = mmx_user_words(page->kind);

	if (page->kind == MMX_USER_SWAP)
		return fail_swapped(view, users, page, err);
	if (page->kind == MMX_USER_UNREADABLE)
		return mmx_fail(err, mmx_read_code(page->pte.read), "%s", words);
	if (mmx_user_has_pfn(page->kind))
		return mmx_fail(err, MMX_ENOTFOUND, "%s, PFN 0x%" PRIx64, words, page->pfn);
	return mmx_fail(err, MMX_ENOTFOUND, "%s", words);
}

int mmx_user_phys(struct mmx_view *view, const struct mmx_users *users, int32_t pid, uint64_t addr,
		  uint64_t *phys, struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;
	struct mmx_user_entry page;
	uint64_t mm;

	if (mmx_user_mm(users, pid, &mm, err))
		return -1;
	if (mmx_user_lookup(&page, view, mm, addr, err))
		return mmx_fail_prefix(err, "PID %d", pid);
	if (!mmx_user_mapped(page.kind)) {
		fail_without_frame(view, users, &page, err);
		return mmx_fail_prefix(err, "address 0x%" PRIx64 " of PID %d", addr, pid);
	}
	*phys = page.pfn << shift | (addr & ((1ULL << shift) - 1));
	return 0;
}
