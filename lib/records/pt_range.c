// SPDX-License-Identifier: GPL-2.0-or-later
/* A range of addresses in page tables: as runs of what is alike, and counted. */
#include <inttypes.h>
#include <stdio.h>

#include "mm/mem.h"
#include "mm/owners/page_table.h"
#include "mm/processes/entry_names.h"
#include "mm/processes/pt_summary.h"
#include "mm/processes/vma.h"
#include "mm/processes/vma_name.h"
#include "records/ptx.h"
#include "records/vma/vma.h"

static unsigned int page_shift(const struct mmx_rows *r)
{
	return r->view->kernel->arch->page_shift;
}

/*
 * Runs.
 */

/*
 * A run, and what ended it; both are entries whose pte.last is the run's end. What is empty in a process is cut where
 * its VMAs begin and end: @vma is the one that the run is in, when @in_vma; all of the gap ends at @gap_last.
 */
struct runs {
	struct mmx_pt pt;
	const struct mmx_entry_rules *rules;
	struct mmx_user_entry run, ahead;
	bool has_ahead;
	struct mmx_vmas vmas;
	struct mmx_vma vma;
	bool has_vmas, has_vma, in_vma;
	uint64_t gap_last;
};

static bool has_runs(struct mmx_rows *r)
{
	return mmx_ptx_of(r)->ranged && !mmx_ptx_of(r)->summed;
}

static int open_runs(struct mmx_rows *r, struct mmx_err *err)
{
	const struct mmx_ptx *p = mmx_ptx_of(r);
	const struct mmx_kernel *k = r->view->kernel;
	struct runs *runs = r->state;

	(void)err;
	runs->rules = mmx_know_entry_rules(r->view);
	mmx_cover_inherit(r->coverage, &runs->rules->coverage);
	mmx_pt_begin(&runs->pt, r->view->reader, k->arch, &k->paging, p->space.root, p->first,
		     p->last, MMX_PT_RUNS | MMX_PT_GAPS);
	runs->has_vmas = p->space.mm && mmx_pt_is_user(p->first);
	if (runs->has_vmas) {
		mmx_vmas_begin(&runs->vmas, r->view, p->space.mm);
		runs->has_vma = mmx_vmas_next(&runs->vmas);
	}
	return 0;
}

static bool step(struct mmx_rows *r, struct mmx_user_entry *entry)
{
	struct runs *runs = r->state;

	if (!mmx_pt_next(&runs->pt))
		return false;
	mmx_user_entry(entry, r->view, runs->rules, &runs->pt.pte, runs->pt.pte.start);
	return true;
}

static uint64_t pages_of(const struct mmx_rows *r, const struct mmx_user_entry *run)
{
	return (run->pte.last >> page_shift(r)) - (run->pte.start >> page_shift(r)) + 1;
}

/* Slots of swap that go on; what is mapped is in runs already. */
static bool goes_on(const struct mmx_rows *r, const struct mmx_user_entry *run,
		    const struct mmx_user_entry *next)
{
	return run->kind == MMX_USER_SWAP && next->kind == MMX_USER_SWAP &&
	       next->pte.start == run->pte.last + 1 && next->pte.level == run->pte.level &&
	       next->flags == run->flags && next->type == run->type &&
	       next->offset == run->offset + pages_of(r, run);
}

/* The first VMA that ends behind an address; they are passed in the order of the runs. */
static bool vma_behind(struct runs *runs, uint64_t address)
{
	while (runs->has_vma && runs->vmas.vma.end <= address)
		runs->has_vma = mmx_vmas_next(&runs->vmas);
	return runs->has_vma;
}

/* What is empty is in one VMA, or in none. */
static void cut_gap(struct runs *runs)
{
	struct mmx_pte *pte = &runs->run.pte;
	uint64_t end;

	runs->gap_last = pte->last;
	runs->in_vma = false;
	if (!runs->has_vmas || !vma_behind(runs, pte->start))
		return;
	runs->vma = runs->vmas.vma;
	runs->in_vma = runs->vma.start <= pte->start;
	end = runs->in_vma ? runs->vma.end : runs->vma.start;
	if (end - 1 < pte->last)
		pte->last = end - 1;
}

