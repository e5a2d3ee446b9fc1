// SPDX-License-Identifier: GPL-2.0-or-later
/* pagex: what is this page. What there is to tell of one stands in records/page/. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/verdict.h"
#include "cmd/what.h"
#include "records/page/page.h"

/*
 * struct pagex - a run of pagex: its operands, the runs of frames that each names, the frames of each
 * @operand: the next one; @walking: there is a run, and pages.walk is within it
 * @asked, @holes, @first_hole: frames of the current operand, and those without a struct page
 * @status: of what is no page's
 */
struct pagex {
	struct mmx_pages pages;
	struct mmx_run *run;
	struct mmx_users users;
	struct mmx_what_options options;
	struct mmx_what_walk what;
	int operand;
	bool in_operand, walking;
	uint64_t asked, holes, first_hole;
	enum mmx_exit status;
};

static const char *operand_of(const struct pagex *p)
{
	return p->run->operand[p->operand - 1];
}

/* A number that is no frame's may have been meant as a physical address. */
static void tell_hole(const struct pagex *p)
{
	const struct mmx_kernel *k = p->run->kernel;
	uint64_t frame = p->first_hole >> k->arch->page_shift;
	char hint[64] = "";

	if (p->what.what.kind == MMX_WHAT_PFN && mmx_ranges_has(&mmx_mem(k)->sparse.pfn, frame, 1))
		snprintf(hint, sizeof(hint), "; with -p it is an address in PFN 0x%" PRIx64, frame);
	mmx_say(p->run, "PFN 0x%" PRIx64 " is in no memory section: it has no struct page%s",
		p->first_hole, hint);
}

/* Holes in a range go into one line, and are no fault of who asked; a range that is all holes is. */
static void tell_holes(struct pagex *p)
{
	if (!p->holes)
		return;
	if (p->asked == 1)
		tell_hole(p);
	else
		mmx_say(p->run,
			"%s: %" PRIu64 " of %" PRIu64
			" frames are in no memory section, the first is 0x%" PRIx64,
			operand_of(p), p->holes, p->asked, p->first_hole);
	p->status = mmx_worse(p->status, p->holes == p->asked ? MMX_EXIT_CANNOT : MMX_EXIT_OK);
}

static void tell_failure(struct pagex *p, const struct mmx_err *err)
{
	mmx_say(p->run, "%s", err->text);
	p->status =
		mmx_worse(p->status, err->code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT);
}

/* Of a user address without a frame: what is to come there. */
static void tell_verdict(const struct pagex *p)
{
	uint64_t address, pid;

	if (p->options.pid && !mmx_number(p->options.pid, NULL, true, &pid) && pid <= INT32_MAX &&
	    !mmx_number(operand_of(p), NULL, p->options.decimal, &address))
		mmx_say_verdict(p->run, (int32_t)pid, address);
}

static void end_operand(struct pagex *p)
{
	struct mmx_what_gaps gaps;
	struct mmx_err err;

	p->in_operand = false;
	if (mmx_what_end(&p->what, &gaps, &err)) {
		tell_failure(p, &err);
	} else if (gaps.pages) {
		mmx_say(p->run, "%s: no frame stands behind %" PRIu64 " pages: %s", operand_of(p),
			gaps.pages, gaps.text);
		p->status = mmx_worse(p->status, mmx_exit_of(&gaps.coverage));
	}
	tell_holes(p);
}

/* Goes to the next operand that names frames. */
static bool next_operand(struct pagex *p)
{
	struct mmx_err err;

	while (p->operand < p->run->n_operands) {
		p->asked = p->holes = 0;
		p->operand++;
		p->in_operand =
			!mmx_what_begin(&p->what, p->run->view, operand_of(p), &p->options, &err);
		if (p->in_operand)
			return true;
		tell_failure(p, &err);
		tell_verdict(p);
	}
	return false;
}

static bool begin_walk(struct pagex *p)
{
	const struct mmx_what *what = &p->what.what;
	struct mmx_err err;

	p->asked += what->last - what->first + 1;
	p->walking = !mmx_page_walk_begin(&p->pages.walk, p->run->view, what->first, what->last + 1,
					  &err);
	if (!p->walking)
		tell_failure(p, &err);
	return p->walking;
}

static bool next_run(struct pagex *p)
{
	while (p->in_operand || next_operand(p)) {
		if (mmx_what_next(&p->what))
			return begin_walk(p);
		end_operand(p);
	}
	return false;
}

static void end_walk(struct pagex *p)
{
	if (p->walking)
		mmx_page_walk_end(&p->pages.walk);
	p->walking = false;
}

/* The address that was asked for, where it was one; within a run, that of the page. */
static void take_address(struct pagex *p)
{
	unsigned int shift = p->run->kernel->arch->page_shift;
	const struct mmx_what *what = &p->what.what;
	uint64_t pages = p->pages.walk.pfn - what->first;

	p->pages.has_address = what->kind == MMX_WHAT_KERNEL || what->kind == MMX_WHAT_USER;
	p->pages.asked_address = what->kind == MMX_WHAT_KERNEL && !pages;
	p->pages.address = pages ? (what->addr & ~0ULL << shift) + (pages << shift) : what->addr;
}

static bool next_page(struct mmx_pages *pages)
{
	struct pagex *p = (struct pagex *)pages;
	const struct mmx_page_walk *w = &pages->walk;

	while (p->walking || next_run(p)) {
		while (mmx_page_walk_next(&pages->walk)) {
			if (w->read != MMX_READ_ABSENT) {
				take_address(p);
				return true;
			}
			if (!p->holes)
				p->first_hole = w->pfn;
			p->holes += w->frames;
		}
		end_walk(p);
	}
	return false;
}

static void tell_missing(struct mmx_pages *pages)
{
	const struct pagex *p = (const struct pagex *)pages;
	const struct mmx_page_walk *w = &pages->walk;

	mmx_say(p->run, "PFN 0x%" PRIx64 ": its struct page is %s (frames like it: %" PRIu64 ")",
		w->pfn, mmx_read_name(w->read), w->frames);
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

static enum mmx_exit pagex(struct mmx_run *run)
{
	struct pagex p = {
		.pages = {.next = next_page,
			  .missing = tell_missing,
			  .counted = run->option['c'],
			  .drawn = run->option['v']},
		.run = run,
		.options = {.decimal = run->option['d'],
			    .physical = run->option['p'],
			    .pid = run->option['u'],
			    .users = &p.users},
	};
	enum mmx_exit status;

	if (run->option['u']) {
		p.users.tasks = mmx_know_tasks(run->view);
		p.users.swaps = mmx_know_swaps(run->view);
	}
	status = mmx_run_show(run, &p.pages, NULL);
	end_walk(&p);
	return mmx_worse(status, p.status);
}

static const struct mmx_option options[] = {
	{'p', "physical", NULL, "WHAT are physical addresses"},
	{'u', "user", "PID", "WHAT are user addresses of that process"},
	{'d', "decimal", NULL, "numbers are decimal"},
	{'v', "verbose", NULL,
	 "draw struct page as this kernel has it, with every arm of its unions"},
	{'c', "counts", NULL, "explain the reference count"},
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
		"itself, the exit status is 1.",
	.options = options,
	.document = &document,
	.symbols = true,
	.min_operands = 1,
	.max_operands = -1,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = pagex,
};
