// SPDX-License-Identifier: GPL-2.0-or-later
/* rmapx: who maps this page. */
#include <inttypes.h>

#include "cmd/asked.h"
#include "mm/files/cached.h"
#include "records/picture.h"
#include "records/rmap.h"

/*
 * struct rmapx - a run of rmapx
 * @survey: of the frames [@from, @to], when one was needed; with -a of none in particular
 * @file, @cached: with -f; pages @first_index to @last_index of it, @left of the current folio from @next_pfn on;
 *	@in_memory: how many there were
 * @wrong: with -a, the frames that something is wrong with; @next_wrong: the number of the next one
 */
struct rmapx {
	struct mmx_rmap_pages pages;
	struct mmx_asked asked;
	struct mmx_survey survey;
	bool surveyed;
	uint64_t from, to;
	struct mmx_what_file file;
	struct mmx_cached cached;
	uint64_t first_index, last_index;
	uint64_t next_pfn, left, in_memory;
	struct {
		MMX_ARRAY(uint64_t);
	} wrong;
	size_t next_wrong;
};

/* A frame that no operand names. */
static bool found_by(struct mmx_rmap_pages *pages, const char *source)
{
	mmx_steps_clear(&pages->steps);
	pages->found = mmx_step_given(pages->arithmetic ? &pages->steps : NULL, pages->walk.pfn,
				      "PFN", "%s", source);
	return true;
}

static bool next_page(struct mmx_rmap_pages *pages)
{
	struct rmapx *x = (struct rmapx *)pages;

	if (!mmx_asked_next(&x->asked))
		return false;
	mmx_steps_clear(&pages->steps);
	if (pages->arithmetic)
		pages->found = mmx_what_steps(&pages->steps, &x->asked.what, pages->walk.pfn);
	return true;
}

static void progress(void *arg, int percent)
{
	const struct mmx_run *run = arg;

	run->messages->progress(run->messages->arg, percent);
}

static int survey(struct rmapx *x, struct mmx_err *err)
{
	struct mmx_run *run = x->asked.run;
	const struct mmx_survey_ask ask = {
		.first = x->from,
		.last = x->to,
		.progress = run->messages->progress ? progress : NULL,
		.progress_arg = run,
	};

	if (x->surveyed)
		mmx_survey_free(&x->survey);
	x->surveyed = !mmx_survey_find(&x->survey, run->view, &ask, err);
	return x->surveyed ? 0 : -1;
}

/* All page tables are walked once for all frames of an operand. */
static const struct mmx_survey *survey_of(void *arg, const struct mmx_rmap_page *page,
					  struct mmx_err *err)
{
	struct rmapx *x = arg;

	if (x->surveyed && page->pfn >= x->from && page->pfn <= x->to)
		return &x->survey;
	x->from = x->asked.run->option['f'] ? 0 : x->asked.what.what.first;
	x->to = x->asked.run->option['f'] ? UINT64_MAX : x->asked.what.what.last;
	return survey(x, err) ? NULL : &x->survey;
}

/*
 * Pages of a file.
 */

/* What of a folio has the indexes that are asked for. */
static bool take_folio(struct rmapx *x)
{
	uint64_t first, last, begin;

	if (x->cached.kind != MMX_CACHED_FOLIO)
		return false;
	mmx_cached_span(&x->cached, &first, &last);
	begin = first;
	if (first < x->first_index)
		first = x->first_index;
	if (last > x->last_index)
		last = x->last_index;
	x->next_pfn = x->cached.head + (first - begin);
	x->left = first <= last ? last - first + 1 : 0;
	return x->left;
}

static bool next_of_file(struct mmx_rmap_pages *pages)
{
	struct rmapx *x = (struct rmapx *)pages;

	while (x->left || mmx_cached_next(&x->cached)) {
		if (!x->left && !take_folio(x))
			continue;
		x->left--;
		if (mmx_page_walk_look(&pages->walk, x->next_pfn++)) {
			x->in_memory++;
			return found_by(pages, "page cache of the file");
		}
	}
	return false;
}

