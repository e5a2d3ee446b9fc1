// SPDX-License-Identifier: GPL-2.0-or-later
/* Bad page map, Bad rss-counter state, page tables left over, memory errors. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mm/mem.h"
#include "mm/reports/explain.h"

/* An entry of the report: in a line, and what is impossible about it. */
static void explain_entry(struct mmx_told *t, const struct mmx_lexicon *x,
			  const struct mmx_report *r, const char *name, const char *part,
			  unsigned int level)
{
	struct mmx_told entry;
	const char *title;
	char text[24];
	uint64_t raw;

	if (!mmx_report_hex(r, name, &raw))
		return;
	mmx_told_begin(&entry, MMX_TOLD_PTE);
	mmx_tell_entry(&entry, x, level, raw);
	snprintf(text, sizeof(text), "0x%" PRIx64, raw);
	/* The level is the part's name already; with four levels the root is the fourth. */
	title = strstr(entry.title, ": ");
	mmx_told_part(t, part, text, "%s", title ? title + 2 : entry.title);
	for (size_t i = 0; i < entry.notes.n; i++) {
		if (entry.notes.v[i].kind == MMX_NOTE_IMPOSSIBLE)
			mmx_told_note(t, MMX_NOTE_IMPOSSIBLE, "%s: %s", part,
				      entry.notes.v[i].text);
	}
	mmx_told_free(&entry);
}

static const struct {
	const char *name, *part;
	unsigned int level;
} entries[] = {
	{"pgd", "pgd", 4},      {"p4d", "p4d", 4},      {"pud", "pud", 3}, {"pmd", "pmd", 2},
	{"leaf_pud", "pud", 3}, {"leaf_pmd", "pmd", 2}, {"pte", "pte", 1},
};

static void explain_vm_flags(struct mmx_told *t, const struct mmx_report *r,
			     const struct mmx_lexicon *x)
{
	char names[MMX_VM_FLAGS_TEXT], text[24];
	uint64_t flags;

	if (!mmx_report_hex(r, "vm_flags", &flags))
		return;
	snprintf(text, sizeof(text), "0x%" PRIx64, flags);
	names[0] = '\0';
	if (x->vm)
		mmx_vm_flags_names(x->vm, flags, "|", names);
	mmx_told_part(t, "vm_flags", text, "%s", names);
	if (x->vm && flags & (mmx_vm_flag(x->vm, "pfnmap") | mmx_vm_flag(x->vm, "mixedmap")))
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"a mapping of a driver's: entries without a struct page are usual there");
}

/* What made the kernel print it: the page, when one was dumped with it, or the entry itself. */
static void explain_why(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	struct mmx_pte pte = {.level = 1, .size = 4096};
	int64_t mapcount;

	if (mmx_report_number(r, "mapcount", &mapcount)) {
		if (mapcount < 0)
			mmx_told_note(
				t, MMX_NOTE_MEANS,
				"the page's mapcount was 0 already when this entry was unmapped: the "
				"entry was never counted, or another one was unmapped twice");
		return;
	}
	if (!x->kernel || !mmx_report_hex(r, "pte", &pte.raw))
		return;
	x->kernel->arch->decode(&x->kernel->paging, &pte);
	if (pte.kind == MMX_PTE_NONPRESENT)
		mmx_told_note(
			t, MMX_NOTE_IMPOSSIBLE,
			"the entry is not present, and no swap area, slot in use or type of entry is "
			"behind it: it was overwritten, or its slot was freed too early");
	else if (pte.kind == MMX_PTE_LEAF && x->kernel->arch->flags(&pte) & MMX_PTE_SPECIAL)
		mmx_told_note(
			t, MMX_NOTE_IMPOSSIBLE,
			"a special entry, and the mapping is none of a driver's: pages of processes "
			"are not special");
	else
		mmx_told_note(
			t, MMX_NOTE_IMPOSSIBLE,
			"the entry names frame 0x%" PRIx64
			", beyond the last struct page: bits of it were flipped or overwritten",
			pte.phys >> 12);
}

static const struct mmx_field_meaning map_fields[] = {
	{"addr", "address", "of the process"},
	{"anon_vma", "anon_vma", "0: the mapping has no anonymous memory"},
	{"file_mapping", "mapping", "of its file; 0: it has none"},
	{"vm_index", "index", "the page of the file, or of the anonymous mapping"},
	{"file", "file", ""},
	{"fault", "fault", "the function that brings pages"},
	{"mmap", "mmap", "the function that made the mapping"},
	{0},
};

