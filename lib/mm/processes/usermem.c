// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "kernel/member.h"
#include "mm/processes/task.h"
#include "mm/processes/usermem.h"
#include "mm/swap/swap_slot.h"

/* The kernel's half of the address space has the top bit set. */
#define KERNEL_HALF (1ULL << 63)

const char *mmx_user_words(enum mmx_user_kind kind)
{
	static const char *const words[] = {
#define KIND(id, words) [MMX_USER_##id] = words,
		MMX_USER_KINDS(KIND)
#undef KIND
	};

	return words[kind];
}

int mmx_user_begin(struct mmx_pt *pt, struct mmx_view *view, uint64_t mm, uint64_t start,
		   uint64_t last, unsigned int flags, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mm_struct_pgd};
	const struct mmx_kernel *k = view->kernel;
	uint64_t pgd, root;
	enum mmx_read read;

	if (mmx_layout_require(&k->layout, need, 1, err))
		return -1;
	if (start > last || last & KERNEL_HALF)
		return mmx_fail(err, MMX_EUSAGE, "0x%" PRIx64 " is no user address", last);
	read = mmx_kread_member(view, mm, M_mm_struct_pgd, &pgd);
	if (read)
		return mmx_fail(err, mmx_read_code(read), "the mm_struct at 0x%" PRIx64 " is %s",
				mm, mmx_read_name(read));
	read = mmx_kphys(view, pgd, &root);
	if (read)
		return mmx_fail(err, MMX_ECORRUPT,
				"the mm_struct at 0x%" PRIx64 " has its page tables at 0x%" PRIx64
				", which is %s",
				mm, pgd, mmx_read_name(read));
	mmx_pt_begin(pt, view->reader, k->arch, &k->paging, root, start, last, flags);
	return 0;
}

static enum mmx_user_kind kind_of(enum mmx_swap_kind kind)
{
	static const enum mmx_user_kind kinds[] = {
		[MMX_SWAP_AREA] = MMX_USER_SWAP,           [MMX_SWAP_HWPOISON] = MMX_USER_HWPOISON,
		[MMX_SWAP_MIGRATION] = MMX_USER_MIGRATION, [MMX_SWAP_DEVICE] = MMX_USER_DEVICE,
		[MMX_SWAP_MARKER] = MMX_USER_MARKER,       [MMX_SWAP_ERROR] = MMX_USER_SWAP_ERROR,
	};

	return kinds[kind];
}

void mmx_user_entry(struct mmx_user_page *page, const struct mmx_view *view,
		    const struct mmx_swap_types *types, const struct mmx_pte *pte, uint64_t addr)
{
	const struct mmx_arch *arch = view->kernel->arch;

	*page = (struct mmx_user_page){.pte = *pte};
	switch (pte->kind) {
	case MMX_PTE_LEAF:
		page->kind = pte->no_access ? MMX_USER_NO_ACCESS : MMX_USER_MAPPED;
		page->pfn = mmx_pte_phys(pte, addr) >> arch->page_shift;
		break;
	case MMX_PTE_NONPRESENT:
		arch->swap_entry(pte->raw, &page->type, &page->offset);
		/* An entry of a huge page stands for its first one. */
		page->offset += (addr - pte->va) >> arch->page_shift;
		page->kind = kind_of(mmx_swap_kind(types, page->type));
		page->pfn = page->offset & types->pfn_mask;
		break;
	case MMX_PTE_LOOP:
		page->kind = MMX_USER_BROKEN;
		break;
	default:
		page->kind = MMX_USER_UNREADABLE;
	}
}

int mmx_user_page(struct mmx_user_page *page, struct mmx_view *view,
		  const struct mmx_swap_types *types, uint64_t mm, uint64_t addr,
		  struct mmx_err *err)
{
	struct mmx_pt pt;

	if (mmx_user_begin(&pt, view, mm, addr, addr, 0, err))
		return -1;
	if (!mmx_pt_next(&pt))
		*page = (struct mmx_user_page){.kind = MMX_USER_NONE};
	else
		mmx_user_entry(page, view, types, &pt.pte, addr);
	return 0;
}

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

/* An entry that is not present may still name a frame. */
static bool names_frame(enum mmx_user_kind kind)
{
	return kind == MMX_USER_MIGRATION || kind == MMX_USER_DEVICE || kind == MMX_USER_HWPOISON;
}

/* A page that is out: in which area, and where; or why that cannot be. */
static int fail_swapped(struct mmx_view *view, const struct mmx_users *users,
			const struct mmx_user_page *page, struct mmx_err *err)
{
	const char *words = mmx_user_words(page->kind), *path = "";
	struct mmx_swap_slot slot;

	if (users->swaps) {
		if (mmx_swap_slot(&slot, view, users->swaps, page->type, page->offset, err))
			return mmx_fail_prefix(err, "%s, and", words);
		path = mmx_swap_area(users->swaps, page->type)->path.text;
	}
	return mmx_fail(err, MMX_ENOTFOUND, "%s, to area %u at 0x%" PRIx64 "%s%s", words,
			page->type, page->offset, path[0] ? " of " : "", path);
}

static int fail_without_frame(struct mmx_view *view, const struct mmx_users *users,
			      const struct mmx_user_page *page, struct mmx_err *err)
{
	const char *words = mmx_user_words(page->kind);

	if (page->kind == MMX_USER_SWAP)
		return fail_swapped(view, users, page, err);
	if (page->kind == MMX_USER_UNREADABLE)
		return mmx_fail(err, mmx_read_code(page->pte.read), "%s", words);
	if (names_frame(page->kind))
		return mmx_fail(err, MMX_ENOTFOUND, "%s, PFN 0x%" PRIx64, words, page->pfn);
	return mmx_fail(err, MMX_ENOTFOUND, "%s", words);
}

int mmx_user_phys(struct mmx_view *view, const struct mmx_users *users, int32_t pid, uint64_t addr,
		  uint64_t *phys, struct mmx_err *err)
{
	unsigned int shift = view->kernel->arch->page_shift;
	struct mmx_user_page page;
	uint64_t mm;

	if (mmx_user_mm(users, pid, &mm, err))
		return -1;
	if (mmx_user_page(&page, view, &users->types, mm, addr, err))
		return mmx_fail_prefix(err, "PID %d", pid);
	if (!mmx_user_mapped(page.kind)) {
		fail_without_frame(view, users, &page, err);
		return mmx_fail_prefix(err, "address 0x%" PRIx64 " of PID %d", addr, pid);
	}
	*phys = page.pfn << shift | (addr & ((1ULL << shift) - 1));
	return 0;
}