static int begin_file(struct mmx_run *run, struct rmapx *x, struct mmx_err *err)
{
	struct mmx_users users = {.tasks = mmx_know_tasks(run->view)};
	const struct mmx_what_options options = {
		.decimal = run->option['d'], .pid = run->option['u'], .users = &users};
	bool in_huge_pages = mmx_mem(run->kernel)->page_format.index_in_huge_pages;

	x->last_index = UINT64_MAX;
	if (mmx_what_file(&x->file, run->view, run->option['f'], &options, err))
		return -1;
	if (x->file.mapping.kind == MMX_MAPPING_SWAP)
		return mmx_fail(err, MMX_EUSAGE, "that is the swap cache, which is no file's");
	if (run->n_operands > 1)
		return mmx_fail(err, MMX_EUSAGE, "of a file one range of indexes can be asked for");
	if (run->n_operands && mmx_number_range(run->operand[0], run->option['d'], &x->first_index,
						&x->last_index, err))
		return -1;
	mmx_cached_begin(&x->cached, run->view, &x->file.mapping,
			 in_huge_pages ? 0 : x->first_index,
			 in_huge_pages ? UINT64_MAX : x->last_index);
	return mmx_page_walk_begin(&x->pages.walk, run->view, 0, 0, err);
}

static enum mmx_exit show_file(struct mmx_run *run, struct rmapx *x)
{
	enum mmx_exit status;
	struct mmx_err err;

	if (begin_file(run, x, &err)) {
		mmx_say(run, "%s", err.text);
		return err.code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT;
	}
	x->pages.next = next_of_file;
	x->pages.source.survey = survey_of;
	status = mmx_run_show(run, &x->pages, NULL);
	mmx_page_walk_end(&x->pages.walk);
	if (!mmx_cover_whole(&x->cached.coverage))
		mmx_say(run, "its page cache: %s", x->cached.coverage.first.text);
	else if (!x->in_memory)
		mmx_say(run, "none of these pages is in memory; filex tells what stands there");
	return mmx_worse(status, mmx_run_exit(run, &x->cached.coverage));
}

/*
 * All memory.
 */

static const struct mmx_survey *whole_survey(void *arg, const struct mmx_rmap_page *page,
					     struct mmx_err *err)
{
	const struct rmapx *x = arg;

	(void)page;
	(void)err;
	return &x->survey;
}

static bool next_wrong(struct mmx_rmap_pages *pages)
{
	struct rmapx *x = (struct rmapx *)pages;

	while (x->next_wrong < x->wrong.n) {
		if (mmx_page_walk_look(&pages->walk, x->wrong.v[x->next_wrong++]))
			return found_by(pages, "the survey of all memory");
	}
	return false;
}