void mmx_explain_map(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	uint64_t word;

	mmx_told_title(t, "an entry of %s's page tables cannot be", mmx_report_text(r, "comm"));
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		if (strcmp(entries[i].name, "p4d") || mmx_report_text(r, "pgd"))
			explain_entry(t, x, r, entries[i].name, entries[i].part, entries[i].level);
	}
	mmx_explain_fields(t, r, map_fields);
	explain_vm_flags(t, r, x);
	if (mmx_report_text(r, "refcount"))
		mmx_explain_page(t, r, x);
	mmx_told_title(t, "an entry of %s's page tables cannot be", mmx_report_text(r, "comm"));
	explain_why(t, r, x);
	if (mmx_report_hex(r, "pmd", &word) && !(word & 0x80) && word & 1 && x->kernel)
		mmx_told_note(t, MMX_NOTE_NEXT,
			      "readx -p 0x%" PRIx64
			      " 0x200: the table around it, for a pattern that was "
			      "written over it",
			      word & x->kernel->arch->frame_mask);
	if (mmx_report_text(r, "pid") && mmx_report_text(r, "addr"))
		mmx_told_note(t, MMX_NOTE_NEXT, "ptx -u %s 0x%s; vmax %s 0x%s",
			      mmx_report_text(r, "pid"), mmx_report_text(r, "addr"),
			      mmx_report_text(r, "pid"), mmx_report_text(r, "addr"));
}

/*
 * Counters of an address space that is freed.
 */

static const struct mmx_field_meaning rss_fields[] = {
	{"mm", "mm", "the address space, hashed by %p"},
	{"comm", "task", "the last one that let go of it"},
	{"pgtables", "page tables", "bytes of page tables that were not freed"},
	{0},
};

void mmx_explain_rss(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	int64_t sum = 0;

	(void)x;
	mmx_told_title(t, r->kind == MMX_TOLD_BAD_RSS
				  ? "an address space was freed whose counters are not 0"
				  : "an address space was freed with page tables left over");
	mmx_explain_fields(t, r, rss_fields);
	for (size_t i = 0; i < r->n_mates; i++) {
		char text[24];

		sum += r->mate[i].value;
		snprintf(text, sizeof(text), "%" PRId64, r->mate[i].value);
		mmx_told_part(t, r->mate[i].what, text, "%s",
			      r->mate[i].value < 0 ? "pages unmapped that were never counted"
						   : "pages counted that were never unmapped");
	}
	if (r->n_mates > 1 && !sum)
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"they come to 0: pages were counted as one kind and given back as another, and "
			"none was lost");
	else if (r->n_mates)
		mmx_told_note(
			t, MMX_NOTE_IMPOSSIBLE, "%+" PRId64 " pages: %s", sum,
			sum > 0 ? "mapped pages were lost with their page tables, or an entry was "
				  "overwritten, and may be leaked now"
				: "more was unmapped than was mapped: entries appeared from nowhere");
	if (mmx_report_text(r, "pgtables"))
		mmx_told_note(
			t, MMX_NOTE_IMPOSSIBLE,
			"page tables were lost: an entry of a table above them was overwritten");
	mmx_told_note(
		t, MMX_NOTE_NEXT,
		"the address space is gone; look for a Bad page map before it, and at unattributed "
		"frames: censusx -u");
}

/*
 * Memory errors.
 */

static const struct mmx_field_meaning error_fields[] = {
	{"pfn", "frame", "PFN, in hex"},
	{"page_kind", "page", "what it was"},
	{"outcome", "outcome",
	 "Recovered: nothing of it is used any more; Ignored, Failed: it still may be"},
	{"event", "event", ""},
	{"soft", "soft offline", ""},
	{"unpoison", "unpoison", "a test took the mark away"},
	{"comm", "killed", "sent SIGBUS"},
	{"signalled", "its PID", ""},
	{"addr", "address", "where a test injected it"},
	{0},
};

void mmx_explain_error(struct mmx_told *t, const struct mmx_report *r, const struct mmx_lexicon *x)
{
	const char *pfn = mmx_report_text(r, "pfn"), *outcome = mmx_report_text(r, "outcome");
	uint64_t number;

	(void)x;
	mmx_told_title(t, "a memory error%s%s%s%s", pfn ? " in frame " : "", pfn ? pfn : "",
		       outcome ? ": " : "", outcome ? outcome : "");
	mmx_explain_fields(t, r, error_fields);
	if (outcome && strncmp(outcome, "Recovered", 9) && strncmp(outcome, "Delayed", 7))
		mmx_told_note(
			t, MMX_NOTE_MEANS,
			"the frame is marked, and whoever uses it goes on using broken memory");
	if (mmx_report_hex(r, "pfn", &number))
		mmx_told_note(t, MMX_NOTE_NEXT, "pagex 0x%" PRIx64 "; rmapx 0x%" PRIx64, number,
			      number);
}
