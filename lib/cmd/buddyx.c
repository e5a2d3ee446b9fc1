// SPDX-License-Identifier: GPL-2.0-or-later
/* buddyx: free memory, counted by walking every free list, and what is wrong in those. */
#include <inttypes.h>

#include "cmd/cmd.h"
#include "mm/zones/free_lists.h"
#include "records/records.h"

static const struct mmx_field fields[] = {
	{"zones", MMX_LIST, "those that have memory", .record = &mmx_record_free_zones},
	{"findings", MMX_TABLE, "what is wrong", .title = "Findings",
	 .record = &mmx_record_free_findings},
	{0},
};

static const struct mmx_record document = {
	.name = "buddy",
	.doc = "free memory, counted by walking the lists of the buddy allocator",
	.version = 1,
	.fields = fields,
};

/* How many of each kind there are beyond those that are shown. */
static void say_how_many(struct mmx_run *run, const struct mmx_free_findings *f)
{
	for (unsigned int i = 0; i < MMX_FREE_FAULT_COUNT; i++) {
		if (f->count[i] > MMX_FREE_FINDINGS_KEPT)
			mmx_say(run, "%s: %" PRIu64 " times, of which %u are shown",
				mmx_free_fault_word(i), f->count[i], MMX_FREE_FINDINGS_KEPT);
	}
}

static enum mmx_exit buddyx(struct mmx_run *run)
{
	const struct mmx_free_lists *lists = mmx_know_free_lists(run->view);
	const struct mmx_free_findings *findings = &lists->findings;
	enum mmx_exit status;

	if (!lists->orders) {
		mmx_say(run, "%s", lists->coverage.first.text);
		return MMX_EXIT_CANNOT;
	}
	status = mmx_run_show(run, run, NULL);
	say_how_many(run, findings);
	if (!mmx_cover_whole(&lists->coverage))
		mmx_say(run, "%s", lists->coverage.first.text);
	return mmx_worse(status,
			 mmx_free_findings_total(findings) ? MMX_EXIT_FINDINGS : MMX_EXIT_OK);
}

static const enum mmx_fact_id needs[] = {FACT_ZONES, FACT_PAGES};

const struct mmx_command mmx_cmd_buddyx = {
	.name = "buddyx",
	.summary = "free memory, counted by walking every free list, and what is wrong in them",
	.help = "Walks the free lists of every zone, of each order and migrate type, and counts their blocks.\n"
		"The lists lie in struct pages, which makedumpfile keeps: a dump without free pages (-d 16\n"
		"and more) has them all the same.\n"
		"\n"
		"Each block is checked: that its list leads back to where it was reached from, that its struct\n"
		"page says free, holds no references, has the list's order and begins where such a block can,\n"
		"that it is of that zone and lies within it, and that its list is its pageblock's. Up to 6.9\n"
		"that last rule holds for CMA and isolated pageblocks alone: what was taken from another type's\n"
		"blocks stays where it is; such blocks are counted as elsewhere. A list that bends back or\n"
		"breaks off is walked from its other end as well, and no block is counted twice. The kernel's\n"
		"own count of each order, nr_free, is held against the lists.\n"
		"\n"
		"A CPU that was stopped with a zone's lock held may have left a block half-way between two\n"
		"lists: a finding tells what stands there.\n"
		"\n"
		"The exit status is 1 when something is wrong, and 3 when struct pages that lists lead to are\n"
		"not in the dump.",
	.document = &document,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = buddyx,
};