static int ascending(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Frames whose count is another, and those of entries that no kernel makes. */
static int take_wrong(struct rmapx *x, struct mmx_err *err)
{
	const struct mmx_survey *s = &x->survey;
	size_t n = 0;

	for (size_t i = 0; i < s->pages.n; i++) {
		if (!mmx_array_add(&x->wrong, s->pages.v[i].pfn))
			return mmx_fail_nomem(err);
	}
	for (size_t i = 0; i < s->strays.n && x->wrong.n < 2 * MMX_SURVEY_PAGES; i++) {
		if (mmx_stray_wrong(s->strays.v[i].why) &&
		    !mmx_array_add(&x->wrong, s->strays.v[i].pfn))
			return mmx_fail_nomem(err);
	}
	mmx_array_sort(&x->wrong, ascending);
	for (size_t i = 0; i < x->wrong.n; i++) {
		if (!n || x->wrong.v[n - 1] != x->wrong.v[i])
			x->wrong.v[n++] = x->wrong.v[i];
	}
	x->wrong.n = n;
	return 0;
}

enum { PAGES, ALL };

#define OF(variant) (1u << (variant))

static const char *const variants[] = {"pages", "all", NULL};

static unsigned int variant(struct mmx_rows *r)
{
	return mmx_rmap_pages_of(r)->survey ? ALL : PAGES;
}

static void mapped_pages(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_rmap_pages_of(r)->survey->frames;
}

static void mappings(struct mmx_rows *r, struct mmx_value *v)
{
	v->word = mmx_rmap_pages_of(r)->survey->entries;
}

static void all_trouble(struct mmx_rows *r, struct mmx_value *v)
{
	const struct mmx_survey *survey = mmx_rmap_pages_of(r)->survey;

	v->err = &survey->coverage.first;
	if (mmx_cover_whole(&survey->coverage))
		mmx_value_none(v);
}

static const struct mmx_field fields[] = {
	{"pages", MMX_LIST, "those that were asked for", .of = OF(PAGES),
	 .record = &mmx_record_rmap_pages},
	{"mapped_pages", MMX_COUNT, "pages that entries map, hugetlb's once", .of = OF(ALL),
	 .get = mapped_pages},
	{"mappings", MMX_COUNT, "entries that the kernel counts, all of them", .of = OF(ALL),
	 .get = mappings},
	{"trouble", MMX_TROUBLE, "why not all of it is certain", .of = OF(ALL), .get = all_trouble},
	{"walked", MMX_BLOCK, "what was walked", .of = OF(ALL), .title = "Walked",
	 .may = MMX_OR_NONE, .record = &mmx_record_rmap_walked},
	{"strays", MMX_TABLE, "entries that no tree leads to", .of = OF(ALL),
	 .title = "Entries that no tree leads to", .may = MMX_OR_NONE,
	 .record = &mmx_record_rmap_strays},
	{"findings", MMX_TABLE, "what is wrong with trees", .of = OF(ALL), .title = "Findings",
	 .may = MMX_OR_NONE, .record = &mmx_record_rmap_findings},
	{"disagreements", MMX_LIST,
	 "pages whose count is not what was found, or that have an entry that no kernel makes",
	 .of = OF(ALL), .record = &mmx_record_rmap_pages},
	{0},
};

static const struct mmx_record document = {
	.name = "rmap",
	.doc = "who maps pages, or with -a all memory; the exit status is 1 where that does not come to the "
	       "kernel's count, or the dump contradicts itself, and 3 where something that tells of it is "
	       "not in the dump",
	.version = 1,
	.picture = &mmx_picture_rmap,
	.variants = variants,
	.variant = variant,
	.fields = fields,
};

static uint64_t wrong_strays(const struct mmx_survey *s)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < MMX_STRAY_WHYS; i++)
		n += mmx_stray_wrong(i) ? s->stray[i] : 0;
	return n;
}

/* More than are kept are counted, and said. */
static void tell_more(struct mmx_run *run, const struct mmx_survey *s)
{
	if (s->all_pages > s->pages.n)
		mmx_say(run, "of %" PRIu64 " pages whose count is another %zu are shown",
			s->all_pages, s->pages.n);
	if (s->spaces.findings.all > s->spaces.findings.n)
		mmx_say(run, "of %" PRIu64 " findings %zu are shown", s->spaces.findings.all,
			s->spaces.findings.n);
}

static enum mmx_exit show_all(struct mmx_run *run, struct rmapx *x)
{
	enum mmx_exit status;
	struct mmx_err err;

