// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "kernel/member.h"
#include "kernel/view_pieces.h"
#include "mm/mem.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/page_walk.h"
#include "mm/ledger/process_memory.h"
#include "mm/owners/page_table.h"
#include "mm/processes/smaps.h"
#include "mm/processes/task.h"
#include "mm/processes/user_entry.h"
#include "mm/processes/vma.h"

#define SHARE_SHIFT 12 /* a share is kept in bytes of 4096ths, as the kernel keeps it */
#define PART        16 /* processes that a thread counts at a time */

/* A walk over one address space after the other. @tables: the space whose page tables were counted before */
struct walk {
	struct mmx_view *view;
	struct mmx_coverage *coverage;
	struct mmx_page_walk pages;
	struct mmx_smaps_walk *smaps;
	size_t tables;
	struct mmx_process_memory *process; /* the current one */
};

static void miss(struct walk *w, uint64_t pfn, enum mmx_read read)
{
	mmx_cover_failf(w->coverage, mmx_read_code(read),
			"the struct page of PFN 0x%" PRIx64 ", which PID %d maps, is %s", pfn,
			w->process->task ? w->process->task->pid : 0, mmx_read_name(read));
}

/* A page that one alone holds is its own. One of several counts to each by how many entries map it. */
static uint64_t share_of(struct walk *w, bool present)
{
	struct mmx_page_walk *p = &w->pages;
	uint64_t page = 1ULL << (w->view->kernel->arch->page_shift + SHARE_SHIFT);
	int64_t mapcount;
	enum mmx_read read;

	if (!present || mmx_int(p->folio.bytes, mmx_walk_format(p)->refcount) == 1)
		return page;
	read = mmx_page_mapcount(p, &mapcount);
	if (read)
		miss(w, p->pfn, read);
	return mapcount >= 2 && !read ? page / (uint64_t)mapcount : page;
}

static void count_page(struct walk *w, uint64_t pfn, bool present)
{
	const struct mmx_page_walk *p = &w->pages;
	const struct mmx_page_format *f = mmx_walk_format(p);
	enum mmx_read read;

	/* Memory of a device, mapped as it is, has no struct page. */
	if (!mmx_pfn_valid(&mmx_mem(w->view->kernel)->sparse, pfn) ||
	    !mmx_page_walk_look(&w->pages, pfn))
		return;
	read = p->read ? p->read : p->folio.read;
	if (read) {
		miss(w, pfn, read);
	} else if (p->folio.hugetlb) {
		w->process->huge++;
	} else {
		if (mmx_folio_anon(p))
			w->process->anon++;
		else if (mmx_bit(p->folio.flags, f->swapbacked))
			w->process->shmem++;
		else
			w->process->file++;
		w->process->pss += share_of(w, present);
	}
}

/* Larger than a table's worth of pages are only those of hugetlb and of devices: the first one tells for all. */
static void count_pages(struct walk *w, uint64_t pfn, uint64_t pages, bool present)
{
	uint64_t each = pages > MMX_PT_ENTRIES ? pages : 1, before = w->process->huge;

	for (uint64_t i = 0; i < pages; i += each) {
		count_page(w, pfn + i, present);
		if (w->process->huge == before)
			continue;
		w->process->huge = before + pages;
		break;
	}
}

static void count_entry(struct walk *w, const struct mmx_user_entries *e)
{
	uint64_t pages = e->entry.pte.size >> w->view->kernel->arch->page_shift;

	if (e->entry.kind == MMX_USER_SWAP)
		w->process->swap += pages;
	else if (mmx_user_resident(e->entry.kind) && !mmx_user_special(&e->entry, e->rules))
		count_pages(w, e->entry.pfn, pages, e->entry.kind != MMX_USER_MIGRATION);
}

/* Both have the processes in one order, so that the next is seldom far. */
static void count_tables(struct walk *w, const struct mmx_pt_owners *owners)
{
	for (size_t i = 0; i < owners->spaces.n; i++) {
		size_t at = (w->tables + i) % owners->spaces.n;
		const struct mmx_pt_space *space = &owners->spaces.v[at];

		if (space->mm != w->process->mm || !space->mm)
			continue;
		for (unsigned int level = 0; level <= MMX_PT_LEVELS; level++)
			w->process->tables += space->tables[level];
		w->tables = at;
		return;
	}
}

static void count_entries(struct walk *w)
{
	struct mmx_user_entries e;
	struct mmx_err err;

	if (mmx_user_entries_begin(&e, w->view, w->process->mm, 0, (1ULL << 63) - 1, 0, &err)) {
		mmx_cover_fail(w->coverage, &err);
		return;
	}
	while (mmx_user_entries_next(&e))
		count_entry(w, &e);
	mmx_cover_inherit(w->coverage, &e.pt.coverage);
}

