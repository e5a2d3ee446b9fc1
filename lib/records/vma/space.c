// SPDX-License-Identifier: GPL-2.0-or-later
/* An address space, found once for all that is shown of it. */
#include <inttypes.h>
#include <string.h>

#include "kernel/member.h"
#include "mm/mem.h"
#include "mm/processes/stray_vmas.h"
#include "mm/processes/user_entry.h"
#include "records/vma/vma.h"

#define FINDINGS_MAX 1000
#define STRAYS_MAX   8 /* searches through all slabs, each of which takes as long as slabx */

struct reader {
	struct mmx_vma_space *s;
	struct mmx_rows *r;
	bool nomem;
};

static void find(struct reader *rd, uint64_t address, const struct mmx_err *why)
{
	struct mmx_vma_finding finding = {.address = address, .why = *why};

	mmx_cover_failf(&mmx_vmax_of(rd->r)->findings, MMX_ECORRUPT, "0x%" PRIx64 ": %s", address,
			why->text);
	if (rd->s->findings.n < FINDINGS_MAX)
		rd->nomem |= !mmx_array_add(&rd->s->findings, finding);
}

/* Where the kernel never puts one, whatever the tree says. */
static int check_range(const struct mmx_vma *vma, unsigned int page_shift, struct mmx_err *err)
{
	if (vma->start < vma->end && !((vma->start | vma->end) & ((1ULL << page_shift) - 1)))
		return 0;
	return mmx_fail(err, MMX_ECORRUPT,
			"the VMA is for 0x%" PRIx64 "-0x%" PRIx64 ", which are no pages",
			vma->start, vma->end);
}

static void add(struct reader *rd, const struct mmx_vma *vma)
{
	struct mmx_vma_space *s = rd->s;
	struct mmx_vma_row row = {.vma = *vma};

	mmx_vma_pages_count(&row.pages, rd->r->view, vma);
	mmx_cover_inherit(rd->r->coverage, &row.pages.coverage);
	s->sum.all += row.pages.all;
	s->sum.present += row.pages.present;
	s->sum.swapped += row.pages.swapped;
	rd->nomem |= !mmx_array_add(&s->rows, row);
}

/* What stands in the tree: one of its own, or a finding. */
static void take(struct reader *rd, const struct mmx_maple_row *entry)
{
	struct mmx_view *view = rd->r->view;
	struct mmx_vma vma;
	struct mmx_err err;

	if (mmx_vma_read(&vma, view, entry->word, &err)) {
		mmx_fail_prefix(&err, "mm 0x%" PRIx64, rd->s->of.mm);
		mmx_cover_fail(rd->r->coverage, &err);
	} else if (mmx_vma_check(&vma, rd->s->of.mm, entry->first, entry->last, &err) ||
		   check_range(&vma, view->kernel->arch->page_shift, &err)) {
		find(rd, entry->word, &err);
	} else {
		add(rd, &vma);
	}
}

/* Those that the mm counts and the tree has lost, where that can be said. */
static void find_strays(struct reader *rd)
{
	struct mmx_vmax *asked = mmx_vmax_of(rd->r);
	struct mmx_stray_vmas strays;
	struct mmx_err err;

	if (asked->strays++ >= STRAYS_MAX)
		return;
	if (mmx_stray_vmas_find(&strays, rd->r->view, rd->s->of.mm, &err)) {
		mmx_cover_fail(rd->r->coverage, &err);
		return;
	}
	for (size_t i = 0; i < strays.n; i++) {
		mmx_fail(&err, MMX_ECORRUPT,
			 "the VMA for 0x%" PRIx64 "-0x%" PRIx64
			 " is of this mm, and its maple tree does not have it",
			 strays.v[i].start, strays.v[i].end);
		find(rd, strays.v[i].addr, &err);
	}
	mmx_stray_vmas_free(&strays);
}

/* One that nobody uses any more has given its mappings up without counting. */
static void check_count(struct reader *rd)
{
	struct mmx_vma_space *s = rd->s;
	struct mmx_err err;

	if (!s->counted || s->tree.entries == s->map_count || !mmx_cover_whole(&s->tree.coverage) ||
	    (!s->of.mm_users && !s->tree.entries))
		return;
	mmx_fail(&err, MMX_ECORRUPT, "its maple tree has %" PRIu64 " VMAs, and it counts %" PRIu64,
		 s->tree.entries, s->map_count);
	find(rd, s->of.mm, &err);
	find_strays(rd);
}

/* Every page of a mapping counts there from the beginning. */
static void check_total(struct reader *rd)
{
	struct mmx_vma_space *s = rd->s;
	struct mmx_err err;
	uint64_t total;

	if (s->findings.n || !mmx_cover_whole(&s->tree.coverage) || s->rows.n != s->tree.entries ||
	    !s->of.mm_users ||
	    mmx_kread_member(rd->r->view, s->of.mm, M_mm_struct_total_vm, &total) ||
	    total == s->sum.all)
		return;
	mmx_fail(&err, MMX_ECORRUPT,
		 "its mappings have %" PRIu64 " pages, and it counts %" PRIu64 " (total_vm)",
		 s->sum.all, total);
	find(rd, s->of.mm, &err);
}