	run->apart = true;
	x->from = 1; /* no frame in particular */
	if (survey(x, &err) || take_wrong(x, &err) ||
	    mmx_page_walk_begin(&x->pages.walk, run->view, 0, 0, &err)) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	x->pages.survey = &x->survey;
	x->pages.next = next_wrong;
	x->pages.source.survey = whole_survey;
	x->pages.source.always = true;
	status = mmx_run_show(run, &x->pages, NULL);
	mmx_page_walk_end(&x->pages.walk);
	tell_more(run, &x->survey);
	status = mmx_worse(status, mmx_run_exit(run, &x->survey.coverage));
	if (x->survey.spaces.findings.all || wrong_strays(&x->survey))
		status = mmx_worse(status, MMX_EXIT_FINDINGS);
	return status;
}

static enum mmx_exit show_pages(struct mmx_run *run, struct rmapx *x)
{
	enum mmx_exit status;

	x->pages.next = next_page;
	x->pages.source.survey = survey_of;
	status = mmx_run_show(run, &x->pages, NULL);
	mmx_asked_end(&x->asked);
	return mmx_worse(status, x->asked.status);
}

static enum mmx_exit rmapx(struct mmx_run *run)
{
	struct rmapx x = {
		.pages = {.chains = run->option['v'],
			  .arithmetic = run->option['e'],
			  .source.arg = &x},
	};
	enum mmx_exit status;

	mmx_asked_begin(&x.asked, run, &x.pages.walk);
	if (!run->option['f'] && !run->option['a'] == !run->n_operands) {
		mmx_say(run, "pages, a file with -f, or -a for all memory");
		return MMX_EXIT_CANNOT;
	}
	status = run->option['a']   ? show_all(run, &x)
		 : run->option['f'] ? show_file(run, &x)
				    : show_pages(run, &x);
	if (x.surveyed)
		mmx_survey_free(&x.survey);
	mmx_array_free(&x.wrong);
	status = mmx_worse(status, mmx_run_exit(run, &x.pages.disagreements));
	return status;
}

static const struct mmx_option options[] = {
	MMX_ASKED_OPTIONS,
	{'a', "all", NULL, "hold all memory against the trees and the kernel's counts"},
	{'f', "file", "FILE",
	 "the pages of that file which are in memory; WHAT is then a range of indexes"},
	{'e', "explain", NULL, "show how each address follows, and that its entry holds the page"},
	{'v', "verbose", NULL, "show what led to each: address space, VMA, anon_vma_chain"},
	MMX_DOT_OPTION,
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES};

const struct mmx_command mmx_cmd_rmapx = {
	.name = "rmapx",
	.summary = "who maps a page, proven by the page tables",
	.operands = "[WHAT...]",
	.help = "Finds every entry of a user page table that holds a page, reads it, and holds their number\n"
		"against the kernel's own count. WHAT names pages as it does for pagex.\n"
		"\n"
		"A page's mapping leads to the areas that may map it: the tree of its anon_vma, that of its\n"
		"file, or KSM's items. They are searched as the kernel does it; where that does not come to\n"
		"the count, every area of the trees is looked at, and then the page tables of all processes.\n"
		"That is also what is done for pages that no tree leads to: rings and buffers that drivers\n"
		"map, memory mapped as it is, the pages of zeros, and what should not be mapped at all.\n"
		"\n"
		"A row is an entry; one that several processes have, since they share an address space or a\n"
		"table of hugetlb, has a row for each, and is counted once. A process may map a page twice.\n"
		"Not counted, as the kernel does not count them, are entries that wait for a page under\n"
		"migration and those that map memory as it is.\n"
		"\n"
		"With -a every page table and every tree is walked once, and three things must agree of each\n"
		"page: the entries that hold it, the trees, which must lead to each of these, and the kernel's\n"
		"count. What does not is shown with its addresses, as are areas that a tree lacks, or has and\n"
		"no address space does. The exit status is 1 then.\n"
		"\n"
		"Examples: rmapx -e -u 3001 795df382d000; rmapx -f /lib/libc.so.6 2d-30; rmapx -a",
	.example = "rmapx 5000 | tail -n 9",
	.options = options,
	.document = &document,
	.symbols = true,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = rmapx,
};