/* Shared memory in swap has no entries: it is what the page caches of the mapped files have there. */
static void count_shared_swap(struct walk *w)
{
	struct mmx_vmas vmas;

	mmx_vmas_begin(&vmas, w->view, w->process->mm);
	while (mmx_vmas_next(&vmas)) {
		struct mmx_err err;
		uint64_t bytes;

		if (mmx_smaps_shared_swap(w->smaps, &vmas.vma, &bytes, &err))
			mmx_cover_fail(w->coverage, &err);
		w->process->shmem_swap += bytes >> w->view->kernel->arch->page_shift;
	}
	mmx_cover_inherit(w->coverage, &vmas.coverage);
}

static void count_process(struct walk *w)
{
	count_entries(w);
	count_shared_swap(w);
	count_tables(w, mmx_know_pt_owners(w->view));
}

int mmx_process_memory_count(struct mmx_process_memory *process, struct mmx_view *view,
			     struct mmx_coverage *coverage, struct mmx_err *err)
{
	struct walk w = {.view = view, .coverage = coverage, .process = process};

	if (mmx_page_walk_begin(&w.pages, view, 0, 0, err))
		return -1;
	count_entries(&w);
	mmx_page_walk_end(&w.pages);
	return mmx_stopped(view->kernel->image) ? mmx_fail(err, MMX_EIO, "stopped") : 0;
}

static int larger_first(const void *a, const void *b)
{
	const struct mmx_process_memory *x = a, *y = b;
	uint64_t of_x = mmx_process_pss(x) + ((x->swap + x->shmem_swap) << 12),
		 of_y = mmx_process_pss(y) + ((y->swap + y->shmem_swap) << 12);

	if (of_x != of_y)
		return of_x < of_y ? 1 : -1;
	return x->task->pid - y->task->pid;
}

/* Each address space once, with the first process that has it. */
static int list_all(struct mmx_processes_memory *all, const struct mmx_tasks *tasks,
		    struct mmx_err *err)
{
	mmx_cover_inherit(&all->coverage, &tasks->coverage);
	for (size_t i = 0; i < tasks->users.n; i++) {
		const struct mmx_mm_user *user = &tasks->users.v[i];

		if (all->n && all->v[all->n - 1].mm == user->mm)
			all->v[all->n - 1].others++;
		else if (!mmx_array_add(all,
					(struct mmx_process_memory){.mm = user->mm,
								    .task = &tasks->v[user->task]}))
			return mmx_fail_nomem(err);
	}
	return 0;
}

/* What all threads work on; @part: of each PART processes. */
struct count {
	struct mmx_processes_memory *all;
	struct mmx_coverage *part;
};

static int count_part(void *arg, struct mmx_view *view, uint64_t nth, struct mmx_err *err)
{
	const struct count *count = arg;
	const struct mmx_processes_memory *all = count->all;
	struct walk w = {.view = view, .coverage = &count->part[nth], .tables = nth * PART};

	if (mmx_page_walk_begin(&w.pages, view, 0, 0, err))
		return -1;
	w.smaps = mmx_smaps_begin(view, err);
	for (size_t i = nth * PART; w.smaps && i < all->n && i < (nth + 1) * PART; i++) {
		w.process = &all->v[i];
		count_process(&w);
	}
	mmx_page_walk_end(&w.pages);
	if (!w.smaps)
		return -1;
	mmx_smaps_end(w.smaps);
	return 0;
}

static int take_part(void *arg, uint64_t nth, struct mmx_err *err)
{
	const struct count *count = arg;

	(void)err;
	mmx_cover_inherit(&count->all->coverage, &count->part[nth]);
	return 0;
}

static int count_all(struct mmx_processes_memory *all, struct mmx_kernel *kernel,
		     struct mmx_err *err)
{
	struct count count = {.all = all};
	struct mmx_view_pieces pieces = {.kernel = kernel,
					 .n = (all->n + PART - 1) / PART,
					 .arg = &count,
					 .work = count_part,
					 .take = take_part};
	int ret;

	mmx_know_pt_owners(kernel->view); /* before threads wait for each other to find them */
	count.part = calloc(pieces.n + 1, sizeof(*count.part));
	ret = count.part ? mmx_view_pieces_do(&pieces, err) : mmx_fail_nomem(err);
	free(count.part);
	return ret;
}

int mmx_processes_memory_find(struct mmx_processes_memory *all, struct mmx_view *view,
			      struct mmx_err *err)
{
	memset(all, 0, sizeof(*all));
	if (list_all(all, mmx_know_tasks(view), err) || count_all(all, view->kernel, err)) {
		mmx_processes_memory_free(all);
		return -1;
	}
	mmx_array_sort(all, larger_first);
	return 0;
}

void mmx_processes_memory_free(struct mmx_processes_memory *all)
{
	mmx_array_free(all);
}