/* The next run as page tables have it; false behind the last. */
static bool whole_run(struct mmx_rows *r)
{
	struct runs *runs = r->state;

	if (runs->has_ahead)
		runs->run = runs->ahead;
	else if (!step(r, &runs->run))
		return false;
	for (;;) {
		runs->has_ahead = step(r, &runs->ahead);
		if (!runs->has_ahead || !goes_on(r, &runs->run, &runs->ahead))
			return true;
		runs->run.pte.last = runs->ahead.pte.last;
	}
}

static const void *next_run(struct mmx_rows *r)
{
	struct runs *runs = r->state;

	if (r->nth && runs->run.kind == MMX_USER_NONE && runs->run.pte.last < runs->gap_last) {
		runs->run.pte.start = runs->run.pte.last + 1;
		runs->run.pte.last = runs->gap_last;
	} else if (!whole_run(r)) {
		mmx_cover_inherit(r->coverage, &runs->pt.coverage);
		if (runs->has_vmas)
			mmx_cover_inherit(r->coverage, &runs->vmas.coverage);
		return NULL;
	}
	if (runs->run.kind == MMX_USER_NONE)
		cut_gap(runs);
	return &runs->run;
}

static const struct mmx_user_entry *run_of(const struct mmx_rows *r)
{
	return r->row;
}

static bool is_user(const struct mmx_rows *r)
{
	return mmx_pt_is_user(mmx_ptx_of(r)->first);
}

static void pages(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = pages_of(r, run_of(r));
}

static void run_state(struct mmx_rows *r, struct mmx_value *v)
{
	const struct runs *runs = r->state;

	v->word = mmx_pt_state(run_of(r), runs->rules, is_user(r));
}

static void run_size(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = run_of(r)->pte.size;
	if (run_of(r)->kind == MMX_USER_NONE || run_of(r)->pte.level > MMX_PT_LEVELS)
		mmx_value_null(v);
}

static void run_pfn(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = run_of(r)->pfn;
	if (!mmx_user_has_pfn(run_of(r)->kind) ||
	    (!is_user(r) && run_of(r)->pte.kind == MMX_PTE_NONPRESENT))
		mmx_value_null(v);
}

/* What is not there and might come, or cannot. */
static void gap_words(struct mmx_rows *r, struct mmx_value *v)
{
	const struct runs *runs = r->state;
	struct mmx_vma_name name;
	struct mmx_err err;
	char perms[5];

	if (!runs->in_vma) {
		mmx_value_textf(v, mmx_cover_whole(&runs->vmas.coverage)
					   ? "no VMA"
					   : "no VMA that could be found");
		return;
	}
	mmx_vma_perms(&runs->vma, perms);
	if (mmx_vma_name(&name, r->view, &runs->vma, &err))
		snprintf(name.text, sizeof(name.text), "?");
	mmx_value_textf(v, "VMA %s%s%.300s", perms, *name.text ? " " : "", name.text);
}

/* What more there is to tell of an entry: the slot of swap, or what a marker says, before its bits. */
static void run_bits(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_user_entry *run = run_of(r);
	const struct runs *runs = r->state;
	char bits[MMX_ENTRY_NAMES], marker[MMX_ENTRY_NAMES];

	if (run->kind == MMX_USER_UNREADABLE) {
		mmx_value_textf(v, "its table at physical 0x%" PRIx64 " is %s", run->pte.phys,
				mmx_read_name(run->pte.read));
		return;
	}
	if (run->kind == MMX_USER_NONE && runs->has_vmas) {
		gap_words(r, v);
		return;
	}
	mmx_entry_bits(bits, r->view, &run->pte, is_user(r));
	if (!is_user(r) || (run->kind != MMX_USER_SWAP && run->kind != MMX_USER_MARKER)) {
		mmx_value_textf(v, "%s", bits);
		return;
	}
	mmx_marker_words(marker, run->marker);
	if (run->kind == MMX_USER_MARKER)
		mmx_value_textf(v, "%s", marker);
	else
		mmx_value_textf(v, "area %u slot 0x%" PRIx64 " %s", run->type, run->offset, bits);
}

