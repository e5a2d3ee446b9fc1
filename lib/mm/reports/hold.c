// SPDX-License-Identifier: GPL-2.0-or-later
/* A report against the dump: what has become of the frame, the process, the address space that it names. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/pointers.h"
#include "mm/frames/class.h"
#include "mm/frames/mapcount.h"
#include "mm/frames/page_walk.h"
#include "mm/mem.h"
#include "mm/processes/task.h"
#include "mm/reports/explain.h"

/* Flags of the page as the kernel prints them, then and now; fields above them do not matter. */
static void hold_flags(struct mmx_told *t, const struct mmx_report *r,
		       const struct mmx_page_walk *w)
{
	const struct mmx_flags *f = &mmx_mem(w->view->kernel)->flags;
	uint64_t then, now = mmx_word(w->bytes, mmx_walk_format(w)->flags);
	uint64_t named = f->named < 64 ? (1ULL << f->named) - 1 : ~0ULL;

	if (!r->n_raw || !f->named)
		return;
	then = r->raw[0];
	if ((then & named) == (now & named))
		mmx_told_note(t, MMX_NOTE_DUMP, "its flags are as they were then: 0x%" PRIx64,
			      now & named);
	else
		mmx_told_note(t, MMX_NOTE_DUMP,
			      "its flags are 0x%" PRIx64 " now, 0x%" PRIx64 " then", now & named,
			      then & named);
}

static void hold_page(struct mmx_told *t, const struct mmx_report *r, struct mmx_page_walk *w,
		      uint64_t pfn)
{
	struct mmx_classifier c;
	struct mmx_verdict verdict;
	const struct mmx_page_format *f = mmx_walk_format(w);
	int64_t mapcount;
	char mapped[32] = "not known";

	if (!mmx_page_walk_look(w, pfn)) {
		mmx_told_note(t, MMX_NOTE_DUMP, "frame 0x%" PRIx64 " has no struct page", pfn);
		return;
	}
	if (w->read) {
		mmx_told_note(t, MMX_NOTE_DUMP, "the struct page of frame 0x%" PRIx64 " is %s", pfn,
			      mmx_read_name(w->read));
		return;
	}
	mmx_classifier_find(&c, w->view, true);
	verdict = mmx_classify_fully(&c, w);
	if (!mmx_page_mapcount(w, &mapcount))
		snprintf(mapped, sizeof(mapped), "%" PRId64, mapcount);
	mmx_told_note(
		t, MMX_NOTE_DUMP,
		"frame 0x%" PRIx64 " is now of class %s (%s), _refcount %d, mapcount %s%s", pfn,
		mmx_class_name(verdict.class), verdict.why, mmx_int(w->bytes, f->refcount), mapped,
		mmx_bit(mmx_word(w->bytes, f->flags), f->hwpoison) ? ", marked as poisoned" : "");
	hold_flags(t, r, w);
	if (r->kind == MMX_TOLD_BAD_PAGE && verdict.class == CLASS_UNATTRIBUTED)
		mmx_told_note(
			t, MMX_NOTE_DUMP,
			"the kernel never gives out again what it found bad: the frame is nobody's since");
}

static void hold_frame(struct mmx_told *t, const struct mmx_report *r, struct mmx_view *view)
{
	struct mmx_page_walk w;
	struct mmx_err err;
	uint64_t pfn;

	if (!mmx_report_hex(r, "pfn", &pfn))
		return;
	if (mmx_fact_require(&view->kernel->facts, FACT_PAGES, &err) ||
	    mmx_page_walk_begin(&w, view, pfn, pfn + 1, &err)) {
		mmx_told_note(t, MMX_NOTE_DUMP, "frame 0x%" PRIx64 ": %s", pfn, err.text);
		return;
	}
	hold_page(t, r, &w, pfn);
	mmx_page_walk_end(&w);
}

/* A number is used again, so the name has to be the same. */
static void hold_task(struct mmx_told *t, const struct mmx_tasks *tasks, const struct mmx_report *r,
		      const char *number, const char *name)
{
	const char *comm = mmx_report_text(r, name);
	const struct mmx_task *task;
	int64_t pid;

	if (!mmx_report_number(r, number, &pid) || pid <= 0 || pid > INT32_MAX || !comm)
		return;
	task = mmx_task_find(tasks, (int32_t)pid);
	if (!task)
		mmx_told_note(t, MMX_NOTE_DUMP, "%s (PID %" PRId64 ") is gone%s", comm, pid,
			      mmx_cover_whole(&tasks->coverage) ? ""
								: ", as far as tasks are known");
	else if (strncmp(task->comm, comm, strlen(task->comm)))
		mmx_told_note(t, MMX_NOTE_DUMP,
			      "%s (PID %" PRId64 ") is gone, and that PID %s's now", comm, pid,
			      task->comm);
	else
		mmx_told_note(t, MMX_NOTE_DUMP, "%s (PID %" PRId64 ") is still there%s", comm, pid,
			      task->mm ? "" : ", without an address space");
}

