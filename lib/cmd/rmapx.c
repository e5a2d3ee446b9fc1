// SPDX-License-Identifier: GPL-2.0-or-later
/* rmapx: who maps this page. */
#include <inttypes.h>

#include "cmd/asked.h"
#include "records/rmap.h"

/* struct rmapx - a run of rmapx; @survey: of the frames [@from, @to], when one was needed */
struct rmapx {
	struct mmx_rmap_pages pages;
	struct mmx_asked asked;
	struct mmx_survey survey;
	bool surveyed;
	uint64_t from, to;
};

static bool next_page(struct mmx_rmap_pages *pages)
{
	struct rmapx *x = (struct rmapx *)pages;

	return mmx_asked_next(&x->asked);
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
	x->from = x->asked.what.what.first;
	x->to = x->asked.what.what.last;
	return survey(x, err) ? NULL : &x->survey;
}

static const struct mmx_field fields[] = {
	{"pages", MMX_LIST, "those that were asked for", .may = MMX_OR_NONE,
	 .record = &mmx_record_rmap_pages},
	{0},
};

static const struct mmx_record document = {
	.name = "rmap",
	.doc = "who maps pages; the exit status is 1 where that does not come to the kernel's count, or the "
	       "dump contradicts itself, and 3 where something that tells of it is not in the dump",
	.version = 1,
	.fields = fields,
};

static enum mmx_exit rmapx(struct mmx_run *run)
{
	struct rmapx x = {
		.pages = {.next = next_page,
			  .chains = run->option['v'],
			  .arithmetic = run->option['e'],
			  .source = {survey_of, &x}},
	};
	enum mmx_exit status;

	mmx_asked_begin(&x.asked, run, &x.pages.walk);
	status = mmx_run_show(run, &x.pages, NULL);
	mmx_asked_end(&x.asked);
	if (x.surveyed)
		mmx_survey_free(&x.survey);
	if (x.pages.disagreements)
		status = mmx_worse(status, MMX_EXIT_FINDINGS);
	return mmx_worse(status, x.asked.status);
}

static const struct mmx_option options[] = {
	MMX_ASKED_OPTIONS,
	{'e', "explain", NULL, "show how each address follows"},
	{'v', "verbose", NULL, "show what led to each: address space, VMA, anon_vma_chain"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES};

const struct mmx_command mmx_cmd_rmapx = {
	.name = "rmapx",
	.summary = "who maps a page",
	.operands = "WHAT...",
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
		"Example: rmapx -e -u 3001 795df382d000",
	.options = options,
	.document = &document,
	.symbols = true,
	.min_operands = 1,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = rmapx,
};