static const struct mmx_field run_fields[] = {
	{"start", MMX_ADDR, "its first address", .width = 16, AT(struct mmx_user_entry, pte.start)},
	{"last", MMX_ADDR, "its last one", .width = 16, AT(struct mmx_user_entry, pte.last)},
	{"pages", MMX_COUNT, "in pages of 4 KiB", .width = 8, .get = pages},
	{"state", MMX_WORD, "what stands there", .width = 10,
	 WORDS(MMX_PT_STATES, mmx_pt_state_word), .get = run_state},
	{"size", MMX_BYTES, "that each entry is for; null of what is empty", .width = 4,
	 .may = MMX_OR_NULL, .get = run_size},
	{"pfn", MMX_PFN, "the first frame; those behind it follow", .width = 8, .may = MMX_OR_NULL,
	 .get = run_pfn},
	{"bits", MMX_TEXT,
	 "those that are set, by name; of swap the first slot, of markers what they say, of what is empty the VMA",
	 .may = MMX_OR_EMPTY, .get = run_bits},
	{0},
};

const struct mmx_record mmx_record_pt_runs = {
	.name = "run",
	.doc = "addresses whose entries are alike and go on from one to the next; of what is empty, in one VMA or none",
	.fields = run_fields,
	.state_size = sizeof(struct runs),
	.has = has_runs,
	.open = open_runs,
	.next = next_run,
};

/*
 * Counted.
 */

static bool has_summary(struct mmx_rows *r)
{
	return mmx_ptx_of(r)->summed;
}

static const struct mmx_pt_summary *summary_of(const struct mmx_rows *r)
{
	return mmx_ptx_of(r)->summary;
}

struct states {
	unsigned int next, state, level;
};

static const void *next_state(struct mmx_rows *r)
{
	const struct mmx_pt_summary *sum = summary_of(r);
	struct states *s = r->state;

	if (!r->nth)
		mmx_cover_inherit(r->coverage, &sum->coverage);
	for (; s->next < MMX_PT_STATES * (MMX_PT_LEVELS + 1); s->next++) {
		s->state = s->next / (MMX_PT_LEVELS + 1);
		s->level = s->next % (MMX_PT_LEVELS + 1);
		if (s->state != MMX_USER_NONE && sum->entries[s->state][s->level]) {
			s->next++;
			return s;
		}
	}
	return NULL;
}

static const struct states *state_of(const struct mmx_rows *r)
{
	return r->row;
}

static uint64_t entries_of(const struct mmx_rows *r)
{
	return summary_of(r)->entries[state_of(r)->state][state_of(r)->level];
}

static void state(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = state_of(r)->state;
}

static uint64_t size_of(const struct mmx_rows *r)
{
	return state_of(r)->level
		       ? 1ULL << mmx_level_shift(r->view->kernel->arch, state_of(r)->level)
		       : 0;
}

static void size(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = size_of(r);
	if (!v->word)
		mmx_value_null(v);
}

static void entries(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = entries_of(r);
}

static void bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = entries_of(r) * size_of(r);
	if (!v->word)
		mmx_value_null(v);
}

static const struct mmx_field state_fields[] = {
	{"state", MMX_WORD, "what stands there", .width = 16,
	 WORDS(MMX_PT_STATES, mmx_pt_state_word), .get = state},
	{"size", MMX_BYTES, "that an entry is for; null where there is no root to have one",
	 .width = 5, .may = MMX_OR_NULL, .get = size},
	{"entries", MMX_COUNT, "how many", .width = 10, .get = entries},
	{"bytes", MMX_BYTES, "that they are for", .width = 9, .may = MMX_OR_NULL, .get = bytes},
	{0},
};

const struct mmx_record mmx_record_pt_states = {
	.name = "state",
	.doc = "entries in one state, of one size",
	.fields = state_fields,
	.state_size = sizeof(struct states),
	.has = has_summary,
	.next = next_state,
};

/* From the root down. */
static const void *next_table(struct mmx_rows *r)
{
	unsigned int levels = r->view->kernel->paging.levels, *level = r->state;

	if (r->nth >= levels)
		return NULL;
	*level = levels - (unsigned int)r->nth;
	return level;
}