/* What the entry at the report's address is by now. */
static void hold_entry(struct mmx_told *t, const struct mmx_tasks *tasks,
		       const struct mmx_report *r, struct mmx_view *view)
{
	const struct mmx_task *task;
	struct mmx_user_entry e;
	struct mmx_err err;
	uint64_t addr, pte;
	int64_t pid;

	if (!mmx_report_hex(r, "addr", &addr) || !mmx_report_number(r, "pid", &pid) ||
	    !mmx_report_hex(r, "pte", &pte) || pid <= 0 || pid > INT32_MAX)
		return;
	task = mmx_task_find(tasks, (int32_t)pid);
	if (!task || !mmx_task_mm(tasks, task) ||
	    mmx_user_lookup(&e, view, mmx_task_mm(tasks, task), addr, &err))
		return;
	mmx_told_note(t, MMX_NOTE_DUMP, "the entry of 0x%" PRIx64 " is now 0x%" PRIx64 "%s: %s",
		      addr, e.pte.raw, e.pte.raw == pte ? ", as it was then" : "",
		      mmx_user_words(e.kind));
}

/* %p hashes whatever kptr_restrict says, so all address spaces are hashed to find the one. */
static void hold_mm(struct mmx_told *t, const struct mmx_tasks *tasks, const struct mmx_report *r,
		    struct mmx_view *view)
{
	const char *mm = mmx_report_text(r, "mm");
	struct mmx_pointers p;
	struct mmx_err err;

	if (!mm || mmx_pointers_hashing(&p, view, &err))
		return;
	for (size_t i = 0; i < tasks->n; i++) {
		char text[MMX_POINTER_TEXT];

		if (!tasks->v[i].mm)
			continue;
		mmx_pointer_text(&p, tasks->v[i].mm, text);
		if (strcmp(text, mm))
			continue;
		mmx_told_note(t, MMX_NOTE_DUMP,
			      "mm %s stands for 0x%" PRIx64
			      ", which %s (PID %d) has now: it was freed and "
			      "is used again",
			      mm, tasks->v[i].mm, tasks->v[i].comm, tasks->v[i].pid);
		return;
	}
	mmx_told_note(t, MMX_NOTE_DUMP, "no task's address space hashes to mm %s: it is gone", mm);
}

/*
 * Whether a text is of this boot: hashes are made with a secret of the boot's, so one that comes out the same
 * proves it, and one that does not the contrary.
 */

enum boot { NOT_KNOWN, THIS_BOOT, ANOTHER_BOOT };

static enum boot compare_hash(const struct mmx_pointers *p, uint64_t pointer, const char *printed)
{
	char text[MMX_POINTER_TEXT];

	mmx_pointer_text(p, pointer, text);
	return strcmp(text, printed) ? ANOTHER_BOOT : THIS_BOOT;
}

/* The raw words have the pointer as it is: of a file's page, since others are printed as 0. */
static bool raw_mapping(const struct mmx_report *r, uint64_t *mapping)
{
	*mapping = r->n_head > 3 ? r->head[3] : r->n_raw > 3 ? r->raw[3] : 0;
	return *mapping && !(*mapping & 3) && *mapping >> 56 == 0xff;
}

static enum boot boot_of(const struct mmx_report *r, struct mmx_view *view)
{
	const char *page = mmx_report_text(r, "page"), *mapping = mmx_report_text(r, "mapping");
	const struct mmx_vmemmap *v = &mmx_mem(view->kernel)->vmemmap;
	struct mmx_pointers p;
	struct mmx_err err;
	uint64_t pfn, word;

	if (mmx_pointers_hashing(&p, view, &err) || p.as != MMX_POINTERS_HASHED)
		return NOT_KNOWN;
	if (page && mmx_report_hex(r, "pfn", &pfn) &&
	    mmx_fact_usable(&view->kernel->facts, FACT_VMEMMAP))
		return compare_hash(&p, mmx_page_addr(v, pfn), page);
	if (mapping && strspn(mapping, "0") < strlen(mapping) && raw_mapping(r, &word))
		return compare_hash(&p, word, mapping);
	return NOT_KNOWN;
}

void mmx_report_hold(struct mmx_told *t, const struct mmx_report *r, struct mmx_view *view,
		     bool own)
{
	const struct mmx_tasks *tasks = mmx_know_tasks(view);
	const char *killed = mmx_report_text(r, "killed_pid"), *pid = mmx_report_text(r, "pid");
	enum boot boot = own ? THIS_BOOT : boot_of(r, view);
	size_t before = t->notes.n;

	if (boot == ANOTHER_BOOT) {
		mmx_told_note(
			t, MMX_NOTE_DUMP,
			"not looked at: the text is of another boot, in which pointers were hashed with "
			"another secret");
		return;
	}
	hold_frame(t, r, view);
	hold_entry(t, tasks, r, view);
	hold_task(t, tasks, r, "killed_pid", "killed");
	if (!killed || !pid || strcmp(killed, pid))
		hold_task(t, tasks, r, "pid", "task");
	hold_task(t, tasks, r, "signalled", "comm");
	hold_mm(t, tasks, r, view);
	if (!own && t->notes.n > before)
		mmx_told_note(
			t, MMX_NOTE_DUMP,
			"that is so if the text is of this dump's boot, which nothing proves");
}