/* Page tables hold nothing where no mapping is: what is left there nobody will give back. */
static void check_gap(struct reader *rd, uint64_t first, uint64_t last)
{
	struct mmx_user_entries e;
	struct mmx_pte pte;
	struct mmx_err err;
	bool any = false;

	if (mmx_user_entries_begin(&e, rd->r->view, rd->s->of.mm, first, last, MMX_PT_RUNS, &err)) {
		mmx_cover_fail(rd->r->coverage, &err);
		return;
	}
	while (mmx_user_entries_next(&e)) {
		if (any || e.entry.kind == MMX_USER_NONE || e.entry.kind == MMX_USER_UNREADABLE ||
		    e.entry.kind == MMX_USER_BROKEN)
			continue;
		any = true;
		pte = e.entry.pte;
	}
	mmx_cover_inherit(rd->r->coverage, &e.pt.coverage);
	if (!any)
		return;
	mmx_fail(&err, MMX_ECORRUPT,
		 "the page tables have an entry for 0x%" PRIx64 ", 0x%" PRIx64
		 ", and no mapping is there",
		 pte.start, pte.raw);
	find(rd, pte.at, &err);
}

static void check_gaps(struct reader *rd)
{
	const struct mmx_vma_space *s = rd->s;
	uint64_t end = 1ULL << (rd->r->view->kernel->paging.levels * 9 + 11), at = 0;

	if (!mmx_cover_whole(&s->tree.coverage) || s->rows.n != s->tree.entries ||
	    !s->of.mm_users || s->of.name)
		return;
	for (size_t i = 0; i < s->rows.n; i++) {
		const struct mmx_vma *vma = &s->rows.v[i].vma;

		if (vma->start > at && vma->start < end)
			check_gap(rd, at, vma->start - 1);
		at = vma->end;
	}
	if (at < end)
		check_gap(rd, at, end - 1);
}

/* Threads that run may be in the middle of what is counted at its end. */
static bool runs(struct mmx_view *view, uint64_t mm)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	uint64_t on_cpu;

	for (size_t i = 0; i < tasks->n; i++) {
		if (tasks->v[i].mm == mm && !tasks->v[i].kernel &&
		    (mmx_kread_member(view, tasks->v[i].addr, M_task_struct_on_cpu, &on_cpu) ||
		     on_cpu))
			return true;
	}
	return false;
}

/* One that is torn down stops counting before its page tables are empty. */
static void check_resident(struct reader *rd)
{
	struct mmx_vma_space *s = rd->s;
	struct mmx_vma_resident *resident = &s->resident;
	const struct {
		const char *what;
		uint64_t entries, counted;
	} kinds[] = {
		{"pages of files", resident->entries.file, resident->rss.file},
		{"anonymous pages", resident->entries.anon, resident->rss.anon},
		{"pages of shared memory", resident->entries.shmem, resident->rss.shmem},
		{"pages in swap", resident->entries.swap, resident->rss.swap},
	};
	struct mmx_err err;

	if (resident->why.code || !mmx_cover_whole(&resident->coverage) || !s->of.mm_users ||
	    runs(rd->r->view, s->of.mm))
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (kinds[i].entries == kinds[i].counted)
			continue;
		mmx_fail(&err, MMX_ECORRUPT,
			 "its page tables have %" PRIu64 " %s, and it counts %" PRIu64
			 " (rss_stat)",
			 kinds[i].entries, kinds[i].what, kinds[i].counted);
		find(rd, s->of.mm, &err);
	}
}

static int read_resident(struct reader *rd, struct mmx_err *err)
{
	struct mmx_vma_space *s = rd->s;
	struct mmx_vma_resident *resident = &s->resident;
	struct mmx_view *view = rd->r->view;

	resident->asked = mmx_vmax_of(rd->r)->counters && !s->of.name;
	if (!resident->asked)
		return 0;
	resident->entries = (struct mmx_process_memory){.mm = s->of.mm, .task = s->of.task};
	if (mmx_process_memory_count(&resident->entries, view, &resident->coverage, err))
		return -1;
	mmx_cover_inherit(rd->r->coverage, &resident->coverage);
	if (mmx_rss_read(&resident->rss, view, s->of.mm, NULL, &resident->why))
		mmx_cover_fail(rd->r->coverage, &resident->why);
	check_resident(rd);
	return 0;
}

static void take_tree_findings(struct reader *rd)
{
	const struct mmx_maple_tree *t = &rd->s->tree;

	for (size_t i = 0; i < t->findings.n; i++) {
		struct mmx_err err = t->findings.v[i].why;

		mmx_fail_prefix(&err, "the node of the maple tree");
		find(rd, t->findings.v[i].node, &err);
	}
	if (t->coverage.broken)
		find(rd, rd->s->of.mm, &t->coverage.first);
	else
		mmx_cover_inherit(rd->r->coverage, &t->coverage);
}

int mmx_vma_space_read(struct mmx_vma_space *s, struct mmx_rows *r, struct mmx_err *err)
{
	static const enum mmx_layout_member need[] = {M_mm_struct_mm_mt, M_mm_struct_map_count};
	const struct mmx_layout *l = &r->view->kernel->layout;
	struct reader rd = {.s = s, .r = r};

	if (!s->of.mm)
		return 0;
	if (mmx_layout_require(l, need, 2, err) ||
	    mmx_maple_tree_read(&s->tree, r->view, s->of.mm + mmx_off(l, M_mm_struct_mm_mt), err))
		return -1;
	s->counted = !mmx_kread_member(r->view, s->of.mm, M_mm_struct_map_count, &s->map_count);
	for (size_t i = 0; i < s->tree.n && !rd.nomem; i++) {
		if (!s->tree.v[i].node && mmx_maple_is_entry(s->tree.v[i].word))
			take(&rd, &s->tree.v[i]);
	}
	take_tree_findings(&rd);
	check_count(&rd);
	check_total(&rd);
	check_gaps(&rd);
	if (read_resident(&rd, err))
		return -1;
	return rd.nomem ? mmx_fail_nomem(err) : 0;
}

void mmx_vma_space_free(struct mmx_vma_space *s)
{
	mmx_array_free(&s->rows);
	mmx_array_free(&s->findings);
	mmx_maple_tree_free(&s->tree);
}
