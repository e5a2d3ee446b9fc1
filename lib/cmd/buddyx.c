// SPDX-License-Identifier: GPL-2.0-or-later
/* buddyx: free memory, counted by walking every free list, and what is wrong in those. */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "records/free_memory.h"
#include "records/records.h"

#define TOP 20 /* owners that are shown, unless asked otherwise */

static const struct mmx_field fields[] = {
	{"zones", MMX_LIST, "those that have memory", .record = &mmx_record_free_zones},
	{"obstacles", MMX_TABLE, "what stands in the way of free blocks of 2 MiB, with `-o`",
	 .title = "In the way of 2 MiB", .may = MMX_OR_NONE, .record = &mmx_record_huge_obstacles},
	{"gigantic_obstacles", MMX_TABLE, "what stands in the way of ranges of 1 GiB, with `-o`",
	 .title = "In the way of 1 GiB", .may = MMX_OR_NONE,
	 .record = &mmx_record_gigantic_obstacles},
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

static bool take_options(struct mmx_run *run, struct mmx_free_memory *memory)
{
	const char *top = run->option['n'];
	char *end;

	memory->owners = run->option['o'] || top;
	memory->top = top ? strtoull(top, &end, 10) : TOP;
	if (!top || (*top >= '0' && *top <= '9' && !*end))
		return true;
	mmx_say(run, "--top takes a number, not %s", top);
	return false;
}

static enum mmx_exit show(struct mmx_run *run, struct mmx_free_memory *memory)
{
	const struct mmx_coverage *coverage = &memory->lists->coverage;
	enum mmx_exit status = mmx_run_show(run, memory, NULL);
	uint64_t wrong = mmx_free_findings_total(&memory->lists->findings) +
			 mmx_free_findings_total(&memory->room->findings);

	say_how_many(run, &memory->lists->findings);
	say_how_many(run, &memory->room->findings);
	if (!mmx_cover_whole(coverage))
		mmx_say(run, "%s", coverage->first.text);
	if (!mmx_cover_whole(&memory->room->coverage))
		mmx_say(run, "%s", memory->room->coverage.first.text);
	return wrong ? mmx_worse(status, MMX_EXIT_FINDINGS) : status;
}
static enum mmx_exit buddyx(struct mmx_run *run)
{
	struct mmx_free_memory memory = {.lists = mmx_know_free_lists(run->view)};
	struct mmx_room_ask ask = {.progress = run->messages->progress, .arg = run->messages->arg};
	enum mmx_exit status = MMX_EXIT_CANNOT;
	struct mmx_room room;
	struct mmx_err err = memory.lists->coverage.first;

	run->apart = true;
	if (!take_options(run, &memory))
		return MMX_EXIT_CANNOT;
	if (!memory.lists->orders) {
		mmx_say(run, "%s", err.text);
		return MMX_EXIT_CANNOT;
	}
	memory.room = &room;
	ask.owners = memory.owners;
	if (mmx_room_find(&room, run->view, &ask, &err))
		mmx_say(run, "%s", err.text);
	else
		status = show(run, &memory);
	mmx_room_free(&room);
	return status;
}

static const struct mmx_option options[] = {
	{'o', "owners", NULL, "who stands in the way of free memory in large pieces"},
	{'n', "top", "N", "that, and so many of them; 20 without it"},
	{0},
};

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
		"All struct pages are then asked for free blocks that are on no list, that overlap, that are in\n"
		"use, or that should have merged with their buddy; and NR_FREE_PAGES of each zone is held\n"
		"against its lists. Blocks of a pageblock and more may stay unmerged: where types kept them\n"
		"apart once they stay so when these change.\n"
		"\n"
		"What could be had in one piece, of each order, is at most:\n"
		"  now         what free blocks hold.\n"
		"  compacted   when everything movable was moved: pages of users and page cache that nobody\n"
		"              holds beyond their users and caches, large folios too, and movable pages of\n"
		"              drivers, wherever they lie. So many ranges have nothing else, and no more\n"
		"              than the free frames can make up. Huge pages of hugetlb stay where they are;\n"
		"              for 1 GiB, which alloc_contig_range() makes, they are movable.\n"
		"  reclaimed   when clean page cache and slabs of shrinkable caches were given up before\n"
		"              that. Nothing is written back or swapped out for it.\n"
		"Watermarks, reserves and whether a page would really go are left out. References of CPUs'\n"
		"batches, and one of whoever has a page off its list of the LRU, do not hold it.\n"
		"\n"
		"With -o, who stands in the way: owners of frames that cannot be moved, in ranges of 2 MiB and\n"
		"of 1 GiB that have free or movable memory beside them. That memory is what they deny; where\n"
		"several owners stand in a range it is divided by their number. Frames of users who are held\n"
		"(pinned, or referenced from elsewhere) are among them.\n"
		"\n"
		"A CPU that was stopped with a zone's lock held may have left blocks half-way between two\n"
		"lists, and uncounted. Where locked says so, the counter and the types of lists are no\n"
		"findings; others tell what stands there.\n"
		"\n"
		"The exit status is 1 when something is wrong, and 3 when struct pages that lists lead to are\n"
		"not in the dump.",
	.example = "buddyx",
	.options = options,
	.document = &document,
	.needs = needs,
	.n_needs = sizeof(needs) / sizeof(*needs),
	.run = buddyx,
};
