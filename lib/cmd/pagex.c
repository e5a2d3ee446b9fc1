// SPDX-License-Identifier: GPL-2.0-or-later
/* pagex: what is this page. What there is to tell of one stands in records/page/. */
#include <inttypes.h>

#include "cmd/asked.h"
#include "records/page/page.h"

/* struct pagex - a run of pagex: the pages that are shown, and the operands that name them */
struct pagex {
	struct mmx_pages pages;
	struct mmx_asked asked;
	uint64_t mm; /* whose addresses the operands are, or 0 */
};

/* The address that was asked for, where it was one; within a run, that of the page. */
static void take_address(struct pagex *p)
{
	unsigned int shift = p->asked.run->kernel->arch->page_shift;
	const struct mmx_what *what = &p->asked.what.what;
	uint64_t pages = p->pages.walk.pfn - what->first;

	p->pages.has_address = what->kind == MMX_WHAT_KERNEL || what->kind == MMX_WHAT_USER;
	p->pages.mm = what->kind == MMX_WHAT_USER ? p->mm : 0;
	p->pages.asked_address = what->kind == MMX_WHAT_KERNEL && !pages;
	p->pages.address = pages ? (what->addr & ~0ULL << shift) + (pages << shift) : what->addr;
}

static bool next_page(struct mmx_pages *pages)
{
	struct pagex *p = (struct pagex *)pages;

	if (!mmx_asked_next(&p->asked))
		return false;
	take_address(p);
	if (!pages->explained)
		return true;
	mmx_steps_clear(&pages->steps);
	pages->found = mmx_what_steps(&pages->steps, &p->asked.what, pages->walk.pfn);
	return true;
}

static void tell_missing(struct mmx_pages *pages)
{
	const struct pagex *p = (const struct pagex *)pages;
	const struct mmx_page_walk *w = &pages->walk;

	mmx_say(p->asked.run,
		"PFN 0x%" PRIx64 ": its struct page is %s (frames like it: %" PRIu64 ")", w->pfn,
		mmx_read_name(w->read), w->frames);
}

static const struct mmx_field fields[] = {
	{"pages", MMX_LIST, "those that were asked for", .record = &mmx_record_pages},
	{0},
};

static const struct mmx_record document = {
	.name = "page",
	.doc = "everything about pages; the exit status is 1 where the dump contradicts itself, and 3 where "
	       "something that tells of a page is not in it",
	.version = 1,
	.fields = fields,
};

/* What is no PID, or none with memory, is told of each operand. */
static void take_mm(struct pagex *p, const char *text)
{
	struct mmx_err err;
	uint64_t pid;

	if (text && !mmx_number(text, NULL, true, &pid) && pid <= INT32_MAX &&
	    mmx_user_mm(&p->asked.users, (int32_t)pid, &p->mm, &err))
		p->mm = 0;
}

static enum mmx_exit pagex(struct mmx_run *run)
{
	struct pagex p = {
		.pages = {.next = next_page,
			  .missing = tell_missing,
			  .counted = run->option['c'],
			  .drawn = run->option['v'],
			  .explained = run->option['e']},
	};
	enum mmx_exit status;

	mmx_asked_begin(&p.asked, run, &p.pages.walk);
	take_mm(&p, run->option['u']);
	status = mmx_run_show(run, &p.pages, NULL);
	mmx_asked_end(&p.asked);
	return mmx_worse(status, p.asked.status);
}

static const struct mmx_option options[] = {
	MMX_ASKED_OPTIONS,
	{'v', "verbose", NULL,
	 "draw struct page as this kernel has it, with every arm of its unions"},
	{'c', "counts", NULL, "explain the reference count"},
	{'e', "explain", NULL,
	 "show how all of it follows: each step, with where its constants are from"},
	{0},
};

static const enum mmx_fact_id needs[] = {FACT_VMEMMAP, FACT_FLAGS_ZONE, FACT_PAGES};

const struct mmx_command mmx_cmd_pagex = {
	.name = "pagex",
	.summary = "everything about a page",
	.operands = "WHAT...",
	.help = "Explains pages: flags, place, class and the test that decided it, counts by this kernel's\n"
		"own rules, the folio that the page belongs to, and what its class has to say.\n"
		"\n"
		"WHAT is a PFN, in hex with or without 0x, or a kernel address, which is recognised: of a\n"
		"struct page, or of memory that the kernel maps; or the name of a symbol. A-B is a range of\n"
		"them, the last one included; of addresses, the pages that stand behind them.\n"
		"\n"
		"Of memory of processes and files it tells the LRU list that the page is on, its neighbours\n"
		"there, and the batches of CPUs that it waits in; where the head of the list is more than\n"
		"some thousand pages away, the list that its flags say. Of any page: whether it can be freed,\n"
		"reclaimed and migrated, and the fact that decides that. Not judged are limits of memory\n"
		"cgroups, what a file system would answer, and who used the page lately.\n"
		"\n"
		"The reference count is the folio's. Mappings are counted as this kernel counts them. An\n"
		"operand that names no frame gets a line on standard error and exit status 2, and a user address\n"
		"the VMA that has it, and what a fault there would do (as ptx tells); the holes of a range get\n"
		"one line together. A page whose struct page is not in the dump, or something\n"
		"else that tells of it, gets what is known and exit status 3; where the dump contradicts\n"
		"itself, the exit status is 1.\n"
		"\n"
		"-e tells how it follows, a numbered step a line, in hex and decimal: from what was asked for to\n"
		"the frame, its struct page, its section and zone, the head of its folio, its mapping and counts.\n"
		"A step is a constant with where it is from, what was read, or an operation on steps before it.\n"
		"What must hold is checked, and the exit status is 1 where it does not.",
	.example =
		"pagex -c 152852 | grep -E 'flags:|class:|because|count:|path:|processes|list:|memcg:'",
	.options = options,
	.document = &document,
	.symbols = true,
	.min_operands = 1,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = pagex,
};
