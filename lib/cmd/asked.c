// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "cmd/asked.h"
#include "cmd/verdict.h"

static const char *operand_of(const struct mmx_asked *a)
{
	return a->run->operand[a->operand - 1];
}

/* A number that is no frame's may have been meant as a physical address, or have been typed as a decimal one. */
static void tell_hole(const struct mmx_asked *a)
{
	const struct mmx_kernel *k = a->run->kernel;
	const struct mmx_sparse *sparse = &mmx_mem(k)->sparse;
	uint64_t frame = a->first_hole >> k->arch->page_shift, decimal;
	char physical[64] = "", typed[64] = "", last[64] = "";

	if (a->what.what.kind == MMX_WHAT_PFN && mmx_pfn_valid(sparse, frame))
		snprintf(physical, sizeof(physical), "; with -p it is an address in PFN 0x%" PRIx64,
			 frame);
	if (a->what.what.kind == MMX_WHAT_PFN && !a->options.decimal &&
	    !mmx_number(operand_of(a), NULL, true, &decimal) && mmx_pfn_valid(sparse, decimal))
		snprintf(typed, sizeof(typed), "; numbers are hex, with -d it is PFN 0x%" PRIx64,
			 decimal);
	if (!*physical && !*typed && sparse->pfn.n &&
	    a->first_hole >= sparse->pfn.v[sparse->pfn.n - 1].end)
		snprintf(last, sizeof(last), "; the last one that has is 0x%" PRIx64,
			 sparse->pfn.v[sparse->pfn.n - 1].end - 1);
	mmx_say(a->run, "PFN 0x%" PRIx64 " is in no memory section: it has no struct page%s%s%s",
		a->first_hole, physical, typed, last);
}

/* Holes in a range go into one line, and are no fault of who asked; a range that is all holes is. */
static void tell_holes(struct mmx_asked *a)
{
	if (!a->holes)
		return;
	if (a->asked == 1)
		tell_hole(a);
	else
		mmx_say(a->run,
			"%s: %" PRIu64 " of %" PRIu64
			" frames are in no memory section, the first is 0x%" PRIx64,
			operand_of(a), a->holes, a->asked, a->first_hole);
	a->status = mmx_worse(a->status, a->holes == a->asked ? MMX_EXIT_CANNOT : MMX_EXIT_OK);
}

static void tell_failure(struct mmx_asked *a, const struct mmx_err *err)
{
	mmx_say(a->run, "%s", err->text);
	a->status =
		mmx_worse(a->status, err->code == MMX_EABSENT ? MMX_EXIT_PARTIAL : MMX_EXIT_CANNOT);
}

static void end_operand(struct mmx_asked *a)
{
	struct mmx_what_gaps gaps;
	struct mmx_err err;

	a->in_operand = false;
	if (mmx_what_end(&a->what, &gaps, &err)) {
		tell_failure(a, &err);
	} else if (gaps.pages) {
		mmx_say(a->run, "%s: no frame stands behind %" PRIu64 " pages: %s", operand_of(a),
			gaps.pages, gaps.text);
		a->status = mmx_worse(a->status, mmx_run_exit(a->run, &gaps.coverage));
	}
	tell_holes(a);
}

/* Of a user address without a frame: what is to come there. */
static void tell_verdict(const struct mmx_asked *a)
{
	uint64_t address, pid;

	if (a->options.pid && !mmx_number(a->options.pid, NULL, true, &pid) && pid <= INT32_MAX &&
	    !mmx_number(operand_of(a), NULL, a->options.decimal, &address))
		mmx_say_verdict(a->run, (int32_t)pid, address);
}

/* Goes to the next operand that names frames. */
static bool next_operand(struct mmx_asked *a)
{
	struct mmx_err err;

	while (a->operand < a->run->n_operands) {
		a->asked = a->holes = 0;
		a->operand++;
		a->in_operand =
			!mmx_what_begin(&a->what, a->run->view, operand_of(a), &a->options, &err);
		if (a->in_operand)
			return true;
		tell_failure(a, &err);
		tell_verdict(a);
	}
	return false;
}

static bool begin_walk(struct mmx_asked *a)
{
	const struct mmx_what *what = &a->what.what;
	struct mmx_err err;

	a->asked += what->last - what->first + 1;
	a->walking = !mmx_page_walk_begin(a->walk, a->run->view, what->first, what->last + 1, &err);
	if (!a->walking)
		tell_failure(a, &err);
	return a->walking;
}

static bool next_run(struct mmx_asked *a)
{
	while (a->in_operand || next_operand(a)) {
		if (mmx_what_next(&a->what))
			return begin_walk(a);
		end_operand(a);
	}
	return false;
}

static void end_walk(struct mmx_asked *a)
{
	if (a->walking)
		mmx_page_walk_end(a->walk);
	a->walking = false;
}

void mmx_asked_begin(struct mmx_asked *a, struct mmx_run *run, struct mmx_page_walk *walk)
{
	*a = (struct mmx_asked){
		.run = run,
		.walk = walk,
		.options = {.decimal = run->option['d'],
			    .physical = run->option['p'],
			    .pid = run->option['u'],
			    .users = &a->users},
	};
	if (!run->option['u'])
		return;
	a->users.tasks = mmx_know_tasks(run->view);
	a->users.swaps = mmx_know_swaps(run->view);
}

bool mmx_asked_next(struct mmx_asked *a)
{
	while (a->walking || next_run(a)) {
		while (mmx_page_walk_next(a->walk)) {
			if (a->walk->read != MMX_READ_ABSENT)
				return true;
			if (!a->holes)
				a->first_hole = a->walk->pfn;
			a->holes += a->walk->frames;
		}
		end_walk(a);
	}
	return false;
}

void mmx_asked_end(struct mmx_asked *a)
{
	end_walk(a);
}