static unsigned int level_of(const struct mmx_rows *r)
{
	return *(const unsigned int *)r->row;
}

static void level(struct mmx_rows *r, struct mmx_value *v)
{
	v->text = mmx_pt_level_name(r->view->kernel, level_of(r));
}

static void tables(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = summary_of(r)->tables[level_of(r)];
}

static void table_bytes(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = summary_of(r)->tables[level_of(r)] << page_shift(r);
}

static void again(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = summary_of(r)->again[level_of(r)];
}

static void used(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = summary_of(r)->used[level_of(r)];
}

static void covers(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = 1ULL << mmx_level_shift(r->view->kernel->arch, level_of(r));
}

static const struct mmx_field table_fields[] = {
	{"level", MMX_TEXT, "PGD, P4D, PUD, PMD or PTE", .width = 5, .get = level},
	{"tables", MMX_COUNT, "that addresses of the range go through", .width = 10, .get = tables},
	{"bytes", MMX_BYTES, "that these take", .width = 9, .get = table_bytes},
	{"again", MMX_COUNT,
	 "times that one was met that had been met before: what is in it is counted once",
	 .width = 8, .get = again},
	{"used", MMX_COUNT, "their entries that are not empty, of addresses of the range",
	 .width = 12, .get = used},
	{"covers", MMX_BYTES, "bytes that an entry is for", .width = 9, .get = covers},
	{0},
};

const struct mmx_record mmx_record_pt_tables = {
	.name = "tables",
	.doc = "the tables of a level, each once",
	.fields = table_fields,
	.state_size = sizeof(unsigned int),
	.has = has_summary,
	.next = next_table,
};

/*
 * Slots of the root.
 */

struct slots {
	unsigned int first, last;
};

static bool is_used(const struct mmx_pt_summary *sum, unsigned int slot)
{
	return sum->slots[slot / 64] >> slot % 64 & 1;
}

static const void *next_slots(struct mmx_rows *r)
{
	const struct mmx_pt_summary *sum = summary_of(r);
	struct slots *s = r->state;

	s->first = r->nth ? s->last + 1 : 0;
	while (s->first < MMX_PT_ENTRIES && !is_used(sum, s->first))
		s->first++;
	if (s->first >= MMX_PT_ENTRIES)
		return NULL;
	s->last = s->first;
	while (s->last + 1 < MMX_PT_ENTRIES && is_used(sum, s->last + 1))
		s->last++;
	return s;
}

/* The upper half of the slots is for the top of the address space. */
static uint64_t address_of(const struct mmx_rows *r, unsigned int slot)
{
	const struct mmx_kernel *k = r->view->kernel;
	unsigned int shift = mmx_level_shift(k->arch, k->paging.levels),
		     bits = shift + k->arch->level_bits;
	uint64_t address = (uint64_t)slot << shift;

	return slot < MMX_PT_ENTRIES / 2 ? address : address | ~0ULL << (bits - 1);
}

static void slots_start(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = address_of(r, ((const struct slots *)r->row)->first);
}

static void slots_last(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_kernel *k = r->view->kernel;

	v->word = address_of(r, ((const struct slots *)r->row)->last) +
		  ((1ULL << mmx_level_shift(k->arch, k->paging.levels)) - 1);
}

static const struct mmx_field slot_fields[] = {
	{"first_slot", MMX_COUNT, "the first of entries of the root that lie side by side",
	 .title = "FIRST", .width = 5, AT(struct slots, first)},
	{"last_slot", MMX_COUNT, "the last one", .title = "LAST", .width = 5,
	 AT(struct slots, last)},
	{"start", MMX_ADDR, "the first address that they are for", .width = 16, .get = slots_start},
	{"last", MMX_ADDR, "the last one", .title = "LAST ADDRESS", .width = 16, .get = slots_last},
	{0},
};

const struct mmx_record mmx_record_pt_roots = {
	.name = "slots",
	.doc = "entries of the root that are in use",
	.fields = slot_fields,
	.state_size = sizeof(struct slots),
	.has = has_summary,
	.next = next_slots,
};
